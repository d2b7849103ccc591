#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: per-CPU SAs (RFC 9611). Each is decrypted on its CPU, whatever first placement
# would have said, and cannot be moved away.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

begin "per-CPU SAs on their CPUs"
esp_up 4 0 || fail "the lab"
# In turn they would be on 0 1 0 1.
for pair in 1:1 2:0 3:1 4:1; do
	in_ns gw-b "$ESP_TOP/lab/guest/pcpu.py" 0xb000000${pair%:*} ${pair#*:} || fail "SA $pair"
done
start_espalier 4
[ "$(shown '.sas[] | "\(.spi) \(.cpu) \(.pcpu)"' | sort | xargs)" = \
	"0xb0000001 1 1 0xb0000002 0 0 0xb0000003 1 1 0xb0000004 1 1" ] || fail "show: $(shown .sas)"
espalier move 0xb0000001 0 >>"$log" 2>&1 && fail "a per-CPU SA was moved"
esp_probe_start || fail "no probe"
ESP_CPU=0 esp_ping 5 || fail "a ping was not answered"
[ "$(esp_probe_show | grep ^0xb | xargs)" = \
	"0xb0000001 1 5 0xb0000002 0 5 0xb0000003 1 5 0xb0000004 1 5" ] ||
	fail "the kernel decrypted: $(esp_probe_show)"
stop_espalier
passed
