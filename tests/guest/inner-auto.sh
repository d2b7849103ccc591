#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest with four CPUs, by hand (tests/run does not: four CPUs are emulated on one, and beside another guest that
# takes many minutes): an SA becomes heavy, for each packet of it has to pass 500 rules of a firewall. A CPU is kept for it,
# what comes after decryption is measured, and --inner auto spreads it; when it is heavy no longer both end, and all is as it
# was. CPU 0 sends, CPU 3 has the strays, this shell and what it asks: the CPUs of SAs do nothing else.
#
#	lab/guest/run --kernel newest --cpus 4 tests/guest/inner-auto.sh
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/inner-lab.sh"

# Seconds of the guest, which does in one what this machine does in a tenth.
patience=150

kept() {
	[ "$(shown '.kept.spi')" = $SPI ]
}

is_spread() {
	[ "$(shown .inner.state)" = spread ]
}

none_is_kept() {
	[ "$(shown .kept)" = null ]
}

see() {
	[ -z "${ESPALIER_SEE:-}" ] || echo "  $SECONDS $(shown '[.rounds.why, .costs.packet_ns, [.cpus[] | [.cpu, .load, .other]], .kept, .inner]' | jq -c .)"
}

begin "a heavy SA gets a CPU of its own, and --inner auto spreads its inner flows by what they were measured to cost"
taskset -pc 3 $$ >/dev/null
lab_up
for ((i = 0; i < 500; i++)); do
	echo "insert rule inet wall forward ip saddr 10.9.$((i / 250)).$((i % 250)) drop"
done >"$tmp/rules"
in_ns gw-b nft -f "$tmp/rules" || fail "the rules"
in_ns host-c "$ESP_TOP/lab/guest/blast.py" &
sink=$!
(exec_in_ns gw-b "$ESP_BUILD/espalier" run wan --cpus 1-3 --inner auto --interval 200 >>"$log" 2>&1) &
daemon=$!
await $patience "it to be ready" is_ready 0
await 60 "the SA in show" lists 1
[ "$(shown .inner.state)" = light ] || fail "with no traffic: $(shown .inner)"
! grep -q 'by an estimate' "$log" || fail "what comes after decryption cannot be measured"
(exec_in_ns gw-a taskset -c 0 "$ESP_TOP/lab/guest/blast.py" 10.1.1.1 10.2.1.1) &
sender=$!
[ -z "${ESPALIER_SEE:-}" ] || for i in 1 2 3 4 5 6; do sleep 3; see; done
await $patience "a CPU to be kept for the SA" kept
see
cpu=$(shown .kept.cpu)
await 60 "the strays and IKE to leave it" eval "shown '[.settings.stray_cpus[], .settings.ike_cpu] | index($cpu)' | grep -qx null"
await $patience "its inner flows to be spread" is_spread
see
mask_is ipsec0 "$(printf %x $((0xe & ~(1 << cpu))))" || fail "the mask is $(mask ipsec0), and the SA's CPU $cpu"
grep -Eq "which decrypts SA $SPI; it had [0-9.]+ us a packet to do with them" "$log" || fail "what was measured was not said"
grep -Eo 'it had [0-9.]+ us a packet' "$log" | tail -n 1 | sed 's/^/  /'
# With that help it is no longer heavy as it is: still both stay.
for ((end = SECONDS + 25; SECONDS < end;)); do
	{ kept && is_spread; } || fail "it came and went: $(shown .kept) $(shown .inner)"
	see
	sleep 2
done
passed

begin "when it is heavy no longer both end"
kill $sender
wait $sender 2>/dev/null
await $patience "the mask to be put back" mask_is ipsec0 0
await 60 "the CPU to be for all again" none_is_kept
grep -q 'ipsec0: inner flows are no longer spread: no SA that comes out of it is heavy enough any more' "$log" ||
	fail "it was not said why"
stop_espalier
kill $sink
passed
