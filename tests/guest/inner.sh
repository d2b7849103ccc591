#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: --inner. One SA with an xfrm interface; 64 inner flows of it are forwarded through nftables
# with conntrack to a host behind gw-b. With --inner they are handled on the other CPU than the SA's, each in
# order, the SA's CPU has less to do, moves lose nothing, and all is put back.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/inner-lab.sh"

# Column $2 of CPU $1 in softnet_stat.
softnet() {
	local column
	while read -ra column; do
		[ $((16#${column[12]})) != "$1" ] || echo $((16#${column[$2]}))
	done </proc/net/softnet_stat
}

# What a CPU took through the stack until now; how often it was woken for what another one put there.
processed() {
	softnet "$1" 0
}

woken() {
	softnet "$1" 9
}

# The run time, in ns, of the threads that decrypt on CPU 1.
work() {
	local thread sum=0 run
	for thread in /proc/[0-9]*; do
		case $(cat "$thread/comm" 2>/dev/null) in
		cpumap/1/* | ksoftirqd/1) read -r run _ <"$thread/schedstat" && sum=$((sum + run)) ;;
		esac
	done
	echo "$sum"
}

# A phase of traffic; sets $cost (ns a packet on CPU 1) and $on0, $on1 (passes a packet, in hundredths).
phase() {
	local work0 on0_0 on1_0
	work0=$(work) on0_0=$(processed 0) on1_0=$(processed 1)
	flows 4
	cost=$((($(work) - work0) / sent)) on0=$((($(processed 0) - on0_0) * 100 / sent)) \
		on1=$((($(processed 1) - on1_0) * 100 / sent))
	[ "$received" = "$sent" ] || fail "of $sent packets $((sent - received)) were lost: $(esp_errors gw-b)"
	[ "$late" = 0 ] || fail "$late packets of $sent came late"
}

settings() {
	printf 'interfaces = wan\ncpus = 0-1\ninterval = 0\ninner = %s\n' "$1" >"$tmp/conf"
}

begin_espalier() {
	local before
	before=$(readies)
	settings "$1"
	# Without a shell between: $daemon is to be the daemon.
	(exec_in_ns gw-b "$ESP_BUILD/espalier" run --config "$tmp/conf" >>"$log" 2>&1) &
	daemon=$!
	await 60 "it to be ready" is_ready "$before"
	await 60 "the SA in show" lists 1
}

turn() {
	settings "$1"
	kill -HUP "$daemon"
	await 20 "the mask $2 of ipsec0" mask_is ipsec0 "$2"
}

move_to() {
	[ "$(shown '.sas[0].cpu')" = "$1" ] || espalier move $SPI "$1" >/dev/null || fail "move"
	await 20 "the SA on CPU $1" eval "[ \"\$(shown '.sas[0] | \"\\(.cpu) \\(.state)\"')\" = '$1 valid' ]"
}

# To and fro, from the CPU where it is not in the way of the sender.
move_about() {
	local i
	for ((i = 0; i < 20; i++)); do
		in_ns gw-b taskset -c 1 nice "$ESP_BUILD/espalier" move $SPI $((i % 2)) >/dev/null 2>&1
		sleep 0.1
	done
}

median() {
	sort -n | sed -n 2p
}

begin "inner flows are handled on the other CPU, in order, at less work for the SA's"
lab_up
begin_espalier off
move_to 1
for i in 1 2 3; do
	turn off 0
	phase
	echo "$cost" >>"$tmp/without"
	[ "$on1" -ge 250 ] || fail "without --inner CPU 1 took only $on1 passes of 100 packets"
	turn 0-1 1
	woken0=$(woken 0)
	phase
	echo "$cost" >>"$tmp/with"
	[ "$on1" -le 150 ] || fail "with --inner CPU 1 took $on1 passes of 100 packets"
	[ "$on0" -ge 150 ] || fail "with --inner CPU 0 took only $on0 passes of 100 packets"
	[ "$(woken 0)" -gt "$woken0" ] || fail "CPU 0 was never woken for them"
done
without=$(median <"$tmp/without") with=$(median <"$tmp/with")
echo "  work of the SA's CPU: $without ns a packet, with --inner $with ns: $((100 - with * 100 / without))% less"
[ $((with * 100)) -le $((without * 90)) ] || fail "it is less than 10% less: $(cat "$tmp/without" "$tmp/with")"
[ "$(shown '.inner | "\(.state) \(.interface) \(.cpus)"')" = 'spread ipsec0 [0]' ] || fail "show: $(shown .inner)"
passed

begin "moves with --inner lose nothing, and the masks follow the SA"
moved=$(shown '[.sas[].moves] | add')
flows 12 move_about
moved=$(($(shown '[.sas[].moves] | add') - moved))
echo "  $sent sent, $received received, $late late, $moved moves"
[ "$moved" -ge 4 ] || fail "only $moved moves were completed"
[ "$received" = "$sent" ] || fail "of $sent packets $((sent - received)) were lost: $(esp_errors gw-b)"
move_to 0
await 20 "the mask without CPU 0" mask_is ipsec0 2
move_to 1
await 20 "the mask without CPU 1" mask_is ipsec0 1
passed

begin "interfaces are renamed, go and come, and are seen elsewhere"
ip -n gw-b link set ipsec0 down
await 20 "the mask put back while it is down" mask_is ipsec0 0
ip -n gw-b link set ipsec0 name ipsec7
ip -n gw-b link set ipsec7 up
await 20 "the mask of ipsec7" mask_is ipsec7 1
ip -n gw-b link del ipsec7
await 20 "that to be said" grep -q 'not in this network namespace' "$log"
ip -n gw-b link add ipsec0 type xfrm dev lo if_id 42
ip -n gw-b link set ipsec0 up
await 20 "the mask of the new one" mask_is ipsec0 1
ip -n gw-b link set ipsec0 netns host-c
await 20 "that it went" eval "[ \"\$(shown .inner.state)\" = elsewhere ]"
grep -q 'interface elsewhere is not reached' "$log" || fail "that it is not reached was not said"
ip -n host-c link del ipsec0
ip -n gw-b link add ipsec0 type xfrm dev lo if_id 42
ip -n gw-b link set ipsec0 up
await 20 "the mask of the next one" mask_is ipsec0 1
passed

begin "stop puts the masks back, after a crash too"
stop_espalier
mask_is ipsec0 0 || fail "after stop the mask is $(mask ipsec0)"
mask ipsec0 3 >/dev/null
begin_espalier 0
move_to 1
await 20 "the mask" mask_is ipsec0 1
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
daemon=
mask_is ipsec0 1 || fail "after the crash the mask is $(mask ipsec0)"
ip -n gw-b link set ipsec0 down
ip -n gw-b link set ipsec0 name ipsec9
ip -n gw-b link set ipsec9 up
espalier stop >>"$log" 2>&1 || fail "stop after a crash"
mask_is ipsec9 3 || fail "after stop the mask is $(mask ipsec9), which was 3"
passed

begin "vti, and tunnels without an interface"
modprobe ip_vti || fail "no vti in this kernel"
ip -n gw-b link del ipsec9
ip -n gw-b xfrm policy flush
ip -n gw-b xfrm state flush
ip -n gw-b link add vti1 type vti local 192.0.2.2 remote 192.0.2.1 key 5
ip -n gw-b link set vti1 up
in_ns gw-b sysctl -qw net.ipv4.conf.vti1.rp_filter=0 net.ipv4.conf.vti1.disable_policy=1
in_ns gw-b nft add rule inet wall forward iifname vti1 accept
ip -n gw-b -batch - <<-END || fail "vti"
	$(esp_state 1 $SPI 192.0.2.1 192.0.2.2 replay-window 128 mark 5)
	xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir fwd mark 5 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 1 mode tunnel
	xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir in mark 5 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 1 mode tunnel
END
begin_espalier 0
move_to 1
await 20 "the mask of vti1" mask_is vti1 1
phase
[ "$on1" -le 150 ] || fail "vti: CPU 1 took $on1 passes of 100 packets"
[ "$on0" -ge 150 ] || fail "vti: CPU 0 took only $on0 passes of 100 packets"
ip -n gw-b link del vti1
await 20 "that the tunnel is policy-based" grep -q 'its tunnel is policy-based' "$log"
stop_espalier
passed
