#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest, with --net virtio and four CPUs: the CPUs are Espalier's to choose, and the NIC's
# interrupts go to other CPUs, as irqbalance would have it. The SAs leave the CPU that receives now, in
# order, while pings go on; then none is lost. By hand, on a quiet machine: which CPU is the busiest, and
# whether so many pings overload the guest, depends on what else the machine does.
#	lab/guest/run --net virtio --cpus 4 tests/guest/irqs.sh
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
# shellcheck disable=SC2046
flood $(for i in $(seq 16); do echo "10.1.$i.1 10.2.$i.1"; done)
sleep 2
(exec_in_ns gw-b "$ESP_BUILD/espalier" run wan --resync 2 --interval 200 \
	>>"$log" 2>&1) &
daemon=$!
await 60 "16 SAs in show" lists 16
says "without 0, the busiest" || fail "the receiving CPU was not left out: $(cat "$log")"
none_on 0 || fail "SAs on CPU 0"
interrupts_to 3
await 30 "the word 'interrupts went'" says "interrupts went to other CPUs"
await 60 "the SAs to leave CPU 3" none_on 3
sleep 2
end_flood
[ "$sent" = "$answered" ] || fail "pings: $answered of $sent answered: $flooded"
[ "$(xfrm_refused)" = 0 ] || fail "XfrmIn: $(esp_errors gw-b)"
stop_espalier
passed
