#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tarball by `meson dist`, of what is committed: it builds by itself, and all that is in it is known
# to git. It is left in build/packages.
set -u
# shellcheck source=tests/package/lib.sh
. "$(dirname "$0")/lib.sh"

git clone -q "$root" "$tmp/clone"
cd "$tmp/clone" || exit 1
must "meson setup" meson setup "$tmp/build" -Dtests=false
must "meson dist" meson dist -C "$tmp/build" --formats xztar --no-tests
tarball=$tmp/build/meson-dist/espalier-$version.tar.xz
[ -s "$tarball.sha256sum" ] || bad "there is a checksum"
tar -C "$tmp" -xf "$tarball"
cd "$tmp/espalier-$version" || exit 1
check "it holds what git knows, and no more" diff \
	<(git -C "$tmp/clone" ls-files | sort) <(find . -type f -o -type l | sed 's|^\./||' | sort)
must "it is set up without git" env GIT_DIR=/nonexistent meson setup "$tmp/unpacked" -Dtests=false
must "it builds" nice -n 19 ninja -C "$tmp/unpacked"
check "and tells its version" sh -c "'$tmp/unpacked/espalier' --version | grep -qx 'espalier $version'"
[ "$failed" = 1 ] || keep "$tarball" "$tarball.sha256sum"
exit "$failed"
