#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: per-CPU SAs (RFC 9611), two of them in UDP as per_cpu_sas = encap has them: of our
# side the source port is 0, and each of the peer's packets has another. Each is decrypted on its CPU at
# first, whatever first placement would have said, also one whose number comes when it has been placed; by hand, or when that CPU is taken away, it is moved
# as any other, and no ping is lost.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

cpus_are() {
	[ "$(shown '.sas[] | "\(.spi) \(.cpu)"' | sort | xargs)" = "$1" ]
}

begin "per-CPU SAs on their CPUs"
esp_up 2 2 || fail "the lab"
# In turn they would be on 0 1 0 1.
for sa in 1:1 2:0 3:1:0 4:1:0; do
	IFS=: read -r i cpu port <<<"$sa"
	# shellcheck disable=SC2086
	in_ns gw-b "$ESP_TOP/lab/guest/pcpu.py" 0xb000000$i "$cpu" $port || fail "SA $i"
	[ -z "$port" ] || in_ns gw-a "$ESP_TOP/lab/guest/pcpu.py" 0xb000000$i - 4000$i || fail "port of $i"
done
start_espalier 4
[ "$(shown '.sas[] | "\(.spi) \(.cpu) \(.pcpu) \(.source_port)"' | sort | xargs)" = \
	"0xb0000001 1 1 null 0xb0000002 0 0 null 0xb0000003 1 1 any 0xb0000004 1 1 any" ] || fail "show: $(shown .sas)"
esp_probe_start || fail "no probe"
ESP_CPU=0 esp_ping 5 || fail "a ping was not answered"
[ "$(esp_probe_show | grep ^0xb | xargs)" = \
	"0xb0000001 1 5 0xb0000002 0 5 0xb0000003 1 5 0xb0000004 1 5" ] ||
	fail "the kernel decrypted: $(esp_probe_show)"
[ "$(shown '[.sas[] | select(.source_port == "any") | .packets] | @csv')" = 5,5 ] || fail "show: $(shown .sas)"
passed

# It is larval when a dump finds it, and is placed as any other.
begin "a number that comes late"
in_ns gw-b "$ESP_TOP/lab/guest/pcpu.py" 0xb0000001 - --larval 0xc0000005 || fail "allocspi"
await 60 "the larval SA" lists 5
late='.sas[] | select(.spi == "0xc0000005")'
other=$((1 - $(shown "$late | .cpu")))
in_ns gw-b "$ESP_TOP/lab/guest/pcpu.py" 0xb0000001 "$other" --fill 0xc0000005 || fail "filling in"
is_late() {
	[ "$(shown "$late | \"\(.cpu) \(.pcpu) \(.state)\"")" = "$other $other valid" ]
}
await 60 "it to be on its CPU" is_late
ip -n gw-b xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0xc0000005 || fail "deleting it"
await 60 "it to go" lists 4
passed

begin "per-CPU SAs are moved as any other"
# shellcheck disable=SC2046
flood $(for i in 1 2 3 4; do echo 10.1.$i.1 10.2.$i.1; done)
espalier move 0xb0000003 0 >>"$log" 2>&1 || fail "by hand"
await 60 "it to be moved" cpus_are "0xb0000001 1 0xb0000002 0 0xb0000003 0 0xb0000004 1"
echo 0 >/sys/devices/system/cpu/cpu1/online
await 60 "all to leave CPU 1" cpus_are "0xb0000001 0 0xb0000002 0 0xb0000003 0 0xb0000004 0"
echo 1 >/sys/devices/system/cpu/cpu1/online
end_flood
[ "$sent" = "$answered" ] || fail "lost pings: $flooded"
[ "$(xfrm_refused)" = 0 ] || fail "refused: $(esp_errors gw-b)"
stop_espalier
passed
