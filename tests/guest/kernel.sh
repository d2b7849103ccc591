#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: what Espalier finds by asking is what is known of these kernels, the batch of its
# rings follows from it, so does what method rps is, and pins of a namespace that is gone are nobody's.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

lacks5=(coarse_clock flow_dissector netns_cookie xdp_frags)
lacks6=(cpumap_gro encap_gro netdev_family pull_data)
case $(uname -r) in
5.10.*) lacks=("${lacks5[@]}" "${lacks6[@]}" per_cpu_sas) batch=8 ;;
6.1.*) lacks=("${lacks6[@]}" per_cpu_sas) batch=8 ;;
6.12.*) lacks=(cpumap_gro pull_data) batch=8 ;; # per-CPU SAs by a backport
*) lacks=() batch=72 ;;
esac

# What the programs have, by the BTF of the map itself.
batch_in_use() {
	bpftool -j map dump pinned /sys/fs/bpf/espalier/*/layout-*/host |
		jq '.[0].formatted.value.batch'
}

begin "what the kernel can"
esp_up 2 0 || fail "the lab"
asked=$(espalier inspect wan --measure 0 --json |
	jq -c '.host.kernel | del(.encap_sockets, .encap_sockets_gro) | map_values(select(. != true))')
known=$(printf '%s\n' "${lacks[@]}" | jq -Rnc '[inputs | select(. != "") | {(.): false}] | add // {}')
[ "$(jq -cS . <<<"$asked")" = "$(jq -cS . <<<"$known")" ] || fail "asked: $asked, known: $known"
passed

# measure [--xdp]: what ESP comes in while pings go. How many SAs were seen is then in $seen.
measure() {
	flood 10.1.1.1 10.2.1.1 10.1.2.1 10.2.2.1
	seen=$(espalier inspect wan --measure 3 --json "$@" | jq .measurement.plain.sas)
	end_flood
}

begin "inspect measures at tc, at XDP, and in front of our program"
measure
[ "$seen" = 2 ] || fail "at tc: $seen"
measure --xdp
[ "$seen" = 2 ] || fail "at XDP: $seen"
start_espalier 2
measure
[ "$seen" = 2 ] || fail "in front of our program: $seen"
stop_espalier
passed

begin "the batch of a ring"
start_espalier 2
[ "$(batch_in_use)" = $batch ] || fail "$(batch_in_use), not $batch"
stop_espalier
ESPALIER_PROGRAM=$(dirname "$0")/without-btf
start_espalier 2
[ "$(batch_in_use)" = 72 ] || fail "without BTF: $(batch_in_use), not 72"
stop_espalier
ESPALIER_PROGRAM=
passed

lacks_dissector() {
	case " ${lacks[*]} " in *" flow_dissector "*) ;; *) return 1 ;; esac
}

# steer_by METHOD SAID: asked for rps it is that method, and the log says this.
steer_by() {
	start_espalier 2 --method rps
	[ "$(shown '.interfaces[].method')" = "$1" ] || fail "by $(shown '.interfaces[].method'), not $1"
	grep -q "$2" "$log" || fail "not said: $2"
	esp_ping 4 || fail "a ping was not answered"
	stop_espalier
}

begin "method rps, or what is left of it"
if lacks_dissector; then
	steer_by rps-plain "method rps-plain, since flow dissectors of this kernel cannot leave packets to its own"
else
	# That of the initial namespace serves all others, and excludes theirs.
	coproc FOREIGN { exec "$ESP_TOP/lab/dissector.py" /proc/1/ns/net; }
	foreign=$FOREIGN_PID
	read -r name <&"${FOREIGN[0]}"
	steer_by rps-plain "method rps-plain, since another flow dissector is attached to network namespace .*$name"
	kill "$foreign"
	wait "$foreign" 2>/dev/null
	: >"$log"
	steer_by rps "steering (rps)"
fi
[ "$(in_ns gw-b bpftool net show | sed -n '/^flow_dissector/,/^$/p' | grep -c 'id ')" = 0 ] || fail "a dissector is left"
passed

# The next namespace has its inode number (and so the same file in nsfs), but nothing of its.
begin "pins of a namespace that is gone"
start_espalier 2
inode=$(in_ns gw-b stat -Lc %i /proc/self/ns/net)
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
daemon=
esp_down
for i in $(seq 40); do
	ip netns add "later-$i"
	[ "$(in_ns "later-$i" stat -Lc %i /proc/self/ns/net)" != "$inode" ] || break
	sleep 0.1
done
touch /run/netns/gw-b
mount --bind "/run/netns/later-$i" /run/netns/gw-b
if [ "$(in_ns gw-b stat -Lc %i /proc/self/ns/net)" != "$inode" ]; then
	echo "noise $what: no namespace got the number $inode again"
	exit 0
fi
[ "$(shown '.interfaces | length')" = 0 ] || fail "show: $(shown .)"
ip -n gw-b link add wan type veth peer name far
ip -n gw-b link set wan up
before=$(readies)
(exec_in_ns gw-b "$ESP_BUILD/espalier" run wan >>"$log" 2>&1) &
daemon=$!
await 60 "it to be ready" is_ready "$before"
[ "$(shown '.sas | length')" = 0 ] || fail "SAs of another: $(shown .sas)"
stop_espalier
passed
for i in $(seq "$i"); do ip netns del "later-$i"; done
ip netns add gw-a # esp_down takes both away
