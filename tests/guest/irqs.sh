#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest, with --net virtio and four CPUs: the CPUs are Espalier's to choose, and the NIC's
# interrupts go to other CPUs, as irqbalance would have it. The SAs leave the CPU that receives now, in
# order, and the one that no longer does is theirs to use, while pings go on; none is lost.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

says() {
	grep -q "$1" "$log"
}

# All interrupts of the NIC on the receiving side to one CPU.
interrupts_to() {
	local name irq
	name=$(basename "$(ip -n gw-b -d -j link show wan | jq -r '.[0].parentdev')")
	for irq in $(awk -F: -v name="$name-" 'index($0, name) { print $1 }' /proc/interrupts); do
		echo "$1" >"/proc/irq/$irq/smp_affinity_list" 2>/dev/null
	done
}

none_on() {
	[ -z "$(shown ".sas[] | select(.cpu == $1)")" ]
}

begin "interrupts that go to other CPUs: the SAs make room for them, and nothing is lost"
esp_up 8 8 nic || fail "the lab"
interrupts_to 0
pings=$(mktemp)

# ping_through COUNT: in the background, through every SA, what came of it in $pings. Enough to show
# which CPU receives; a flood would overload four CPUs that are emulated on two.
ping_through() {
	(
		trap - EXIT
		ESP_INTERVAL=0.05 esp_ping "$1" >"$pings"
	) &
	pinging=$!
}

ping_through 200
sleep 2
(exec_in_ns gw-b "$ESP_BUILD/espalier" run wan --resync 2 --interval 200 \
	>>"$log" 2>&1) &
daemon=$!
await 60 "it to be ready" is_ready 0
says "without 0, the busiest" || fail "the receiving CPU was not left out: $(cat "$log")"
none_on 0 || fail "SAs on CPU 0"
wait $pinging # what the driver lost when it took the program is not counted
ping_through 600
sleep 2
interrupts_to 3
await 60 "the word 'interrupts went'" says "interrupts went to other CPUs"
await 60 "the SAs to leave CPU 3" none_on 3
[ "$(shown '[.cpus[].cpu] | @csv')" = 0,1 ] || fail "CPUs: $(shown '[.cpus[].cpu] | @csv')"
wait $pinging || fail "pings: $(cat "$pings")"
[ "$(xfrm_refused)" = 0 ] || fail "XfrmIn: $(esp_errors gw-b)"
stop_espalier
sed 's/^/  /' "$pings"
rm -f "$pings"
passed
