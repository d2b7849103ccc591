#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: real kernel ESP, 8 SAs plain and 8 in UDP, Espalier on the receiving gateway.
# esp.sh [v6] [vlan|stripped] [esn] [replay=N] [nic] [no-btf] [rps]: every ping answered, each SA decrypted
# on its one CPU as the kernel shows it, both CPUs used, no XfrmIn error counted; everything put back.
# no-btf: Espalier finds no BTF of the kernel. rps: by that method, not by what auto takes.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/esp-lab.sh"

name="${ESPALIER_GUEST:-guest}: esp${*:+ $*}"
count=10
log=$(mktemp)
daemon=
program=$ESP_BUILD/espalier
case " $* " in *" no-btf "*) program=$(dirname "$0")/without-btf ;; esac
method=()
case " $* " in *" rps "*) method=(--method rps) ;; esac

cleanup() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	wait
	esp_probe_stop
	esp_down
}
trap cleanup EXIT

fail() {
	echo "FAIL $name: $1"
	sed 's/^/  /' "$log"
	exit 1
}

espalier() {
	in_ns gw-b "$ESP_BUILD/espalier" "$@"
}

# Pings through all SAs from CPU 0. The lines "SPI CPU PACKETS" of gw-b are then in $decrypted.
ping_all() {
	esp_probe_start || fail "no probe"
	ESP_CPU=0 esp_ping $count || [ "$1" != steered ] || fail "$1: a ping was not answered"
	decrypted=$(esp_probe_show | grep ^0xb)
	esp_probe_stop
	[ "$(esp_errors gw-b)" = "$errors" ] || fail "$1: XfrmIn errors: $(esp_errors gw-b)"
}

# Without Espalier a veth receives on the sender's CPU. (Where a NIC does is not ours to say.) A ping
# that an emulated guest loses then is no loss of ours, but all SAs must carry some.
ping_unsteered() {
	ping_all "$1"
	[ "$(cut -d ' ' -f 1 <<<"$decrypted" | sort -u | wc -l)" = 16 ] || fail "$1: not all SAs were used: $decrypted"
	case " $name " in *" nic "*) return ;; esac
	[ "$(awk '$2 != 0' <<<"$decrypted")" = "" ] || fail "$1: not all on CPU 0: $decrypted"
}

# Until it is ready and `show` lists all SAs: the table is filled before the interface is attached.
start_espalier() {
	in_ns gw-b "$program" run wan --cpus 0-1 --interval 0 "${method[@]}" >"$log" 2>&1 &
	daemon=$!
	until grep -q 'espalier: ready:' "$log" &&
		[ "$(espalier show --json 2>/dev/null | jq '.sas | length')" = 16 ]; do
		kill -0 $daemon 2>/dev/null || fail "espalier run ended"
		sleep 0.2
	done
}

check_show() {
	local shown kinds
	if [ ${#method[@]} != 0 ]; then
		grep -q 'steering (rps)' "$log" || fail "not by method rps"
		sleep 3 # it takes over once a second what the kernel counts
	fi
	shown=$(espalier show --json | jq -r '.sas[] | "\(.spi) \(.cpu) \(.packets)"' | sort)
	[ "$shown" = "$decrypted" ] || fail "show: $shown; the kernel decrypted: $decrypted"
	kinds=$(espalier show --json |
		jq -r '[.sas[].encap] | group_by(.)[] | "\(length) \(.[0])"' | xargs)
	[ "$kinds" = "8 none 8 udp" ] || fail "show: $kinds"
}

# shellcheck disable=SC2046,SC2048,SC2086
esp_up 8 8 $(printf '%s\n' $* | grep -vx -e no-btf -e rps) || fail "the lab"
errors=$(esp_errors gw-b)
ping_unsteered before
before=$(esp_settings)

start_espalier
ping_all steered
[ "$(awk '{ print $2 }' <<<"$decrypted" | sort | uniq -c | xargs)" = "8 0 8 1" ] ||
	fail "not 8 SAs on each CPU: $decrypted"
check_show
# Tags beside the packet stay there: RPS sees the packet without.
case " $* " in *" stripped rps "*)
	in_ns gw-b ethtool -k wan | grep -q '^rx-vlan-offload: on' || fail "tags are left in the packet"
	;;
esac

espalier stop >>"$log" 2>&1 || fail "espalier stop"
wait $daemon || fail "espalier run returned $?"
daemon=
differs=$(esp_as_before "$before") || fail "not as it was: $differs"
! in_ns gw-b bpftool net show dev wan | grep wan || fail "a program is left"
ping_unsteered stopped
echo "ok $name"
