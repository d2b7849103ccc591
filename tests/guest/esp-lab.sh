# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by tests that run in the guest: two gateways in namespaces gw-a and gw-b, a multi-queue
# veth ("wan" in both) between them, and real kernel ESP with any number of SAs, all between one
# pair of addresses. SA number i joins its own two inner addresses, so that a ping goes through it.
#
#   esp_up N_PLAIN N_UDP [v6] [vlan|stripped] [nic] [esn] [replay=32] [queues=4]   make it all;
#                         vlan: on VLAN 100, tags in the packet; stripped: tags beside it;
#                         nic: gw-b has eth0 and gw-a eth1 of lab/guest/run --net, not a veth
#   esp_add N_PLAIN N_UDP [v6] [esn] [replay=32]                    more SAs in the same lab
#   esp_ping COUNT        ping through every SA at once; prints "sent N answered M"; status 0: all.
#                         ESP_CPU=N: from CPU N, where a veth then receives; ESP_INTERVAL: seconds
#   esp_sas NS            the SPIs that NS decrypts, as 0x%08x, one a line
#   esp_errors NS         the XfrmIn* counters of NS
#   esp_settings          of gw-b's interface: what must be the same after steering
#   esp_as_before SETTINGS   waits until they are these again, or says how they differ: some drivers take the
#                         link down for a moment when a program goes
#   esp_probe_start, esp_probe_show, esp_probe_stop   "SPI CPU PACKETS" as the kernel decrypted them
#   esp_down              take everything away
#   in_ns NS COMMAND...   run COMMAND in NS; unlike ip netns exec it leaves /sys and its bpffs alone
#   exec_in_ns NS COMMAND...   the same in place of the shell: of `(exec_in_ns ...) &` $! is COMMAND
#
# SA number i has SPI 0xb0000000+i towards gw-b and 0xa0000000+i towards gw-a.

ESP_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ESP_BUILD=${ESPALIER_BUILD:-$ESP_TOP/build}
ESP_PROBE=/sys/fs/bpf/esp-lab-probe
ESP_DEV=wan # where the outer addresses are: wan, or wan.100 with vlan
ESP_FAMILY=() # of SA number i: 4 or 6
ESP_ENCAP=()  # pids
ESP_NIC=      # nic: real NICs, which esp_down gives back

in_ns() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" -- "$@"
}

exec_in_ns() {
	local ns=$1
	shift
	exec nsenter --net="/run/netns/$ns" -- "$@"
}

# The wire between gw-a and gw-b: $1 queues of a veth, or "nic".
esp_wire() {
	if [ "$1" = nic ]; then
		ip link set eth1 netns gw-a name wan
		ip link set eth0 netns gw-b name wan
	else
		ip link add wan netns gw-a numrxqueues "$1" numtxqueues "$1" type veth \
			peer name wan netns gw-b numrxqueues "$1" numtxqueues "$1"
	fi
}

# Four queues of virtio in gw-b. QEMU drops what its tap puts on queues that the driver has not asked
# for, and the driver does not ask for what it begins with, a queue a CPU: so by way of another number.
esp_queues() {
	in_ns gw-b ethtool -L wan combined 1 2>/dev/null || return 0
	in_ns gw-b ethtool -L wan combined 4
}

# VLAN 100 on the wire, in the namespace $1.
esp_vlan() {
	ip -n "$1" link add link wan name wan.100 type vlan id 100
	ip -n "$1" link set wan.100 up
	# A frame that lost its tag comes in on wan, where Linux would take it just the same.
	in_ns "$1" sysctl -q net.ipv4.conf.all.rp_filter=1
}

