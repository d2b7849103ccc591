#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The container image: a root made as container/Containerfile makes it, run here as docs/daemonset.yaml
# says: its capabilities and no more, a root that cannot be written, the node's bpffs and /run/espalier, a
# network namespace that stands for the node's.
#
#	tests/package/image.sh [DEB]	the package of trixie; tests/package/deb.sh trixie makes it if none is named
set -u
[ "$(id -u)" = 0 ] || { echo "image.sh: needs root" >&2; exit 1; }
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/package/lib.sh
. "$here/lib.sh"

deb=${1-}
image=${ESPALIER_IMAGE-$tmp/image}
make_image() {
	make_root trixie "$image" --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/file-mirror-automount \
		--include="$(readlink -f "$deb")"
}

# It is run where there is no network but its own, and no bpffs and /run but its own.
if [ -z "${ESPALIER_IMAGE-}" ]; then
	if [ -z "$deb" ]; then
		"$here/deb.sh" trixie || exit 1
		deb=$(echo "$root"/build/packages/espalier_*~trixie_*.deb)
	fi
	must "a root as the image's" make_image
	ESPALIER_IMAGE=$image "$root/lab/apart" unshare --net "$0"
	exit
fi

# What the DaemonSet says, as words of a shell: its capabilities, as setpriv names them, and the command.
said() {
	/usr/bin/python3 - "$root/docs/daemonset.yaml" "$1" <<-'END'
	import sys, yaml
	spec = yaml.safe_load(open(sys.argv[1]))["spec"]["template"]["spec"]
	container, = spec["containers"]
	if sys.argv[2] == "caps":
	    print(",".join(["-all"] + ["+" + c.lower() for c in container["securityContext"]["capabilities"]["add"]]))
	elif sys.argv[2] == "args":
	    print(*["wan" if "$" in word else word for word in container["args"]])
	END
}
caps=$(said caps) args=$(said args)

# As a container runtime does.
mount_image() {
	mkdir -p /run/espalier "$image/run/espalier" "$image/sys/fs/bpf"
	mount --bind -o ro "$image" "$image" && mount -o remount,bind,ro "$image" &&
		mount -t proc proc "$image/proc" &&
		mount -t sysfs -o ro sysfs "$image/sys" &&
		mount -t tmpfs -o mode=755 dev "$image/dev" && mknod -m 666 "$image/dev/null" c 1 3 &&
		mount --bind /sys/fs/bpf "$image/sys/fs/bpf" &&
		mount --bind /run/espalier "$image/run/espalier"
}
# contained WORD...: of the image, with what the DaemonSet gives
contained() {
	chroot "$image" setpriv --bounding-set="$caps" --inh-caps=-all /usr/sbin/espalier "$@"
}
begin() {
	# shellcheck disable=SC2086
	(exec chroot "$image" setpriv --bounding-set="$caps" --inh-caps=-all /usr/sbin/espalier $args) >"$tmp/said" 2>&1 &
	daemon=$!
	for _ in $(seq 300); do
		grep -q 'ready:' "$tmp/said" && return
		kill -0 "$daemon" || break
		sleep 0.1
	done
	cat "$tmp/said"
	return 1
}
end() { kill "$daemon" && wait "$daemon"; }
steered() { contained show --json | jq -e '.interfaces[0].interface == "wan"'; }
shown() {
	for _ in $(seq 100); do
		contained show --all --json | jq -e 'any(.sas[]; .spi == "0xc0000001")' && return
		sleep 0.1
	done
	return 1
}
has_program() { ip link show wan | grep -q prog/xdp; }
holds_no_more() { [ "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$daemon/status")" = 000000c000801000 ]; }

must "mounted as in a pod" mount_image
ip link add wan numrxqueues 4 numtxqueues 4 type veth peer name far numrxqueues 4 numtxqueues 4
ip address add 192.0.2.2/24 dev wan
ip link set far up
ip link set wan up
sysctl -qw net.core.xfrm_acq_expires=3600
ip xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel min 0xc0000001 max 0xc0000001 >/dev/null
must "a pod begins" begin
check "it steers" steered
check "it follows the node's SAs" shown
check "it keeps four capabilities" holds_no_more
check "a pod ends" end
check "packets are steered on while it is replaced" has_program
must "the next pod begins" begin
check "it adopts what it finds" shown
check "kubectl exec POD -- espalier stop" contained stop
check "takes the program off" sh -c '! ip link show wan | grep -q prog/xdp'
wait "$daemon"
exit "$failed"
