#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On the host: `make install` with DESTDIR and prefix, the unit under systemd-analyze, the Debian
# package built and under lintian. In a guest: the package installed, run by systemd, purged.
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d /tmp/espalier-package.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
failed=0

bad() {
	echo "FAIL package: $1"
	[ ! -s "$tmp/log" ] || tail -n 20 "$tmp/log" | sed 's/^/  /'
	failed=1
}

# The tree as it would be handed out: what git knows, with changes that are not committed.
sources() {
	mkdir "$tmp/espalier"
	git -C "$root" ls-files -z | (cd "$root" && xargs -0 ls -d 2>/dev/null) |
		tar -C "$root" -c -T - | tar -x -C "$tmp/espalier"
}

# Every file below DESTDIR is below the prefix, but for the settings, which stay as they are.
install_test() {
	local dest=$tmp/dest
	mkdir -p "$dest/opt/espalier/etc/espalier"
	echo "# the operator's" >"$dest/opt/espalier/etc/espalier/espalier.conf"
	make -C "$tmp/espalier" BUILD=install-test install prefix=/opt/espalier \
		DESTDIR="$dest" >"$tmp/log" 2>&1 || return
	[ -z "$(find "$dest" -type f ! -path "$dest/opt/espalier/*")" ] || return
	[ "$(cat "$dest/opt/espalier/etc/espalier/espalier.conf")" = "# the operator's" ] || return
	"$dest/opt/espalier/sbin/espalier" --version >/dev/null || return
	grep -q '^ExecStart=/opt/espalier/sbin/espalier run .*/opt/espalier/etc/espalier' \
		"$dest/opt/espalier/lib/systemd/system/espalier.service" || return
	grep -q "^installed: $dest/opt/espalier/sbin/espalier$" "$tmp/log" || return # what went where,
	[ "$(grep -vc '^configuring\|^building\|^make' "$tmp/log")" -lt 6 ] || return # and not meson's configuration
	grep -q '/opt/espalier/etc/espalier/espalier' \
		"$dest/opt/espalier/share/man/man5/espalier.conf.5" || return
	[ -s "$dest/opt/espalier/share/bash-completion/completions/espalier" ] || return
	make -C "$tmp/espalier" BUILD=install-test uninstall >"$tmp/log" 2>&1 || return
	[ "$(find "$dest" -type f)" = "$dest/opt/espalier/etc/espalier/espalier.conf" ]
}

# systemd-analyze wants the program and the pages to be there: it sees them under a root of our own.
unit_test() {
	local unit=$tmp/espalier.service said
	sed "s|@SBINDIR@/espalier|$tmp/espalier/debian/espalier/usr/sbin/espalier|
		s|@CONFIG@|/etc/espalier/espalier.conf|; /^Documentation/d" \
		"$root/systemd/espalier.service" >"$unit"
	said=$(systemd-analyze verify --man=no "$unit" 2>&1)
	[ -z "$said" ] || { echo "$said" >"$tmp/log" && return 1; }
	score=$(systemd-analyze security --offline=yes --threshold=19 "$unit" 2>"$tmp/log" |
		sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
	[ "${PIPESTATUS[0]}" = 0 ] && [ -n "$score" ]
}

# The example for Kubernetes: YAML, the unit's capabilities, and a command line that `run` takes.
daemonset_test() {
	/usr/bin/python3 - "$root" "$tmp/espalier/debian/espalier/usr/sbin/espalier" >"$tmp/log" 2>&1 <<-'END'
	import re, subprocess, sys, yaml
	root, program = sys.argv[1:]
	spec = yaml.safe_load(open(f"{root}/docs/daemonset.yaml"))["spec"]["template"]["spec"]
	container, = spec["containers"]
	unit = re.search("^CapabilityBoundingSet=(.*)$", open(f"{root}/systemd/espalier.service").read(), re.M)
	caps = container["securityContext"]["capabilities"]
	# A runtime makes a pod's /sys read-only: it needs a sysfs of its own.
	assert sorted(caps["add"]) == sorted(["SYS_ADMIN"] + [c.removeprefix("CAP_") for c in unit[1].split()]), caps
	assert caps["drop"] == ["ALL"] and spec["hostNetwork"] and spec["hostPID"]
	mounts = {m["name"]: m["mountPath"] for m in container["volumeMounts"]}
	assert mounts == {v["name"]: v["hostPath"]["path"] for v in spec["volumes"]}, mounts
	words = [{e["name"]: e["value"] for e in container["env"]}.get(w.strip("$()"), w) if "$" in w else w
	         for w in container["args"]]
	done = subprocess.run([program, *words, "--help"], capture_output=True, text=True)
	assert done.returncode == 0, done.stderr
	END
}

sources
if install_test; then
	echo "ok package: make install honours DESTDIR and prefix, and leaves settings alone"
else
	bad "make install with DESTDIR and prefix"
fi
if (cd "$tmp/espalier" && dpkg-buildpackage -us -uc -b) >"$tmp/log" 2>&1; then
	echo "ok package: dpkg-buildpackage"
else
	bad "dpkg-buildpackage"
	exit 1
fi
if unit_test; then
	echo "ok package: the unit passes systemd-analyze verify; exposure $score of 10"
else
	bad "the unit under systemd-analyze"
fi
if daemonset_test; then
	echo "ok package: the DaemonSet has the unit's capabilities, SYS_ADMIN and a command line that run takes"
else
	bad "docs/daemonset.yaml"
fi
if lintian --allow-root --fail-on error,warning,info "$tmp"/espalier_*.changes >"$tmp/log" 2>&1; then
	echo "ok package: lintian has nothing to say"
else
	bad "lintian"
fi
rm -f "$tmp/log"
ESPALIER_DEB=$(echo "$tmp"/espalier_*.deb) "$root/lab/guest/run" --timeout 1200 "$here/guest.sh"
case $? in
0) ;;
1) failed=1 ;;
*) bad "the guest was lost" ;;
esac
exit $failed