# Two namespaces, the wire, addresses, and the sockets of ESP-in-UDP.
# $1: queues or "nic", $2: vlan, stripped or nothing.
esp_net() {
	local ns end
	modprobe -a esp4 esp6
	for ns in gw-a gw-b; do
		ip netns add $ns
		ip -n "$ns" link set lo up
		in_ns "$ns" sysctl -q net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
	done
	esp_wire "$1"
	for end in a:1 b:2; do
		ns=gw-${end%:*}
		# Checksums left to the device would be lost with the skb on the way through a cpumap.
		in_ns "$ns" ethtool -K wan tx off >/dev/null
		ip -n "$ns" link set wan up
		[ "$1 $ns" != "nic gw-b" ] || esp_queues
		[ -z "$2" ] || esp_vlan "$ns"
		[ "$2" != vlan ] || in_ns "$ns" ethtool -K wan txvlan off tx-vlan-stag-hw-insert off
		ip -n "$ns" addr add 192.0.2.${end#*:}/24 dev $ESP_DEV
		ip -n "$ns" addr add 2001:db8::${end#*:}/64 dev $ESP_DEV nodad
		ESP_ENCAP+=("$(in_ns "$ns" "$ESP_TOP/lab/guest/encap.py")")
	done
	ip -n gw-a route add 10.2.0.0/16 via 192.0.2.2
	ip -n gw-b route add 10.1.0.0/16 via 192.0.2.1
	ip -n gw-a route add fd00:2::/32 via 2001:db8::2
	ip -n gw-b route add fd00:1::/32 via 2001:db8::1
}

# One state for `ip -batch`: $1 number, $2 SPI, $3 from, $4 to, then its options.
esp_state() {
	local i=$1 spi=$2 from=$3 to=$4
	shift 4
	echo "xfrm state add src $from dst $to proto esp spi $spi reqid $i mode tunnel $*" \
		"aead rfc4106(gcm(aes)) 0x$(printf '%08x%032x' "$i" "$spi") 128"
}

# The lines for `ip -batch` in one gateway for one SA in each direction.
# $1 number, $2/$3 the SPIs in and out, $4/$5 outer here and there, $6/$7 inner here and there.
esp_pair() {
	local i=$1 in=$2 out=$3 here=$4 there=$5 inner_here=$6 inner_there=$7
	shift 7
	esp_state "$i" "$in" "$there" "$here" "$@"
	esp_state "$i" "$out" "$here" "$there" "$@"
	echo "xfrm policy add src $inner_there dst $inner_here dir in" \
		"tmpl src $there dst $here proto esp reqid $i mode tunnel"
	echo "xfrm policy add src $inner_here dst $inner_there dir out" \
		"tmpl src $here dst $there proto esp reqid $i mode tunnel"
}

esp_add() {
	local plain=$1 udp=$2 family=4 replay=32 options='' k i a b inner_a inner_b kind batch_a batch_b
	shift 2
	for k; do
		case $k in
		v6) family=6 ;;
		esn) options=' flag esn' ;;
		replay=*) replay=${k#*=} ;;
		*) echo "esp_add: unknown word $k" >&2 && return 2 ;;
		esac
	done
	batch_a='' batch_b=''
	for ((k = 0; k < plain + udp; k++)); do
		i=$((${#ESP_FAMILY[@]} + 1))
		ESP_FAMILY+=("$family")
		a=192.0.2.1 b=192.0.2.2 inner_a=10.1.$i.1 inner_b=10.2.$i.1 kind=''
		[ $k -lt "$plain" ] || kind=' encap espinudp 4500 4500 0.0.0.0'
		if [ $family = 6 ]; then
			a=2001:db8::1 b=2001:db8::2 inner_a=fd00:1::$i inner_b=fd00:2::$i
			kind=${kind/0.0.0.0/::}
		fi
		set -- replay-window "$replay" "$options$kind"
		batch_a+="addr add $inner_a dev lo"$'\n'
		batch_b+="addr add $inner_b dev lo"$'\n'
		batch_a+=$(esp_pair $i $((0xa0000000 + i)) $((0xb0000000 + i)) $a $b $inner_a $inner_b "$@")$'\n'
		batch_b+=$(esp_pair $i $((0xb0000000 + i)) $((0xa0000000 + i)) $b $a $inner_b $inner_a "$@")$'\n'
	done
	ip -n gw-a -batch - <<<"$batch_a" && ip -n gw-b -batch - <<<"$batch_b"
}

esp_up() {
	local plain=$1 udp=$2 queues=4 vlan='' word words=()
	shift 2
	for word; do
		case $word in
		vlan | stripped) vlan=$word ESP_DEV=wan.100 ;;
		nic) queues=nic ESP_NIC=nic ;;
		queues=*) queues=${word#*=} ;;
		*) words+=("$word") ;;
		esac
	done
	esp_net "$queues" "$vlan" && esp_add "$plain" "$udp" "${words[@]}"
}

