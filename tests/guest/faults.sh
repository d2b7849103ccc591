#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: what goes wrong while real ESP runs: the daemon killed and started again; the
# interface down and up, deleted and made again.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

says() {
	grep -q "$1" "$log"
}

# Flood pings through SAs 1 and 2 while a function runs; none is lost.
lose_nothing_while() {
	local result sent answered
	coproc flood { in_ns gw-a "$ESP_TOP/lab/floodping" 10.1.1.1 10.2.1.1 10.1.2.1 10.2.2.1 2>&1; }
	sleep 1
	"$1"
	sleep 1
	eval "exec ${flood[1]}>&-"
	result=$(tail -n 1 <&"${flood[0]}")
	read -r _ sent _ answered <<<"$result"
	[ "$sent" -gt 100 ] || fail "too few pings to tell: $result"
	[ "$sent" = "$answered" ] || fail "pings: $result"
	[ "$(xfrm_refused)" = 0 ] || fail "XfrmIn: $(esp_errors gw-b)"
	echo "  $result"
}

all_answered() {
	ESP_CPU=0 esp_ping 5 || fail "$1: a ping was not answered"
}

esp_up 8 8 || fail "the lab"

kill_and_restart() {
	local placed
	placed=$(shown '.sas[] | "\(.spi) \(.cpu)"')
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
	sleep 1
	start_espalier 16
	await 10 "the adoption" says "adopted; steering went on"
	[ "$(shown '.sas[] | "\(.spi) \(.cpu)"')" = "$placed" ] || fail "placed anew"
}

begin "the daemon killed and started again under real ESP loses nothing"
start_espalier 16
lose_nothing_while kill_and_restart
passed

begin "the interface down and up, deleted and made again"
ip -n gw-b link set wan down
await 10 "the word 'down'" says "wan is down"
ip -n gw-b link set wan up
await 10 "the word 'up'" says "wan is up"
ip -n gw-b route replace 10.1.0.0/16 via 192.0.2.1 || fail "the route"
sleep 1
all_answered "after down and up"
ip -n gw-b link del wan
await 10 "the word 'deleted'" says "wan was deleted"
esp_wire 4
for end in a:1 b:2; do
	in_ns gw-${end%:*} ethtool -K wan tx off >/dev/null
	ip -n gw-${end%:*} link set wan up
	ip -n gw-${end%:*} addr add 192.0.2.${end#*:}/24 dev wan
done
ip -n gw-a route replace 10.2.0.0/16 via 192.0.2.2
ip -n gw-b route replace 10.1.0.0/16 via 192.0.2.1
is_steered() {
	[ "$(shown '.interfaces[].interface')" = wan ]
}
await 15 "it to be steered again" is_steered
sleep 1
esp_probe_start || fail "no probe"
all_answered "after it was made again"
[ "$(esp_probe_show | awk '/^0xb/ { print $2 }' | sort | uniq -c | xargs)" = "8 0 8 1" ] ||
	fail "decrypted: $(esp_probe_show)"
stop_espalier
passed
