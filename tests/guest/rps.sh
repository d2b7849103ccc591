#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: method rps under real ESP, on a NIC (lab/guest/run --net e1000e, whose driver has no XDP, or
# igb, which must be told): over a veth a packet would keep the hash that its sender's namespace took. 16 SAs of
# each kind, each decrypted on its CPU; the daemon killed; a CPU of the masks offline; then as before.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

masks() {
	in_ns gw-b unshare -m sh -c \
		'mount -t sysfs none /sys && cat /sys/class/net/wan/queues/rx-*/rps_cpus' | xargs
}

dissectors() {
	in_ns gw-b bpftool net show | sed -n '/^flow_dissector/,/^$/p' | grep -c 'id '
}

says() {
	grep -q "$1" "$log"
}

# Every ping answered, each SA decrypted on the one CPU that show names.
on_their_cpus() {
	esp_probe_start || fail "$1: no probe"
	ESP_INTERVAL=0.2 esp_ping 4 || fail "$1: a ping was not answered"
	decrypted=$(esp_probe_show | awk '/^0xb/ { print $1, $2 }')
	esp_probe_stop
	[ "$(xfrm_refused)" = 0 ] || fail "$1: XfrmIn: $(esp_errors gw-b)"
	[ "$(shown '.sas[] | "\(.spi) \(.cpu)"' | sort)" = "$decrypted" ] ||
		fail "$1: show differs from what the kernel decrypted: $decrypted"
}

driver=$(basename "$(readlink -f /sys/class/net/eth0/device/driver)")
method=()
[ "$driver" != igb ] || method=(--method rps)

begin "16 SAs of each kind by method rps on $driver"
esp_up 16 16 nic || fail "the lab"
esp_add 16 16 v6 || fail "IPv6"
before="$(esp_settings) $(masks)"
start_espalier 64 "${method[@]}"
says "steering (rps)" || fail "not by method rps"
[ "$driver" != igb ] || in_ns gw-b ethtool -k wan | grep -q '^receive-hashing: on' ||
	fail "the driver's hash was taken away, which is not one of L4"
on_their_cpus "at first"
[ "$(awk '{ print $2 }' <<<"$decrypted" | sort | uniq -c | xargs)" = "32 0 32 1" ] ||
	fail "not 32 SAs on each CPU: $decrypted"
[ "$(shown '[.sas[].encap] | group_by(.)[] | "\(length) \(.[0])"' | xargs)" = "32 none 32 udp" ] ||
	fail "show: $(shown '[.sas[].encap]')"
[ "$(shown '[.sas[] | select(.packets >= 4)] | length')" = 64 ] || fail "the kernel's counters are not taken"
passed

begin "method rps: an SA moves in a gap, and goes where it was moved"
for spi in 0xb0000001 0xb0000011 0xb0000021 0xb0000031; do
	to=$((1 - $(shown ".sas[] | select(.spi == \"$spi\") | .cpu")))
	await 60 "a gap of $spi" espalier move $spi $to
done
on_their_cpus "after moves"
passed

begin "method rps goes on without the daemon, and is adopted"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
on_their_cpus "without a daemon"
start_espalier 64 "${method[@]}"
[ "$(dissectors)" = 1 ] || fail "dissectors: $(dissectors)"
on_their_cpus "adopted"
passed

in_masks() {
	masks | grep -qw 3
}
out_of_masks() {
	[ "$(masks | tr ' ' '\n' | sort -u)" = 1 ]
}
on_cpus() {
	[ "$(shown '[.sas[].cpu] | unique | join(" ")')" = "$1" ]
}

begin "method rps: a CPU of the masks offline and online again"
echo 0 >/sys/devices/system/cpu/cpu1/online
await 60 "the word 'offline'" says "CPU 1 went offline"
await 60 "every SA on CPU 0" on_cpus 0
await 60 "CPU 1 to be out of the masks" out_of_masks
on_their_cpus "with CPU 1 offline"
echo 1 >/sys/devices/system/cpu/cpu1/online
await 60 "the word 'online'" says "CPU 1 came online"
await 60 "CPU 1 to be in the masks" in_masks
await 60 "an SA to move there" espalier move 0xb0000001 1
on_their_cpus "with CPU 1 online again"
passed

# Another wire, and from now on what goes to gw-b takes it.
add_wire() {
	local queues="numrxqueues 2 numtxqueues 2" end
	# shellcheck disable=SC2086
	ip link add wan2 netns gw-a $queues type veth peer name wan2 netns gw-b $queues
	for end in a:1 b:2; do
		in_ns gw-${end%:*} ethtool -K wan2 tx off gro on >/dev/null
		ip -n gw-${end%:*} addr add 198.51.100.${end#*:}/24 dev wan2
		ip -n gw-${end%:*} addr add 2001:db8:1::${end#*:}/64 dev wan2 nodad
		ip -n gw-${end%:*} link set wan2 up
	done
	in_ns gw-b sysctl -q net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.wan2.rp_filter=0
}
take_other_wire() {
	ip -n gw-a route add 192.0.2.2 via 198.51.100.2
	ip -n gw-a route add 2001:db8::2 via 2001:db8:1::2
}
# Each SA has so many packets, by show and by the kernel since $1.
counted() {
	[ "$(shown '.sas[] | "\(.spi) \(.packets)"' | sort)" = "$(join <(echo "$1") <(by_kernel) | awk '{ print $1, $3 - $2 }')" ] &&
		[ "$(shown '[.sas[].packets] | unique | join(" ")')" = "$2" ]
}
by_kernel() {
	ip -n gw-b -s xfrm state | awk '/proto esp spi/ { spi = substr($4, 1, 10) }
		$1 ~ /^[0-9]+\(bytes\)/ && spi ~ /^0xb/ { print spi, $2 + 0 }' | sort
}

if [ "$driver" != igb ]; then # where XDP is native, auto takes that for both
	begin "two interfaces, by rps and by xdp: show counts what comes by either"
	stop_espalier
	add_wire
	began=$(by_kernel)
	start_espalier 64 wan2
	[ "$(shown '[.interfaces[] | "\(.interface) \(.method)"] | sort | join(", ")')" = "wan rps, wan2 xdp" ] ||
		fail "methods: $(shown '.interfaces')"
	ESP_INTERVAL=0.2 esp_ping 4 || fail "by rps: a ping was not answered"
	await 30 "what came by rps to be counted" counted "$began" 4
	take_other_wire
	ESP_INTERVAL=0.2 esp_ping 4 || fail "by xdp: a ping was not answered"
	[ "$(ip -n gw-b -s -j link show wan2 | jq '.[0].stats64.rx.packets')" -ge 256 ] || fail "not by xdp"
	await 30 "what came by both to be counted" counted "$began" 8
	[ "$(xfrm_refused)" = 0 ] || fail "XfrmIn: $(esp_errors gw-b)"
	passed
fi

no_dissector() {
	[ "$(dissectors)" = 0 ]
}

begin "method rps leaves all as it was"
stop_espalier
[ "$(esp_settings) $(masks)" = "$before" ] || fail "not as it was: $(diff <(echo "$(esp_settings) $(masks)") - <<<"$before")"
await 10 "the dissector gone" no_dissector
passed
