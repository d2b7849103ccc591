# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by tests of heavy SAs: steer-lab.sh, and one SA whose 64 inner flows come out of ipsec0 on gw-b and go through
# nftables with conntrack to host-c behind it.
#
#   lab_up                   makes it all; tunnel IF_ID the SA and the policies of gw-b alone
#   mask IF [MASK]           the RPS mask of an interface of gw-b, without leading zeros; sets it
#   mask_is IF MASK          is it that?
#   flows SECONDS [CMD...]   sends, and runs the command meanwhile: $sent, $received, $late
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/steer-lab.sh"

FLOWS=64 SPI=0xb0000001
tmp=$(mktemp -d)
# shellcheck disable=SC2317 # the trap reaches it
inner_cleanup() {
	ip netns del host-c 2>/dev/null
	rm -rf "$tmp"
	cleanup
}
trap inner_cleanup EXIT

# The policies of gw-b for what comes out of ipsec0, and an SA for it: $1 its if_id.
tunnel() {
	ip -n gw-b -batch - <<-END
		$(esp_state 1 $SPI 192.0.2.1 192.0.2.2 replay-window 128 if_id "$1")
		xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir fwd if_id $1 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 1 mode tunnel
		xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir in if_id $1 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 1 mode tunnel
	END
}

# gw-a sends by policy; gw-b has ipsec0, a firewall with conntrack, and a host behind it.
lab_up() {
	modprobe -a xfrm_interface nf_tables nft_ct nf_conntrack || fail "the guest's kernel lacks modules"
	esp_net 4 ''
	ip -n gw-a -batch - <<-END
		addr add 10.1.1.1 dev lo
		$(esp_state 1 $SPI 192.0.2.1 192.0.2.2)
		xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 1 mode tunnel
	END
	ip -n gw-b link add ipsec0 type xfrm dev lo if_id 42
	ip -n gw-b link set ipsec0 up
	tunnel 42 || fail "the SA of gw-b"
	ip netns add host-c
	ip -n gw-b link add lan type veth peer name lan netns host-c
	ip -n gw-b addr add 10.2.1.2/24 dev lan
	ip -n gw-b link set lan up
	ip -n host-c addr add 10.2.1.1/24 dev lan
	ip -n host-c link set lan up
	ip -n host-c link set lo up
	ip -n host-c route add default via 10.2.1.2
	in_ns gw-b sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.ipsec0.rp_filter=0
	in_ns gw-b nft -f - <<-END || fail "nftables"
		table inet wall {
			chain forward {
				type filter hook forward priority 0; policy drop;
				ct state established,related counter accept
				iifname "ipsec*" ip daddr 10.2.0.0/16 udp dport 9 ct state new counter accept
			}
		}
	END
}

# The RPS mask of an interface of gw-b, in its own sysfs, without leading zeros; with $2 it is set.
mask() {
	in_ns gw-b unshare -m sh -c "mount -t sysfs none /sys && cd /sys/class/net/$1/queues/rx-0 &&
		{ [ -z '${2:-}' ] || echo '${2:-}' >rps_cpus; } && cat rps_cpus" | sed 's/^[0,]*//; s/^$/0/'
}

mask_is() {
	[ "$(mask "$1" 2>/dev/null)" = "$2" ]
}

# Sends for $1 seconds, from CPU 0, to a receiver on it. Sets $sent, $received, $late; runs the rest meanwhile.
flows() {
	local seconds=$1 meanwhile receiver
	shift
	coproc RECEIVE { in_ns host-c taskset -c 0 "$ESP_TOP/lab/guest/flows.py" receive 10.2.1.1 $FLOWS; }
	receiver=$RECEIVE_PID
	read -r _ <&"${RECEIVE[0]}" # ready
	[ $# = 0 ] || { "$@" & meanwhile=$!; }
	read -r _ sent <<<"$(in_ns gw-a taskset -c 0 nice -n -10 "$ESP_TOP/lab/guest/flows.py" send 10.1.1.1 10.2.1.1 $FLOWS "$seconds")"
	[ -z "${meanwhile:-}" ] || wait "$meanwhile"
	eval "exec ${RECEIVE[1]}>&-"
	read -r _ received _ late <&"${RECEIVE[0]}"
	wait "$receiver" 2>/dev/null
	[ "${sent:-0}" -ge $((FLOWS * 8)) ] || fail "too little was sent: ${sent:-nothing}"
}
