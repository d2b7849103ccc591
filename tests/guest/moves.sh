#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: SAs move from CPU to CPU under real ESP, as fast as they can be told to, with
# replay windows 32 and 128, ESN on and off. The kernel's replay check refuses none of their packets.
# Without the hand-over (a switch of the test build) it does. CPU 1 is taken away again and again, so
# that packets wait on its ring for longer than a window is wide.
# moves.sh handed-over: without the last, which takes a fast machine.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

moves=${ESPALIER_MOVES:-60}
ESPALIER_PROGRAM=$ESP_BUILD/espalier-test

completed() {
	shown '[.sas[].moves] | add'
}

# Moves each SA to the other CPU, in turn, until so many moves are complete.
move_about() {
	local end=$((SECONDS + 240)) spi cpu
	while [ "$(completed)" -lt "$moves" ] && [ $SECONDS -lt $end ]; do
		while read -r spi cpu; do
			espalier move "$spi" $((1 - cpu)) >/dev/null 2>&1
		done < <(shown '.sas[] | select(.state == "valid") | "\(.spi) \(.cpu)"')
	done
}

# Prints the refused packets of gw-b by the two counters of the replay check.
refused() {
	esp_errors gw-b | awk '/StateSeqError|StateProtoError/ { sum += $2 } END { print sum + 0 }'
}

# Takes CPU 1 for 0.7 s of 0.9 before the threads of its rings, but before nothing else: new kernels let a
# program that looks at maps wait for other threads there, so that it would move SAs while the hog rests.
hog() {
	local thread
	for thread in $(grep -ls '^cpumap/1/' /proc/[0-9]*/comm); do
		chrt -i -p 0 "$(cut -d/ -f3 <<<"$thread")"
	done
	while :; do
		timeout 0.7 taskset -c 1 nice -n -20 sh -c 'while :; do :; done'
		sleep 0.2
	done
}

# Traffic through all SAs from CPU 0, one way, as fast as it goes; moves under way.
under_traffic() {
	local sender hog before
	before=$(refused)
	# Who moves is not to wait behind the hog either.
	taskset -pc 0 $$ >/dev/null
	# shellcheck disable=SC2046
	(exec_in_ns gw-a taskset -c 0 "$ESP_TOP/lab/guest/blast.py" \
		$(for i in $(seq ${#ESP_FAMILY[@]}); do echo "10.1.$i.1 10.2.$i.1"; done)) &
	sender=$!
	hog &
	hog=$!
	sleep 1
	# Not behind the hog itself: what waits on CPU 1 is decrypted first when that lets go.
	taskset -apc 0 "$daemon" >/dev/null || fail "the daemon cannot be told its CPU"
	move_about
	kill $sender $hog
	wait $sender $hog 2>/dev/null
	sleep 1
	late=$(($(refused) - before)) done=$(completed)
	packets=$(shown '[.sas[].packets] | add')
	[ "$done" -ge "$moves" ] || fail "only $done moves were completed"
	[ "$packets" -gt 5000 ] || fail "too little traffic to tell: $packets packets"
}

begin "moves under real ESP, windows 32 and 128, ESN on and off"
esp_up 2 2 replay=32 || fail "the lab"
esp_add 2 2 replay=128 || fail "window 128"
esp_add 2 2 esn replay=32 || fail "ESN"
esp_add 2 2 esn replay=128 || fail "ESN, window 128"
(exec_in_ns gw-b "$ESP_TOP/lab/guest/blast.py") &
sink=$!
start_espalier 16 --ring 2048
under_traffic
stop_espalier
echo "  with hand-over: $done moves, $packets packets decrypted, $late refused by the replay check"
[ "$late" = 0 ] || fail "$late packets refused: $(esp_errors gw-b)"
passed
if [ "${1-}" = handed-over ]; then
	kill $sink
	exit 0
fi

begin "without the hand-over packets are refused"
ESPALIER_TEST=no-handover start_espalier 16 --ring 2048
# Whether much waits on CPU 1 when an SA leaves it is a matter of luck.
for ((moves = 60; moves <= 480; moves += 60)); do
	under_traffic
	[ "$late" = 0 ] || break
done
stop_espalier
kill $sink
echo "  without hand-over: $done moves, $packets packets decrypted, $late refused"
[ "$late" -gt 0 ] || fail "none refused: the test above shows nothing"
passed
