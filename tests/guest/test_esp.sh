#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On the host: boots each guest once and runs in it what is to be shown there.
set -u

here=$(cd "$(dirname "$0")" && pwd)
failed=0

# boot LABEL [OPTION of lab/guest/run...] -- COMMAND...: each COMMAND is a script beside this one.
boot() {
	local label=$1 options=() commands='' status
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	for command; do commands+="$here/$command || failed=1; "; done
	# A guest that was lost and booted again says the same twice: count it once.
	ESPALIER_GUEST="guest $label" "$here/../../lab/guest/run" "${options[@]}" \
		sh -c "failed=0; $commands exit \$failed" 2>&1 |
		awk '!/^ok / || !seen[$0]++ { print; fflush() }'
	status=${PIPESTATUS[0]}
	case $status in
	0) ;;
	1) failed=1 ;;
	*) echo "FAIL guest $label: lab/guest/run returned $status" && failed=1 ;;
	esac
}

# On a veth only generic mode keeps tags that lie beside the packet; run refuses otherwise.
boot 6.12 -- smoke.sh gain.sh esp.sh "esp.sh v6 esn replay=128" "esp.sh stripped generic"
boot 6.1 --kernel 6.1 --timeout 1200 -- smoke.sh esp.sh events.sh
boot "6.12 SAs" --timeout 1200 -- sixteen.sh events.sh pcpu.sh faults.sh strongswan.py
boot "6.12 virtio" --net virtio -- "esp.sh nic" "esp.sh nic vlan v6"
# The NIC takes the VLAN tags off before XDP sees the frame, unless it is told not to.
boot "6.12 vmxnet3" --net vmxnet3 -- "esp.sh nic stripped"
exit $failed
