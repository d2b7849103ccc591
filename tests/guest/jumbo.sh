#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest, on a NIC whose driver refuses XDP with jumbo frames (lab/guest/run --kernel 6.1 --net virtio):
# method auto takes rps, and real ESP of 8,000 bytes is decrypted on the CPU that each SA is for.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

# Pings of 8,000 bytes through all SAs at once; status 0: all were answered.
large_pings() {
	local i pids=() failed=0
	for i in $(seq ${#ESP_FAMILY[@]}); do
		in_ns gw-a ping -q -c "$1" -i 0.5 -W 10 -M "do" -s 8000 -I "10.1.$i.1" "10.2.$i.1" >>"$log" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || failed=1; done
	return $failed
}

begin "jumbo frames, for which the driver refuses XDP: by method rps"
esp_up 8 8 nic || fail "the lab"
for ns in gw-a gw-b; do ip -n $ns link set wan mtu 9000; done
before=$(esp_settings)
start_espalier 16
[ "$(shown '.interfaces[].method')" = rps ] || fail "by $(shown '.interfaces[].method')"
grep -q "wan: method rps, since .*method xdp could not be started" "$log" || fail "no reason is said"
esp_probe_start || fail "no probe"
large_pings 5 || fail "a ping was not answered"
decrypted=$(esp_probe_show | awk '/^0xb/ { print $1, $2, $3 }')
esp_probe_stop
[ "$(xfrm_refused)" = 0 ] || fail "XfrmIn: $(esp_errors gw-b)"
[ "$(shown '.sas[] | "\(.spi) \(.cpu) 5"' | sort)" = "$decrypted" ] || fail "show differs from what was decrypted: $decrypted"
[ "$(awk '{ print $2 }' <<<"$decrypted" | sort | uniq -c | xargs)" = "8 0 8 1" ] || fail "not 8 SAs on each CPU: $decrypted"
stop_espalier
differs=$(esp_as_before "$before") || fail "not as it was: $differs"
passed
sed -n '/method rps, since/p' "$log"
