#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian package for bookworm or trixie: built in a root of that release, of the tree as it is, under
# that release's lintian, and installed in a root that has nothing but what the package needs. The .deb is
# left in build/packages.
#
#	tests/package/deb.sh bookworm|trixie
set -u
# shellcheck source=tests/package/lib.sh
. "$(dirname "$0")/lib.sh"

suite=${1-}
case $suite in bookworm | trixie) ;; *) echo "usage: tests/package/deb.sh bookworm|trixie" >&2; exit 2 ;; esac
[ "$(id -u)" = 0 ] || { echo "deb.sh: needs root, for chroot" >&2; exit 1; }

# in_root ROOT COMMAND...: with a /proc, in namespaces that end with it
in_root() {
	local at=$1
	shift
	unshare --mount --pid --fork sh -c 'mount -t proc proc "$1/proc" && shift && exec chroot "$@"' sh "$at" "$at" "$@"
}
needed() {
	printf '%s,' lintian
	sed -n '/^Build-Depends:/,/^[A-Z]/p' "$root/debian/control" | sed -n 's/^ \([^ ,]*\).*/\1/p' |
		sed 's/^debhelper-compat$/debhelper/' | paste -sd,
}
build_root() { make_root "$suite" "$tmp/build" --variant=buildd --include="$(needed)"; }
build() {
	sources "$tmp/build/src/espalier"
	sed -i "1s/(\(.*\))/(\1~$suite)/" "$tmp/build/src/espalier/debian/changelog"
	in_root "$tmp/build" sh -c 'cd /src/espalier && nice -n 19 dpkg-buildpackage -us -uc -b'
}
lint() {
	# Standards and names of checks differ from release to release: only errors count.
	in_root "$tmp/build" sh -c 'lintian --allow-root --fail-on error /src/espalier_*.changes'
}
install_root() {
	deb=$(echo "$tmp"/build/src/espalier_*.deb)
	make_root "$suite" "$tmp/install" --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/file-mirror-automount --include="$deb"
}
no_dev() { ! in_root "$tmp/install" dpkg-query -W -f '${Package}\n' | grep -- '-dev$'; }
tells_version() { in_root "$tmp/install" espalier --version | grep -qx "espalier $version"; }
# It tells of this machine's kernel; 1 says that something is not well, which may be so.
inspects() {
	in_root "$tmp/install" espalier inspect --json >"$tmp/inspected"
	[ $? -lt 2 ] && /usr/bin/python3 -c 'import json, sys; assert json.load(sys.stdin)["checks"]' <"$tmp/inspected"
}

must "a root of $suite with what a build needs" build_root
must "dpkg-buildpackage for $suite" build
check "lintian of $suite" lint
must "installed in a root of $suite" install_root
check "nothing that is for builds comes with it" no_dev
check "espalier --version" tells_version
check "espalier inspect" inspects
[ "$failed" = 1 ] || keep "$deb"
exit "$failed"
