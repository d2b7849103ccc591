#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: method ntuple follows the load. The NIC is a model (tests/preload), the SAs and
# their lifetime counters are the kernel's: what only those tell moves SAs, and the rules follow.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

state=$(mktemp)

# The model in front of the interface: for the daemon, and for ethtool.
with_model() {
	in_ns gw-b env LD_PRELOAD="$ESP_BUILD/tests/preload/libethtool-model.so" \
		ESPALIER_MODEL=wan:iavf:2 ESPALIER_MODEL_STATE="$state" "$@"
}

# "SPI QUEUE" of each rule, as ethtool(8) lists them: it takes SPIs for signed numbers.
rules() {
	with_model ethtool -n wan | awk '/SPI:/ { spi = $2 } /Direct to queue/ {
		printf "%s %d\n", spi, $NF }' | while read -r spi queue; do
		printf '0x%08x %d\n' "$((spi & 0xffffffff))" "$queue"
	done | sort
}

agree() {
	[ "$(rules)" = "$(shown '.sas[] | "\(.spi) \(.cpu)"' | sort)" ]
}

on_both() {
	local spi cpus=
	for spi in "${busy[@]}"; do
		cpus+=$(shown ".sas[] | select(.spi == \"$spi\") | .cpu")$'\n'
	done
	[ "$(sort -u <<<"$cpus" | grep -c .)" = 2 ]
}

begin "ntuple: loads by the kernel's counters move SAs, and the rules follow"
esp_up 8 0 || fail "the lab"
(exec_in_ns gw-b env \
	LD_PRELOAD="$ESP_BUILD/tests/preload/libethtool-model.so" ESPALIER_MODEL=wan:iavf:2 \
	ESPALIER_MODEL_STATE="$state" "$ESP_BUILD/espalier" run wan --cpus 0-1 --method ntuple \
	--interval 200 >>"$log" 2>&1) &
daemon=$!
await 60 "8 SAs in show" lists 8
await 60 "rules that agree with show" agree
[ "$(rules | awk '{ print $2 }' | sort | uniq -c | xargs)" = "4 0 4 1" ] || fail "rules: $(rules)"
mapfile -t busy < <(shown '.sas[] | select(.cpu == 0) | .spi')
before=$(shown '[.sas[].moves] | add')
# A veth receives on the sender's CPU: as if the NIC went by the rules.
(exec_in_ns gw-b "$ESP_TOP/lab/guest/blast.py") &
sink=$!
# shellcheck disable=SC2046
(exec_in_ns gw-a taskset -c 0 "$ESP_TOP/lab/guest/blast.py" $(for spi in "${busy[@]}"; do
	echo "10.1.$((spi - 0xb0000000)).1 10.2.$((spi - 0xb0000000)).1"; done)) &
sender=$!
await 180 "the busy SAs on both CPUs" on_both
await 60 "rules that agree with show" agree
kill $sender $sink
[ "$(shown '[.sas[].moves] | add')" -gt "$before" ] || fail "nothing was moved"
[ "$(shown "[.sas[] | select(.spi == \"${busy[0]}\") | .packets] | add")" -gt 100 ] ||
	fail "packets: $(shown .sas)"
echo "  $(($(shown '[.sas[].moves] | add') - before)) moves"
stop_espalier
[ -z "$(rules)" ] || fail "rules are left: $(rules)"
rm -f "$state"
passed
