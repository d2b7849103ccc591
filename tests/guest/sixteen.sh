#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: 16 SAs each of plain ESP and ESP-in-UDP, over IPv4 and IPv6, with and without
# ESN: 128. Every ping answered, each SA decrypted on its one CPU as the kernel shows it, both CPUs
# used alike, and `show` says the same.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

begin "16 SAs of each kind, on their CPUs"
esp_up 16 16 || fail "the lab"
esp_add 16 16 v6 || fail "IPv6"
esp_add 16 16 esn replay=128 || fail "ESN"
esp_add 16 16 v6 esn replay=128 || fail "IPv6 with ESN"
start_espalier 128
esp_probe_start || fail "no probe"
ESP_CPU=0 ESP_INTERVAL=0.2 esp_ping 4 || fail "a ping was not answered"
decrypted=$(esp_probe_show | grep ^0xb)
[ "$(xfrm_refused)" = 0 ] || fail "XfrmIn: $(esp_errors gw-b)"
[ "$(wc -l <<<"$decrypted")" = 128 ] || fail "not one CPU for each of 128 SAs: $decrypted"
[ "$(awk '{ print $2 }' <<<"$decrypted" | sort | uniq -c | xargs)" = "64 0 64 1" ] ||
	fail "not 64 SAs on each CPU: $decrypted"
[ "$(shown '.sas[] | "\(.spi) \(.cpu) \(.packets)"' | sort)" = "$decrypted" ] ||
	fail "show differs from what the kernel decrypted"
[ "$(shown '[.sas[].encap] | group_by(.)[] | "\(length) \(.[0])"' | xargs)" = "64 none 64 udp" ] ||
	fail "show: $(shown '[.sas[].encap]')"
[ "$(shown .strays.packets)" = 0 ] || fail "strays: $(shown .strays)"
stop_espalier
passed
