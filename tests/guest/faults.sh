#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: what goes wrong while real ESP runs: the daemon killed and started again; a CPU
# offline, channels changed under us, events lost; the interface down and up, deleted and made again.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

says() {
	grep -q "$1" "$log"
}

# Flood pings through SAs 1 and 2 while a function runs; none is lost.
lose_nothing_while() {
	flood 10.1.1.1 10.2.1.1 10.1.2.1 10.2.2.1
	sleep 1
	"$1"
	sleep 1
	end_flood
	[ "$sent" = "$answered" ] || fail "pings: $answered of $sent answered: $flooded"
	[ "$(xfrm_refused)" = 0 ] || fail "XfrmIn: $(esp_errors gw-b)"
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
	await 60 "the adoption" says "adopted; steering went on"
	[ "$(shown '.sas[] | "\(.spi) \(.cpu)"')" = "$placed" ] || fail "placed anew"
}

begin "the daemon killed and started again under real ESP loses nothing"
start_espalier 16
lose_nothing_while kill_and_restart
passed

change_channels() {
	# In this order: a veth with XDP wants as many queues as its peer sends on.
	in_ns gw-a ethtool -L wan tx 2 && in_ns gw-b ethtool -L wan rx 2 && sleep 1 &&
		in_ns gw-b ethtool -L wan rx 4 && in_ns gw-a ethtool -L wan tx 4
}

begin "channels changed under us: packets are steered on"
change_channels || fail "ethtool -L"
sleep 1
all_answered "after the channels were changed"
before=$(shown '[.sas[].packets] | add')
all_answered "a second time"
[ "$(($(shown '[.sas[].packets] | add') - before))" = 80 ] || fail "not through our rings"
passed

# The socket holds the events of more than 10,000: with the daemon standing still, 25,000 are
# too many for sure.
begin "5,000 SAs at once, and the events are lost: all are read again"
for i in $(seq 5000); do
	printf 'xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x%08x reqid 901 mode tunnel ' \
		$((0xc1000000 + i))
	printf 'aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128\n'
done >"$log.add"
sed 's/ add / delete /; s/ reqid.*//' "$log.add" >"$log.delete"
kill -STOP "$daemon"
for batch in add delete add delete add; do
	ip -n gw-b -batch "$log.$batch" || fail "$batch"
done
kill -CONT "$daemon"
await 60 "the word 'reading all'" says "came faster than we read them; reading all SAs again"
await 60 "5,016 SAs in show" lists 5016
ip -n gw-b -batch "$log.delete" || fail "deleting them"
rm -f "$log.add" "$log.delete"
await 60 "16 SAs in show" lists 16
all_answered "after all that"
passed

# The gateways know each other's hardware addresses: what is lost to ARP is not ours to answer for.
neighbours() {
	in_ns gw-a ping -q -c 1 -W 1 192.0.2.2 && in_ns gw-b ping -q -c 1 -W 1 192.0.2.1
}

begin "the interface down and up, deleted and made again"
ip -n gw-b link set wan down
await 60 "the word 'down'" says "wan is down"
ip -n gw-b link set wan up
await 60 "the word 'up'" says "wan is up"
ip -n gw-b route replace 10.1.0.0/16 via 192.0.2.1 || fail "the route"
sleep 1
await 60 "the neighbours" neighbours
all_answered "after down and up"
ip -n gw-b link del wan
await 60 "the word 'deleted'" says "wan was deleted"
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
await 60 "it to be steered again" is_steered
sleep 1
await 60 "the neighbours" neighbours
esp_probe_start || fail "no probe"
all_answered "after it was made again"
[ "$(esp_probe_show | awk '/^0xb/ { print $2 }' | sort | uniq -c | xargs)" = "8 0 8 1" ] ||
	fail "decrypted: $(esp_probe_show)"
passed

# The threads of CPU 1's rings, and how long they have run, in clock ticks.
ring_threads() {
	local comm
	for comm in /proc/[0-9]*/comm; do
		[[ $(cat "$comm" 2>/dev/null) = cpumap/1/* ]] && echo "${comm%/comm}"
	done
}
ring_ticks() {
	local thread
	for thread in $(ring_threads); do
		cat "$thread/stat"
	done | awk '{ ticks += $14 + $15 } END { print ticks + 0 }'
}
are_bound() {
	local thread threads
	threads=$(ring_threads)
	[ -n "$threads" ] || return 1
	for thread in $threads; do
		[ "$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "$thread/status")" = 1 ] || return 1
	done
}
takes_sas() {
	shown '.cpus[].cpu' | grep -qx 1
}

cpu_goes_and_comes() {
	echo 0 >/sys/devices/system/cpu/cpu1/online
	await 60 "the word 'offline'" says "CPU 1 went offline"
	await 60 "every SA on CPU 0" on_cpus 0
	echo 1 >/sys/devices/system/cpu/cpu1/online
	await 60 "the word 'online'" says "CPU 1 came online"
	await 60 "the threads of CPU 1 to be bound to it" are_bound
	await 60 "CPU 1 to take SAs" takes_sas
}
on_cpus() {
	[ "$(shown '[.sas[].cpu] | unique | join(" ")')" = "$1" ]
}

begin "a CPU offline and online again: its SAs move away, in order, and nothing is lost"
lose_nothing_while cpu_goes_and_comes
passed

begin "a CPU offline without a daemon: its ring decrypts elsewhere, and is made anew"
for spi in 0xb0000001 0xb0000009; do
	espalier move $spi 1 >/dev/null || fail "moving $spi to CPU 1"
done
await 60 "SAs on both CPUs" on_cpus "0 1"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
echo 0 >/sys/devices/system/cpu/cpu1/online
all_answered "with CPU 1 offline"
sleep 1
ticks=$(ring_ticks)
sleep 2
ticks=$(($(ring_ticks) - ticks))
[ "$ticks" -lt 50 ] || fail "the threads of CPU 1 spin: $ticks ticks in 2 s without traffic"
echo 1 >/sys/devices/system/cpu/cpu1/online
all_answered "with CPU 1 online again"
! are_bound || fail "the threads are still bound: this test shows nothing"
start_espalier 16
await 60 "the threads of CPU 1 to be bound to it" are_bound
await 60 "CPU 1 to take SAs" takes_sas
espalier move 0xb0000001 1 >/dev/null || fail "moving an SA to CPU 1"
await 60 "an SA on CPU 1" on_cpus "0 1"
esp_probe_stop
esp_probe_start || fail "no probe"
all_answered "at the end"
[ "$(esp_probe_show | awk '$1 == "0xb0000001" { print $2 }')" = 1 ] ||
	fail "decrypted: $(esp_probe_show)"
passed
stop_espalier
