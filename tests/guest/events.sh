#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: the kernel's SAs followed by its events alone (the resync is an hour away):
# NEWSA, UPDSA, DELSA, hard expiry, flush, and rekeys under traffic.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/steer-lab.sh"

# SAs of gw-b that come and go, beside those of the lab.
extra() {
	local command=$1 spi=$2
	shift 2
	[ $# = 0 ] || set -- reqid 900 mode tunnel "$@"
	ip -n gw-b xfrm state "$command" src 192.0.2.1 dst 192.0.2.2 proto esp spi "$spi" "$@"
}

key() {
	echo aead "rfc4106(gcm(aes))" 0x000102030405060708090a0b0c0d0e0f10111213 128
}

# Is an SA shown with these words in it?
is_shown() {
	[ "$(shown ".sas[] | select(.spi == \"$1\") | $2")" = "$3" ]
}

is_gone() {
	[ -z "$(shown ".sas[] | select(.spi == \"$1\") | .spi")" ]
}

begin "NEWSA, UPDSA, DELSA, hard expiry"
esp_up 2 2 || fail "the lab"
start_espalier 4 --resync 3600
# shellcheck disable=SC2046
extra add 0xc0000001 replay-window 32 $(key) || fail "add"
await 60 "a new SA" is_shown 0xc0000001 .replay_window 32
# shellcheck disable=SC2046
extra update 0xc0000001 replay-window 16 $(key) || fail "update"
await 60 "its new window" is_shown 0xc0000001 .replay_window 16
extra delete 0xc0000001 || fail "delete"
await 60 "it to go" is_gone 0xc0000001
# shellcheck disable=SC2046
extra add 0xc0000002 limit time-hard 20 $(key) || fail "add with a hard limit"
await 60 "an SA with a hard limit" is_shown 0xc0000002 .state valid
await 60 "it to expire" is_gone 0xc0000002
ip -n gw-b xfrm state list | grep -q 0xc0000002 && fail "the kernel still has it"
# Reserved by an IKE daemon: no event, until it is filled in.
ip -n gw-b xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 900 \
	min 0xc0000003 max 0xc0000003 >/dev/null || fail "allocspi"
# shellcheck disable=SC2046
extra update 0xc0000003 replay-window 32 $(key) || fail "filling in"
await 60 "a larval SA that was filled in" is_shown 0xc0000003 .state valid
lists 5 || fail "not 5 SAs at the end: $(shown '[.sas[].spi]')"
passed

# Both sides' counters of what went wrong, and the strays: what a rekey must leave alone.
figures() {
	esp_errors gw-a
	esp_errors gw-b
	shown '.strays.packets, .drops.rings'
}

# One rekey of SA number 1 towards gw-b, as IKE does it: in at the receiver, out at the sender, then
# the old ones away.
rekey() {
	local old=$1 new=$2 outer=(src 192.0.2.1 dst 192.0.2.2 proto esp)
	local state=(reqid 1 mode tunnel replay-window 32
		aead "rfc4106(gcm(aes))" "0x$(printf '%040x' "$new")" 128)
	ip -n gw-b xfrm state add "${outer[@]}" spi "$new" "${state[@]}" || return
	await 60 "the new SA" is_shown "$(printf 0x%08x "$new")" .state valid
	ip -n gw-a xfrm state add "${outer[@]}" spi "$new" "${state[@]}" || return
	ip -n gw-a xfrm state delete "${outer[@]}" spi "$old" || return
	sleep 0.3
	ip -n gw-b xfrm state delete "${outer[@]}" spi "$old"
}

begin "8 rekeys under traffic lose nothing and make no stray"
before=$(figures)
flood 10.1.1.1 10.2.1.1 10.1.2.1 10.2.2.1
sleep 1
old=$((0xb0000001))
for i in $(seq 8); do
	new=$((0xd0000000 + i))
	rekey $old $new || fail "rekey $i"
	[ "$i" != 8 ] || break
	old=$new
done
sleep 1
end_flood
[ "$sent" = "$answered" ] || fail "pings: $answered of $sent answered: $flooded"
[ "$(figures)" = "$before" ] || fail "counted: $(diff <(figures) - <<<"$before")"
[ "$(shown '.sas[] | select(.spi == "0xd0000008") | .packets > 0')" = true ] ||
	fail "the last SA decrypted nothing"
passed

begin "flush"
ip -n gw-b xfrm state flush || fail "flush"
await 60 "all to go" lists 0
stop_espalier
passed
