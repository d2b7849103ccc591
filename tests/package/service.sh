#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Under systemd in the guest: the package from installation to purge, on a veth.
set -u

failed=0

# check WHAT COMMAND...
check() {
	local what=$1
	shift
	if "$@" >/run/said 2>&1; then
		echo "ok package: $what"
	else
		echo "FAIL package: $what"
		tail -n 10 /run/said | sed 's/^/  /'
		systemctl --no-pager --lines=0 status espalier.service 2>&1 | sed 's/^/  /'
		tail -n 10 /run/espalier-said | sed 's/^/  /'
		failed=1
	fi
}

steered() { espalier show --json | jq -e '.interfaces[0].interface == "wan"'; }
has_program() { ip link show wan | grep -q 'prog/xdp'; }
sas() { ip xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel min "$1" max "$1" >/dev/null; }
shown() { # SPI: within a minute
	for _ in $(seq 300); do
		espalier show --all --json | jq -e --arg spi "$1" 'any(.sas[]; .spi == $spi)' && return
		sleep 0.2
	done
	return 1
}
pid() { systemctl show -P MainPID espalier.service; }
caps() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$(pid)/status"; }

ip link add wan numrxqueues 4 numtxqueues 4 type veth peer name far numrxqueues 4 numtxqueues 4
ip address add 192.0.2.2/24 dev wan
ip link set far up
ip link set wan up
settings() { ethtool -k wan; ethtool -l wan; cat /sys/class/net/wan/queues/rx-0/rps_cpus; }
settings >/run/before
sysctl -qw net.core.xfrm_acq_expires=3600 # an upgrade may take longer here than a larval SA lives

check "dpkg -i" dpkg -i "$ESPALIER_DEB"
check "it neither starts nor is enabled by itself" \
	sh -c '! systemctl is-active espalier.service && ! systemctl is-enabled espalier.service'
check "without an interface it does not start" sh -c '! systemctl start espalier.service'
systemctl stop espalier.service
check "and says what to write" sh -c '! espalier run --config /etc/espalier/espalier.conf 2>&1 |
	grep -v "interfaces = eth0"'
sed -i 's/^#interfaces = .*/interfaces = wan/' /etc/espalier/espalier.conf
check "systemctl enable --now" systemctl enable --now espalier.service
[ "$(pid)" != 0 ] || exit 1 # nothing of what follows can be tried
check "it steers" steered
check "it has given up what it does not need" \
	test "$(caps CapEff) $(caps CapPrm) $(caps CapBnd) $(caps NoNewPrivs)" = \
	"000000c000801000 000000c000801000 000000c000801000 1"
check "it has filtered its system calls" sh -c '! grep "not filtered" /run/espalier-said'
sas 0xc0000001
check "it follows SAs" shown 0xc0000001
before=$(pid)
check "systemctl reload" systemctl reload espalier.service
check "a reload leaves it running" test "$(pid)" = "$before"
check "an upgrade" dpkg -i "$ESPALIER_DEB"
check "after it SAs are where they were" shown 0xc0000001
[ "$(pid)" = 0 ] || kill -9 "$(pid)" # 0 would be this script
sleep 4
check "killed, it is started again" steered
check "and has a new process" test "$(pid)" != "$before"
check "systemctl stop" systemctl stop espalier.service
check "packets are steered on while it is stopped" has_program
check "systemctl start" systemctl start espalier.service
check "it adopts what it finds" sh -c 'journalctl -u espalier 2>/dev/null | grep -q adopted ||
	espalier show --all --json | jq -e "any(.sas[]; .spi == \"0xc0000001\")"'
sed -i 's/^keep = yes/keep = no/' /etc/espalier/espalier.conf
check "systemctl reload with keep = no" systemctl reload espalier.service
check "systemctl stop" systemctl stop espalier.service
check "takes the program off then" sh -c '! ip link show wan | grep -q prog/xdp'
check "and puts every setting back" sh -c 'settings() { ethtool -k wan; ethtool -l wan
	cat /sys/class/net/wan/queues/rx-0/rps_cpus; }; settings | diff /run/before -'
sed -i 's/^keep = no/keep = yes/' /etc/espalier/espalier.conf
check "systemctl start" systemctl start espalier.service
check "dpkg --remove" dpkg --remove espalier
check "removing takes the program off" sh -c '! ip link show wan | grep -q prog/xdp'
check "and puts every setting back" sh -c 'settings() { ethtool -k wan; ethtool -l wan
	cat /sys/class/net/wan/queues/rx-0/rps_cpus; }; settings | diff /run/before -'
check "dpkg --purge" dpkg --purge espalier
check "a purge leaves nothing" sh -c '! ls -d /etc/espalier /run/espalier /usr/sbin/espalier \
	/sys/fs/bpf/espalier /lib/systemd/system/espalier.service /usr/share/doc/espalier \
	/etc/systemd/system/*/espalier.service 2>/dev/null | grep . && ! pgrep -x espalier &&
	! bpftool map list | grep -E "cpumap|sa_table"'
exit $failed
