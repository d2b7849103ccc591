# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced on the host, by what boots guests.
#
#   in_guest LABEL [OPTION of lab/guest/run...] -- COMMAND...   boots one and runs in it each COMMAND, a
#                          script of this folder with its arguments; status 1: one of them failed

IN_GUEST_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

in_guest() {
	local label=$1 options=() commands='' status
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	for command; do commands+="$IN_GUEST_HERE/$command || failed=1; "; done
	# A guest that was lost and booted again says the same twice: count it once.
	ESPALIER_GUEST="guest $label" "$IN_GUEST_HERE/../../lab/guest/run" "${options[@]}" \
		sh -c "failed=0; $commands exit \$failed" 2>&1 |
		awk '!/^ok / || !seen[$0]++ { print; fflush() }'
	status=${PIPESTATUS[0]}
	case $status in
	0 | 1) ;;
	*) echo "FAIL guest $label: lab/guest/run returned $status" ;;
	esac
	return "$((status != 0))"
}
