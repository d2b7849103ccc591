#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On the host: boots each guest once and runs in it what is to be shown there. With $ESPALIER_DAY some of
# the guests only, others on each of three days.
# shellcheck source-path=SCRIPTDIR
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/in-guest.sh"
tmp=$(mktemp -d /tmp/espalier-esp.XXXXXX)
# shellcheck disable=SC2317 # the traps reach it
cleanup() {
	trap '' INT TERM
	kill 0 2>/dev/null # the guests still running
	wait
	rm -rf "$tmp"
}
trap 'cleanup; exit 130' INT TERM
guests=0

# in_guest beside others: a guest keeps one CPU busy, so there are as many as CPUs. What one says is
# printed in one piece when it ends.
boot() {
	local log=$tmp/$((guests += 1))
	[ "$(jobs -rp | wc -l)" -lt "$(nproc)" ] || wait -n
	{
		in_guest "$@" >"$log" || touch "$tmp/failed"
		flock "$tmp" cat "$log"
	} &
}

# on DAY LABEL...: boot, every day or on one of three.
on() {
	local day=$1
	shift
	case ${ESPALIER_DAY:+$((ESPALIER_DAY % 3))} in
	'' | "$day") boot "$@" ;;
	*) echo "  left for another day: guest $1" ;;
	esac
}

# root NAME: another version of an IKE daemon (lab/guest/root).
root() {
	"$here/../../lab/guest/root" "$1" || touch "$tmp/failed"
}

# The longest first. vmxnet3 takes the VLAN tags off before XDP sees the frame, unless it is told not to.
boot "6.12 SAs" --timeout 1200 -- sixteen.sh events.sh pcpu.sh faults.sh "strongswan.py test_strongswan"
boot 6.12 --timeout 1200 -- smoke.sh gain.sh ntuple.sh esp.sh "esp.sh no-btf" "esp.sh v6 esn replay=128" \
	kernel.sh
on 0 6.1 --kernel 6.1 --timeout 1200 -- smoke.sh esp.sh events.sh kernel.sh beyond.sh
boot 5.10 --kernel 5.10 --timeout 1200 -- smoke.sh esp.sh kernel.sh
on 1 "newest SAs" --kernel newest --timeout 1200 -- smoke.sh sixteen.sh events.sh pcpu.sh kernel.sh beyond.sh \
	migrate.sh "strongswan.py test_mobike"
ESPALIER_STRONGSWAN=$(root strongswan-6) on 0 "newest inner" --kernel newest --timeout 1200 -- inner.sh \
	"percpu.py test_per_cpu_sas"
on 2 "newest moves" --kernel newest --timeout 1200 -- moves.sh stream.sh
ESPALIER_LIBRESWAN=$(root libreswan) on 2 "6.12 Libreswan" --timeout 1200 -- libreswan.sh
ESPALIER_LIBRESWAN=$(root libreswan-5) on 1 "newest Libreswan 5" --kernel newest --timeout 1200 -- libreswan.sh
ESPALIER_STRONGSWAN=$(root strongswan-6) on 2 "newest strongSwan 6" --kernel newest --timeout 1200 -- strongswan.py \
	"percpu.py test_per_cpu_sas_in_udp"
boot "6.12 moves" --timeout 1200 -- moves.sh
on 0 "6.1 virtio" --kernel 6.1 --net virtio --timeout 1200 -- jumbo.sh
on 0 "6.12 virtio" --net virtio --timeout 1200 -- "nic.sh virtio" "esp.sh nic" "esp.sh nic vlan v6"
on 1 "6.12 interrupts" --net virtio --cpus 4 --timeout 1200 -- irqs.sh
on 1 "newest virtio" --kernel newest --net virtio --timeout 1200 -- rss-ntf.sh
on 2 "newest igb" --kernel newest --net igb --timeout 1200 -- "nic.sh igb" rps.sh "esp.sh nic vlan"
on 1 "6.12 vmxnet3" --net vmxnet3 --timeout 1200 -- "nic.sh vmxnet3" "esp.sh nic stripped" \
	"esp.sh nic stripped rps"
ESPALIER_LIBRESWAN=$(root libreswan) on 0 "6.12 e1000e" --net e1000e --timeout 1200 -- "nic.sh e1000e" rps.sh \
	transport.py "libreswan.sh transport"
on 2 "6.1 e1000e" --kernel 6.1 --net e1000e --timeout 1200 -- rps.sh
on 1 "newest e1000e" --kernel newest --net e1000e --timeout 1200 -- rps.sh
wait
[ ! -e "$tmp/failed" ]
status=$?
rm -rf "$tmp"
exit $status
