#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The RPM: built by rpmbuild of the tree as it is, under rpmlint, its files, scripts and requirements
# looked at, installed and removed on a copy of this machine's root. On Debian fedora.macros stands in for
# what Fedora's packages define; what RHEL names its packages is not asked of RHEL here. The RPMs are left
# in build/packages.
set -u
# shellcheck source=tests/package/lib.sh
. "$(dirname "$0")/lib.sh"

here=$root/tests/package
spec=$root/rpm/espalier.spec
macros=$(rpm --showrc | sed -n 's/^Macro path: //p'):$here/fedora.macros
fedora=
if [ "$(rpm --eval '%{?systemd_post:yes}')" != yes ]; then
	fedora="--macros=$macros --nodeps"
fi

build() {
	sources "$tmp/espalier-$version"
	mkdir -p "$tmp/rpm/SOURCES"
	tar -C "$tmp" -cJf "$tmp/rpm/SOURCES/espalier-$version.tar.xz" "espalier-$version"
	# shellcheck disable=SC2086
	nice -n 19 rpmbuild -ba $fedora --define "_topdir $tmp/rpm" "$spec"
}

files() { rpm -qpl "$package"; }
settings_are_kept() { rpm -qp --qf '[%{FILENAMES} %{FILEFLAGS}\n]' "$package" | grep -qx '/etc/espalier/espalier.conf 17'; }
has_all() {
	for file in /usr/sbin/espalier /usr/lib/systemd/system/espalier.service /usr/share/man/man8/espalier.8 \
		/usr/share/man/man5/espalier.conf.5 /usr/share/bash-completion/completions/espalier \
		/usr/share/zsh/site-functions/_espalier /usr/share/doc/espalier/README.md; do
		files | grep -q "^$file" || { echo "$file is missing"; return 1; }
	done
}

# On this machine's root with a layer over it, which goes with the mount namespace: a stand-in for systemd's
# helper notes what it was called for.
installed_and_removed() {
	unshare -m bash -euc '
		tmp=$1 package=$2 version=$3
		mount -t tmpfs layer "$tmp/layer"
		mkdir "$tmp/layer/up" "$tmp/layer/work" "$tmp/layer/root"
		mount -t overlay -o "lowerdir=/,upperdir=$tmp/layer/up,workdir=$tmp/layer/work" root "$tmp/layer/root"
		at=$tmp/layer/root
		rm -rf "$at/usr/sbin/espalier" "$at/etc/espalier"
		cp "$package" "$at/espalier.rpm"
		mkdir -p "$at/usr/lib/systemd"
		printf "#!/bin/sh\necho \"\$*\" >>/called\n" >"$at/usr/lib/systemd/systemd-update-helper"
		chmod 755 "$at/usr/lib/systemd/systemd-update-helper"
		chroot "$at" rpm -i --nodeps --ignorearch /espalier.rpm
		[ "$(chroot "$at" /usr/sbin/espalier --version)" = "espalier $version" ]
		chroot "$at" rpm -V --nodeps espalier
		echo "# the operator" >>"$at/etc/espalier/espalier.conf"
		chroot "$at" rpm -U --force --nodeps --ignorearch /espalier.rpm
		grep -q "# the operator" "$at/etc/espalier/espalier.conf"
		chroot "$at" rpm -e --nodeps espalier
		[ ! -e "$at/usr/sbin/espalier" ]
		[ ! -e "$at/etc/espalier/espalier.conf" ]
		cat "$at/called"
		[ "$(tr "\n" ";" <"$at/called")" = "install-system-units espalier.service;mark-restart-system-units espalier.service;remove-system-units espalier.service;" ]
	' sh "$tmp" "$package" "$version"
}

must "rpmbuild" build
package=$(echo "$tmp"/rpm/RPMS/*/espalier-"$version"-*.rpm)
check "rpmlint has nothing to say" sh -c "rpmlint -c '$root/rpm/rpmlint.toml' '$spec' '$package' '$tmp'/rpm/SRPMS/*.rpm"
check "it holds what is to be installed" has_all
check "settings of the operator are kept" settings_are_kept
check "its version is the tree's" test "$(rpm -qp --qf '%{VERSION}' "$package")" = "$version"
check "it asks for the libraries that it is linked with" sh -c "rpm -qpR '$package' | grep -q '^libbpf.so.1'"
mkdir -p "$tmp/layer"
check "it is installed, upgraded and removed" installed_and_removed
[ "$failed" = 1 ] || keep "$package" "$tmp"/rpm/SRPMS/*.rpm
exit "$failed"
