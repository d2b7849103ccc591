#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: one TCP stream of iperf3 through one SA, plain and in UDP, three times each: without Espalier,
# steered, and moved to the other CPU as soon as it can be, every tenth of a second at most. What a move lost, or
# let overtake, would be sent again: no more is sent again than without Espalier. How fast it goes is told, and no
# condition: it is emulated.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

SECONDS_EACH=4
RUNS=3
ROUNDS=3 # where the machine stands still for a while all three send again; what is ours comes every round

listening() {
	[ -n "$(in_ns gw-b ss -Hltn "src 10.2.$1.1:5201")" ]
}

# stream N: through SA number N; sets $again, packets sent again, and $rate, Mbit/s.
stream() {
	local n=$1 server said
	(exec_in_ns gw-b iperf3 -s -1 -B "10.2.$n.1") >/dev/null 2>&1 &
	server=$!
	await 20 "iperf3 to listen" listening "$n"
	said=$(in_ns gw-a taskset -c 0 iperf3 -c "10.2.$n.1" -B "10.1.$n.1" -t $SECONDS_EACH -J)
	wait "$server"
	read -r again rate < <(jq -r '"\(.end.sum_sent.retransmits) \(.end.sum_received.bits_per_second / 1e6 | round)"' \
		<<<"$said") && [ "$rate" -gt 0 ] || fail "iperf3: $said"
}

moves_of() {
	shown ".sas[] | select(.spi == \"$1\") | .moves"
}

# The same while the SA moves; sets $moves.
moving_stream() {
	local spi=0xb000000$1 first mover
	first=$(moves_of "$spi")
	(exec_in_ns gw-b "$ESP_BUILD/lab/guest/move_on" "$spi" 0 1 100) &
	mover=$!
	stream "$1"
	kill "$mover" 2>/dev/null || fail "nothing moved to the end"
	wait "$mover" 2>/dev/null
	moves=$(($(moves_of "$spi") - first))
	[ "$moves" -gt "$SECONDS_EACH" ] || fail "only $moves moves"
}

# streams WHAT FUNCTION: adds what was sent again to ${sent_again[WHAT]}, and says it.
streams() {
	local n run said before moves=0
	before=$(xfrm_refused)
	for n in 1 2; do
		said=''
		for ((run = 0; run < RUNS; run++)); do
			$2 "$n"
			sent_again[$1]=$((${sent_again[$1]} + again))
			said+="; $rate Mbit/s, $again sent again$([ "$moves" = 0 ] || echo ", $moves moves")"
		done
		echo "  $1, $([ "$n" = 1 ] && echo plain || echo "in UDP")$said"
	done
	[ "$(xfrm_refused)" = "$before" ] || fail "$1: refused: $(esp_errors gw-b)"
}

# A veth is no wire: what is sent on one CPU overtakes what was sent on another. So all is sent on CPU 0, what an
# acknowledgement lets go too, which else goes where the SA is that it answers.
send_on_cpu_0() {
	ip netns exec gw-a sh -c 'for mask in /sys/class/net/wan/queues/rx-*/rps_cpus; do echo 1 >"$mask"; done'
}

begin "a TCP stream through one SA that moves"
esp_up 1 1 || fail "the lab"
send_on_cpu_0 || fail "no RPS in gw-a"
declare -A sent_again=([without]=0 [steered]=0 [moved]=0)
for ((round = 0; round < ROUNDS; round++)); do
	streams without stream
	start_espalier 2
	streams steered stream
	streams moved moving_stream
	dropped=$(shown .drops.rings)
	stop_espalier
	said="without ${sent_again[without]}, steered ${sent_again[steered]}, moved ${sent_again[moved]}"
	[ "${sent_again[steered]}" -gt "${sent_again[without]}" ] ||
		[ "${sent_again[moved]}" -gt "${sent_again[without]}" ] || break
done
echo "  sent again: $said; $dropped dropped by rings"
[ "$round" -lt $ROUNDS ] || fail "more was sent again than without: $said"
passed
