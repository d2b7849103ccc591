#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# lab/guest/run itself, on the host: statuses, output, arguments, lost guests, timeouts, Ctrl-C.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
guest=$top/lab/guest/run
work=$(mktemp -d /tmp/espalier-guest-test.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 1
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
failed=0

# check WHAT EXPECTED SEEN
check() {
	if [ "$2" = "$3" ]; then
		echo "ok guest run: $1"
	else
		echo "FAIL guest run: $1: expected '$2', saw '$3'"
		failed=1
	fi
}

# What a run of ours leaves: files, and processes that name our directory.
left_over() {
	ls "$TMPDIR"
	pgrep -f "guest.dir=$TMPDIR" || :
}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/espalier-guest
"$guest" true
check "true returns 0" 0 $?
# What the cache holds could hide a step that is missing; the newest kernel's packages change most.
XDG_CACHE_HOME=$work/empty "$guest" --kernel newest true 2>err
check "the newest kernel runs from an empty cache" 0 $?
[ -d "$work/empty/espalier-guest/linux-newest" ] || cat err
rm -rf "$work/empty"
touch stamp
"$guest" sh -c 'exit 7'
check "exit 7 returns 7" 7 $?
check "the second run fetches and builds nothing" "" \
	"$(find "$cache" -newer stamp -type f ! -name lock)"
"$guest" sh -c 'kill -9 $$'
check "a command killed by signal 9 returns 137" 137 $?

ESPALIER_WORD='a  b"c$d' "$guest" sh -c \
	'printf "%s|%s|%s\n" "$1" "$ESPALIER_WORD" "$PWD"; echo err >&2; printf no-newline' \
	sh "it's  \"\$HOME\"" >out
check "output, arguments, ESPALIER_ variables and directory pass" \
	"it's  \"\$HOME\"|a  b\"c\$d|$work
err
no-newline" "$(cat out)"
"$guest" sh -c 'head -c 3000000 /dev/zero; sleep 1000 & exit 3' >out
check "a command that leaves a process behind returns" 3 $?
check "large output is whole" 3000000 "$(stat -c %s out)"
"$guest" --kernel 6.1 sh -c 'echo changed >"$1" && uname -r' sh "$work/out" >release
check "6.1 is 6.1" 6.1. "$(cut -c 1-4 release)"
check "the guest cannot change the host's files" 3000000 "$(stat -c %s out)"

"$guest" sh -c 'echo c >/proc/sysrq-trigger; sleep 60' 2>err
check "a panic, twice, returns 125" 125 $?
check "a panic is retried once, and said" 1 "$(grep -c 'trying once more' err)"
check "a panic shows the guest's last words" 2 "$(grep -c 'Kernel panic' err)"
"$guest" --timeout 15 sh -c 'sleep 1000' 2>err
check "a timeout returns 124" 124 $?
ESPALIER_STANDSTILL=10 "$guest" sh -c 'sleep 2; pkill -STOP -f "[g]uest-heart"; sleep 1000' 2>err
check "a guest that stands still, twice, returns 125" 125 $?
check "that is said" 2 "$(grep -c 'stands still' err)"
"$guest" --no-such-option true 2>err
check "wrong usage returns 2" 2 $?
check "nothing is left" "" "$(left_over)"

# A signal to the whole group, as a terminal sends it.
signal_run() {
	local pid seen=
	set -m # a group of its own, and SIGINT not ignored
	"$guest" sh -c 'echo up; sleep 1000' >out 2>err &
	pid=$!
	set +m
	for _ in $(seq 600); do
		seen=$(cat out)
		[ "$seen" != up ] || break
		sleep 0.1
	done
	check "the guest is up before the $1" up "$seen"
	kill -"$1" -- -$pid
	wait $pid
	check "$1 ends it" "$2" $?
	check "$1 leaves nothing" "" "$(left_over)"
}
signal_run INT 130
signal_run TERM 143

exit $failed
