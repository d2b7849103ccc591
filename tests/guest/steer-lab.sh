# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by tests that run in the guest: esp-lab.sh, and Espalier on gw-b. Sets and wants $what, the
# name of the test; takes everything away at the end.
#
#   begin NAME                     name of what follows, for ok and FAIL
#   passed                         prints its line
#   fail WHY...                    prints its line and what the daemon said, and ends
#   start_espalier N [OPTION...]   runs it on both CPUs until it is ready and `show` lists N SAs.
#                                  ESPALIER_PROGRAM: another program
#   stop_espalier                  espalier stop
#   espalier VERB...               in gw-b
#   shown FILTER                   of `show --json`, through jq -r
#   await SECONDS WHAT COMMAND...  until the command succeeds
#   flood FROM TO [FROM TO]...     floods pings from gw-a, in the background
#   end_flood                      ends that: $sent and $answered, and all that was said in $flooded
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/esp-lab.sh"

what=
log=$(mktemp)
daemon=

cleanup() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	esp_probe_stop
	esp_down
	rm -f "$log"
}
trap cleanup EXIT

begin() {
	what="${ESPALIER_GUEST:-guest}: $*"
}

passed() {
	echo "ok $what"
}

fail() {
	echo "FAIL $what: $*"
	sed 's/^/  /' "$log"
	exit 1
}

espalier() {
	in_ns gw-b "$ESP_BUILD/espalier" "$@"
}

shown() {
	espalier show --json | jq -r "$1"
}

# Seconds of the guest's clock, which under load is slower than ours.
await() {
	local end=$((SECONDS + $1)) waiting=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || fail "waited for $waiting in vain"
		sleep 0.1
	done
}

flood() {
	coproc FLOOD { in_ns gw-a "$ESP_TOP/lab/floodping" "$@" 2>&1; }
}

end_flood() {
	eval "exec ${FLOOD[1]}>&-"
	flooded=$(cat <&"${FLOOD[0]}")
	read -r _ sent _ answered <<<"$(tail -n 1 <<<"$flooded")"
	flooded=$(grep -v '^sent' <<<"$flooded" | head -n 20)
	[ "$sent" -gt 100 ] || fail "too few pings to tell: $sent"
	echo "  sent $sent answered $answered"
}

lists() {
	[ "$(shown '.sas | length')" = "$1" ]
}

# How often it was ready, by its log: the table is filled before the interfaces are attached.
readies() {
	grep -c 'espalier: ready:' "$log"
}

is_ready() {
	[ "$(readies)" -gt "$1" ]
}

# Without rounds: the load of the pings would move SAs from where they were placed.
start_espalier() {
	local sas=$1 before
	before=$(readies)
	shift
	# Without a shell between: $daemon is to be the daemon.
	(exec_in_ns gw-b "${ESPALIER_PROGRAM:-$ESP_BUILD/espalier}" run wan \
		--cpus 0-1 --interval 0 "$@" >>"$log" 2>&1) &
	daemon=$!
	await 60 "it to be ready" is_ready "$before"
	await 60 "$sas SAs in show" lists "$sas"
}

stop_espalier() {
	espalier stop >>"$log" 2>&1 || fail "espalier stop"
	wait "$daemon" || fail "espalier run returned $?"
	daemon=
}

# Sums the figures of /proc/net/xfrm_stat of gw-b: 0 unless an inbound packet was refused.
xfrm_refused() {
	esp_errors gw-b | awk '{ sum += $2 } END { print sum + 0 }'
}
