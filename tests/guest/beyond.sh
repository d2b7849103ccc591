#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: frames whose headers are not in their first buffer, on a kernel that may bring them
# forward or not.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/esp-lab.sh"

name=${ESPALIER_GUEST:-guest}:
"$ESP_BUILD/tests/net/test-beyond" | sed "s/^\(ok\|FAIL\|skip\) /\1 $name /"
exit "${PIPESTATUS[0]}"
