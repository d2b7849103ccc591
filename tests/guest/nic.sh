#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: `inspect` on a real driver of an emulated NIC. nic.sh virtio|igb|vmxnet3|e1000e
# On virtio and igb: all SAs of an address pair come in on one queue, whatever the driver says; with Espalier
# they are on both CPUs; then it is as before, to the last setting. Of the others, what they answer.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

nic=$1
inspected=$(mktemp)
report=$(mktemp -u)

inspect() {
	in_ns gw-b "$ESP_BUILD/espalier" inspect wan --json "$@" >"$inspected" 2>>"$log" ||
		fail "inspect: $(cat "$inspected")"
}

# said FILTER WANTED: of what inspect printed
said() {
	local found
	found=$(jq -r "$1" "$inspected")
	[ "$found" = "$2" ] || fail "inspect: $1 is $found, not $2: $(cat "$inspected")"
}

# SAs 1 to 16 are of one pair of addresses: pings through all while it measures.
inspect_under_pings() {
	local ping
	ESP_INTERVAL=0.1 esp_ping 60 >/dev/null &
	ping=$!
	inspect --measure 5 "$@"
	wait $ping
}

# held_against NAME DIFFERENCES FITS: what a model makes of the report of this NIC; * is any number
held_against() {
	local found
	found=$("$ESP_BUILD/espalier" models "$1" --against "$report" --json 2>>"$log" |
		jq -r '"\(.differences | length) \(.fits)"')
	# shellcheck disable=SC2053
	[[ $found == $2\ $3 ]] || fail "held against $1: $found, not $2 $3"
}

# What the driver says of itself, and that what was measured is what its model makes of it.
claims() {
	said .knowledge.model "$nic"
	said .knowledge.differs 0
	held_against "$nic" 0 true
	case $nic in
	virtio)
		said .driver virtio_net
		said .claim.fields.ah_esp4 none
		said .claim.fields.udp4 sdfn
		said '"\(.claim.table) \(.claim.key)"' "128 40"
		said .claim.queues 4
		held_against mlx5 "*" false
		;;
	igb)
		said .driver igb
		said .claim.fields.ah_esp4 sd
		said .claim.fields.udp4 sd
		said '"\(.claim.table) \(.claim.key)"' "128 40"
		said .claim.queues 4
		;;
	esac
}

# All 16 SAs come in on one, and so says the verdict.
one_queue() {
	said .verdict addresses
	said '"\(.measurement.plain.sas) on \(.measurement.plain.queues)"' "16 on 1"
}

spreads() {
	local before differs
	inspect_under_pings --report "$report"
	claims
	one_queue
	said .method xdp
	before=$(esp_settings)
	start_espalier 16
	in_ns gw-b bpftool -j net show dev wan | jq -e '.[].xdp[] | select(.mode == "driver")' >/dev/null ||
		fail "not in native mode: $(in_ns gw-b bpftool net show dev wan)"
	esp_probe_start || fail "no probe"
	esp_ping 10 || fail "a ping was not answered"
	[ "$(esp_probe_show | awk '/^0xb/ { print $2 }' | sort | uniq -c | xargs)" = "8 0 8 1" ] ||
		fail "decrypted: $(esp_probe_show)"
	esp_probe_stop
	# Behind the cpumap no queue is told: it is looked in front of our program.
	inspect_under_pings
	said .measurement.at steering
	one_queue
	stop_espalier
	differs=$(esp_as_before "$before") || fail "not as it was: $differs"
	inspect_under_pings
	one_queue
}

# answers VERDICT: what the driver of $nic says; it carries no ESP here.
answers() {
	inspect --measure 0 --report "$report"
	said .driver "$nic"
	case $nic in
	vmxnet3)
		held_against vmxnet3-v3 0 null
		said .claim.fields.ah_esp4 EOPNOTSUPP
		said '"\(.claim.table) \(.claim.key)"' "128 0"
		said .claim.queues 2
		;;
	e1000e)
		said .claim.fields.ah_esp4 sd
		said .claim.table_error EOPNOTSUPP
		said .claim.queues_error EOPNOTSUPP
		said .knowledge.model e1000e
		said .method rps
		;;
	esac
	said .verdict "$1"
}

case $nic in
virtio | igb)
	begin "$nic: one queue for all SAs of a pair, then both CPUs, then as before"
	esp_up 16 0 nic || fail "the lab"
	spreads
	;;
*)
	begin "$nic: what its driver answers"
	esp_up 1 0 nic || fail "the lab"
	case $nic in e1000e) answers single ;; *) answers unknown ;; esac
	;;
esac
rm -f "$inspected" "$report"
passed
