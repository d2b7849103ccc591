#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest, on a kernel that has XFRM_MSG_MIGRATE_STATE: addresses, then the encapsulation, of SAs change
# under the same SPI without NEWSA or DELSA (an IKE daemon does so for MOBIKE). Steering follows by that event
# alone: the resync is an hour away, and no ping goes before.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

sas=4

# migrate NS FIRST_SPI DST NEW_SRC NEW_DST NUMBER [PORT]: SA number NUMBER of those from FIRST_SPI on
migrate() {
	local ns=$1 spi=$(($2 + $6))
	in_ns "$ns" "$ESP_TOP/lab/guest/migrate.py" $spi "$3" "$4" "$5" "$6" "${@:7}" || fail "migrating $spi in $ns"
}

# policies NS NUMBER OUTER_HERE OUTER_THERE INNER_HERE INNER_THERE: for `ip -batch`
policies() {
	echo "xfrm policy update src $6 dst $5 dir in tmpl src $4 dst $3 proto esp reqid $2 mode tunnel"
	echo "xfrm policy update src $5 dst $6 dir out tmpl src $3 dst $4 proto esp reqid $2 mode tunnel"
}

# goes_to OLD_A OLD_B NEW_A NEW_B: all SAs of both gateways, and their policies
goes_to() {
	local i
	for i in $(seq $sas); do
		migrate gw-b 0xb0000000 "$2" "$3" "$4" "$i"
		migrate gw-a 0xb0000000 "$2" "$3" "$4" "$i"
		migrate gw-b 0xa0000000 "$1" "$4" "$3" "$i"
		migrate gw-a 0xa0000000 "$1" "$4" "$3" "$i"
		policies gw-b "$i" "$4" "$3" "10.2.$i.1" "10.1.$i.1" | ip -n gw-b -batch - || fail "policies of gw-b"
		policies gw-a "$i" "$3" "$4" "10.1.$i.1" "10.2.$i.1" | ip -n gw-a -batch - || fail "policies of gw-a"
	done
}

all_between() {
	[ "$(shown '.sas[] | "\(.src) \(.dst)"' | sort | uniq -c | xargs)" = "$sas $1 $2" ]
}

encapsulated() {
	[ "$(shown '[.sas[] | select(.encap == "udp")] | length')" = "$1" ]
}

# Every ping answered, each SA decrypted on the CPU that show names, both CPUs used.
on_their_cpus() {
	esp_probe_start || fail "$1: no probe"
	esp_ping 10 || fail "$1: a ping was not answered"
	decrypted=$(esp_probe_show | awk '/^0xb/ { print $1, $2 }')
	esp_probe_stop
	[ "$(shown '.sas[] | "\(.spi) \(.cpu)"' | sort)" = "$decrypted" ] ||
		fail "$1: show differs from what the kernel decrypted: $decrypted"
	[ "$(cut -d ' ' -f 2 <<<"$decrypted" | sort -u | xargs)" = "0 1" ] || fail "$1: not both CPUs: $decrypted"
	[ "$(shown .strays.packets)" = 0 ] || fail "$1: strays: $(shown .strays)"
}

begin "XFRM_MSG_MIGRATE_STATE: the peer's address changes, and its SAs stay on their CPUs"
esp_up 2 2 || fail "the lab"
ip -n gw-a addr add 192.0.2.11/24 dev wan
ip -n gw-b addr add 192.0.2.12/24 dev wan
start_espalier $sas --resync 3600
on_their_cpus "at first"
at_first=$decrypted
goes_to 192.0.2.1 192.0.2.2 192.0.2.11 192.0.2.2
await 10 "the new address of the peer" all_between 192.0.2.11 192.0.2.2
on_their_cpus "the peer moved"
[ "$decrypted" = "$at_first" ] || fail "SAs changed CPUs: $at_first, then $decrypted"
passed

begin "XFRM_MSG_MIGRATE_STATE: our own address changes"
goes_to 192.0.2.11 192.0.2.2 192.0.2.11 192.0.2.12
await 10 "our new address" all_between 192.0.2.11 192.0.2.12
on_their_cpus "we moved"
passed

begin "XFRM_MSG_MIGRATE_STATE: ESP becomes ESP-in-UDP"
encapsulated 2 || fail "at first: $(shown '[.sas[].encap]')"
for ns in gw-a gw-b; do
	migrate $ns 0xb0000000 192.0.2.12 192.0.2.11 192.0.2.12 1 4500
	migrate $ns 0xa0000000 192.0.2.11 192.0.2.12 192.0.2.11 1 4500
done
await 10 "the new encapsulation" encapsulated 3
on_their_cpus "in UDP"
stop_espalier
passed
