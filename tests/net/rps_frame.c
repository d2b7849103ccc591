// SPDX-License-Identifier: GPL-2.0-only
// Frames as a peer might send them.
#include "rps_frame.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>
#include "../../bench/sandbox.h"

enum { PAYLOAD = 64, PAGED = 5000, LATER_AT = 64 };

const struct rps_frame rps_frames[] = {
	{.name = "esp4"},
	{.name = "esp-udp4", .kind = RPS_ESP_UDP},
	{.name = "esp4 in a VLAN", .vlan = true},
	{.name = "esp-udp4 in a VLAN", .kind = RPS_ESP_UDP, .vlan = true},
	{.name = "esp4 first fragment", .part = RPS_FIRST},
	{.name = "esp4 later fragment", .part = RPS_LATER},
	{.name = "esp-udp4 first fragment", .kind = RPS_ESP_UDP, .part = RPS_FIRST},
	{.name = "esp-udp4 later fragment", .kind = RPS_ESP_UDP, .part = RPS_LATER},
	{.name = "esp6", .ipv6 = true},
	{.name = "esp-udp6", .kind = RPS_ESP_UDP, .ipv6 = true},
	{.name = "esp4 in pages", .paged = true},
	{.name = "esp-udp4 in pages", .kind = RPS_ESP_UDP, .paged = true},
	{.name = "esp4 in a VLAN in pages", .vlan = true, .paged = true},
	{.name = "esp6 in pages", .ipv6 = true, .paged = true},
};

const size_t rps_frames_count = sizeof(rps_frames) / sizeof(*rps_frames);

static __u8 *put16(__u8 *at, __u16 value)
{
	value = htons(value);
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static __u8 *put32(__u8 *at, __u32 value)
{
	value = htonl(value);
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static __u16 payload_of(const struct rps_frame *f)
{
	return f->paged ? PAGED : PAYLOAD;
}

static __u8 *put_link(__u8 *at, const struct rps_frame *f)
{
	memset(at, 0xff, ETH_ALEN); /* to all: nobody looks at the address */
	memset(at + ETH_ALEN, 2, ETH_ALEN);
	at += 2 * ETH_ALEN;
	if (f->vlan)
		at = put16(put16(at, ETH_P_8021Q), 7);
	return put16(at, f->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
}

static __u8 protocol_of(const struct rps_frame *f)
{
	if (f->kind == RPS_ESP)
		return IPPROTO_ESP;
	return f->kind == RPS_TCP ? IPPROTO_TCP : IPPROTO_UDP;
}

static __u16 fragment_of(const struct rps_frame *f)
{
	if (f->part == RPS_WHOLE)
		return 0;
	return f->part == RPS_FIRST ? 0x2000 : LATER_AT / 8;
}

static __u8 *put_ipv4(__u8 *at, const struct rps_frame *f)
{
	__be32 dst[4];

	sandbox_address(4, dst);
	at[0] = 0x45;
	put16(at + 2, 20 + payload_of(f));
	put16(at + 4, (__u16)f->id);
	put16(at + 6, fragment_of(f));
	at[8] = 64;
	at[9] = protocol_of(f);
	put32(at + 12, 0xc6336400 + f->from); /* 198.51.100.0 */
	memcpy(at + 16, dst, 4);
	return at + 20;
}

static __u8 *put_ipv6(__u8 *at, const struct rps_frame *f)
{
	__be32 dst[4];

	sandbox_address(6, dst);
	at[0] = 0x60;
	put16(at + 4, payload_of(f));
	at[6] = protocol_of(f);
	at[7] = 64;
	put32(at + 8, 0x20010db8);
	put32(at + 20, 0x100 + f->from);
	memcpy(at + 24, dst, 16);
	return at + 40;
}

/* A datagram of fragments is longer than its first. */
static __u8 *put_udp(__u8 *at, const struct rps_frame *f)
{
	put16(at, (__u16)(f->kind == RPS_IKE ? 500 : 4500 + f->from));
	put16(at + 2, f->kind == RPS_IKE ? 500 : 4500);
	put16(at + 4, f->part == RPS_FIRST ? LATER_AT + PAYLOAD : payload_of(f));
	return at + 8;
}

static void put_payload(__u8 *at, const struct rps_frame *f)
{
	if (f->part == RPS_LATER)
		return;
	if (f->kind == RPS_TCP) {
		put16(put16(at, (__u16)(1024 + f->from)), 80);
		return;
	}
	if (f->kind != RPS_ESP)
		at = put_udp(at, f);
	if (f->kind != RPS_IKE)
		put32(put32(at, f->spi), 1);
}

size_t rps_frame_make(__u8 bytes[RPS_FRAME_MAX], const struct rps_frame *frame, __u32 mark)
{
	__u8 *at;

	memset(bytes, 0, RPS_FRAME_MAX);
	at = put_link(bytes, frame);
	at = frame->ipv6 ? put_ipv6(at, frame) : put_ipv4(at, frame);
	put_payload(at, frame);
	at += payload_of(frame);
	put32(at - 4, mark);
	return (size_t)(at - bytes);
}
