#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: does the kernel tell who listens that somebody rewrote a NIC's table or key (from
# Linux 6.17 on), and nothing of other settings?
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

nic=eth0
heard=$(mktemp)
trap 'rm -f "$heard" "$log"' EXIT # there is no lab to be taken down

# told WANTED COMMAND...: what is heard while the command changes something
told() {
	local wanted=$1 listener
	shift
	"$ESP_BUILD/tests/net/ethtool_probe" $nic told >"$heard" &
	listener=$!
	await 30 "the listener" grep -q listening "$heard"
	"$@" >>"$log" 2>&1 || fail "$*"
	wait $listener
	[ "$(tail -n 1 "$heard")" = "$wanted" ] || fail "$*: $(tail -n 1 "$heard"), not $wanted"
}

begin "who rewrites table or key is told of"
told told ethtool -X $nic equal 2
told told ethtool -X $nic hkey "$(printf '6d:%.0s' {1..39})5a"
told silent ethtool -K $nic gro off
told told ethtool -X $nic default
passed
