#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: is what the other guest tests rest on there? Kernel ESP of every kind, native
# XDP on veth, cpumap, BTF, tp_btf and fentry.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/esp-lab.sh"

name=${ESPALIER_GUEST:-guest}: pins=/sys/fs/bpf/smoke

cleanup() {
	rm -rf $pins
	esp_probe_stop
	esp_down
}
trap cleanup EXIT

fail() {
	echo "FAIL $name $1"
	exit 1
}

echo "Linux $(uname -r), $(nproc) CPUs"
[ -s /sys/kernel/btf/vmlinux ] || fail "no BTF"

esp_up 2 2 || fail "SAs over IPv4"
esp_add 2 2 v6 || fail "SAs over IPv6"
esp_add 2 2 esn replay=128 || fail "SAs with ESN"
before=$(esp_errors gw-b)
esp_ping 5 || fail "a ping through ESP was not answered"
echo "ok $name kernel ESP and ESP-in-UDP, IPv4 and IPv6, ESN"

esp_probe_start || fail "fentry does not attach"
"$ESP_BUILD/lab/guest/attach" "$ESP_BUILD/lab/guest/smoke.bpf.o" $pins || fail "tp_btf or load"
bpftool map update pinned $pins/cpus key 1 0 0 0 value 0 1 0 0 0 0 0 0 || fail "no cpumap entry"
in_ns gw-b bpftool net attach xdpdrv pinned $pins/redirect_all dev wan || fail "no native XDP"
ESP_CPU=0 esp_ping 5 || fail "a ping through XDP and cpumap was not answered"
[ "$(esp_errors gw-b)" = "$before" ] || fail "XfrmIn errors counted: $(esp_errors gw-b)"
processed=$(bpftool -j map dump pinned $pins/processed | jq '.[0].formatted.value')
[ "$processed" -ge 60 ] || fail "the cpumap thread processed $processed frames, fewer than 60"
seen=$(esp_probe_show | awk '/^0xb/ { on[$2]++ } END { print on[0] + 0, on[1] + 0 }')
# Before Linux 5.14 a window that is not the old 32 has another function, which the probe is not at.
case $(uname -r) in 5.10.*) all=8 ;; *) all=12 ;; esac
[ "$seen" = "0 $all" ] || fail "SAs decrypted on CPU 0 and 1: $seen, not 0 $all"
in_ns gw-b bpftool net detach xdpdrv dev wan
echo "ok $name native XDP and cpumap: all SAs decrypted on CPU 1"
