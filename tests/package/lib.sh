# SPDX-License-Identifier: GPL-2.0-only
# What the scripts of packages share. Sourced: $root is the tree, $tmp a directory that goes at the end,
# $failed is 1 when a check has failed.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tmp=$(mktemp -d /tmp/espalier-package.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
failed=0
version=$(sed -n "s/^    version: '\(.*\)',$/\1/p" "$root/meson.build")

# bad WHAT: it failed; the end of what was said
bad() {
	echo "FAIL package: $1"
	[ ! -s "$tmp/log" ] || tail -n 20 "$tmp/log" | sed 's/^/  /'
	failed=1
}

# check WHAT COMMAND...: false if it failed
check() {
	local what=$1
	shift
	if "$@" >"$tmp/log" 2>&1; then
		echo "ok package: $what"
	else
		bad "$what"
		return 1
	fi
}

# must WHAT COMMAND...: without it nothing of what follows can be tried
must() {
	check "$@" || exit 1
}

# sources DIR: the tree as it would be handed out: what git knows, with changes that are not committed
sources() {
	mkdir -p "$1"
	git -C "$root" ls-files -z | (cd "$root" && xargs -0 ls -d 2>/dev/null) |
		tar -C "$root" -c -T - | tar -x -C "$1"
}

# keep FILE...: leaves them in build/packages, and says so
keep() {
	mkdir -p "$root/build/packages"
	cp "$@" "$root/build/packages/"
	for file in "$@"; do
		echo "build/packages/$(basename "$file")"
	done
}

# make_root SUITE DIR OPTION...: a root of that Debian release, from where this machine's apt gets its own
make_root() {
	local suite=$1 dir=$2 mirror
	shift 2
	mirror=$(apt-get update --print-uris | sed -nE "s|^'(.*/debian)/dists/[^/]*/InRelease' .*|\1|p" | head -n 1)
	# What it mounts there is nobody else's to see.
	nice -n 19 unshare --mount mmdebstrap --quiet --mode=root --aptopt='APT::Sandbox::User "root"' "$@" "$suite" "$dir" "$mirror" &&
		mkdir -p "$dir/src"
}