# Prints "sent N answered M" over all SAs, and what was lost.
esp_ping() {
	local count=$1 i pairs=() on=() said
	[ -z "${ESP_CPU:-}" ] || on=(taskset -c "$ESP_CPU")
	for i in $(seq ${#ESP_FAMILY[@]}); do
		if [ "${ESP_FAMILY[i - 1]}" = 4 ]; then
			pairs+=(10.1.$i.1 10.2.$i.1)
		else
			pairs+=(fd00:1::$i fd00:2::$i)
		fi
	done
	said=$(in_ns gw-a "${on[@]}" "$ESP_TOP/lab/floodping" "$count" "${ESP_INTERVAL:-0.02}" "${pairs[@]}" 2>&1)
	grep -v '^sent' <<<"$said" | head -n 20
	awk '/^sent/ { last = $0; ok = $2 && $2 == $4 } END { print last; exit !ok }' <<<"$said"
}

esp_sas() {
	local base=0xa0000000 i
	[ "$1" = gw-a ] || base=0xb0000000
	for i in $(seq ${#ESP_FAMILY[@]}); do
		printf '0x%08x\n' $((base + i))
	done
}

esp_errors() {
	in_ns "$1" grep XfrmIn /proc/net/xfrm_stat
}

# What Espalier may change on the interface. (Without sysfs: the guest's shows another namespace.)
esp_settings() {
	local asked
	for asked in -k -l -x -g -n; do in_ns gw-b ethtool $asked wan; done
	for asked in esp4 udp4; do in_ns gw-b ethtool -n wan rx-flow-hash $asked; done
	ip -n gw-b -details link show wan
} 2>&1

esp_as_before() {
	local end=$((SECONDS + 10))
	until [ "$(esp_settings)" = "$1" ]; do
		[ $SECONDS -lt $end ] || { diff <(esp_settings) - <<<"$1"; return 1; }
		sleep 0.2
	done
}

esp_probe_start() {
	"$ESP_BUILD/lab/guest/attach" "$ESP_BUILD/lab/guest/xfrm_probe.bpf.o" $ESP_PROBE
}

# The key's bytes are in network order: as they stand they are the SPI as it is printed.
esp_probe_show() {
	bpftool -j map dump pinned $ESP_PROBE/decrypted | jq -r '.[] |
		(.key | map(ltrimstr("0x")) | "0x" + join("")) as $spi |
		.formatted.values[] | select(.value > 0) | "\($spi) \(.cpu) \(.value)"' | sort
}

esp_probe_stop() {
	rm -rf $ESP_PROBE
}

esp_down() {
	[ ${#ESP_ENCAP[@]} = 0 ] || kill "${ESP_ENCAP[@]}"
	if [ "$ESP_NIC" = nic ]; then
		ip -n gw-a link set wan netns 1 name eth1
		ip -n gw-b link set wan netns 1 name eth0
	fi
	ip netns del gw-a
	ip netns del gw-b
	ESP_FAMILY=() ESP_ENCAP=() ESP_DEV=wan ESP_NIC=
}
