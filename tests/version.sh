#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# version.sh VERSION: wherever the tree names its version it is this one.
set -eu
cd "$(dirname "$0")/.."

is() {
	[ "$2" = "$version" ] || { echo "$1 names version '$2', not $version" >&2; exit 1; }
}

version=$1
is rpm/espalier.spec "$(sed -n 's/^Version: *//p' rpm/espalier.spec)"
is debian/changelog "$(sed -n '1s/.*(\(.*\)-.*/\1/p' debian/changelog)"
is docs/daemonset.yaml "$(sed -n 's|.*image: .*/espalier:||p' docs/daemonset.yaml)"
is docs/packaging.md "$(sed -n 's/.*-t espalier:\([0-9.]*\) .*/\1/p' docs/packaging.md)"
is container/Containerfile "$(sed -n 's/.*-t espalier:\([0-9.]*\) .*/\1/p' container/Containerfile)"
is NEWS.md "$(sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' NEWS.md | head -n 1)"
