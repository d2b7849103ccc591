// SPDX-License-Identifier: GPL-2.0-only
// Makes the frames of the test runs.
#include "packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <string.h>
#include "sandbox.h"

enum { PAYLOAD = 48, PORT = 4500 };

static __u8 *put_ipv4(__u8 *at, __u8 protocol, __u32 payload)
{
	struct iphdr *ip = (void *)at;
	__be32 dst[4];

	sandbox_address(4, dst);
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(sizeof(*ip) + payload);
	ip->ttl = 64;
	ip->protocol = protocol;
	ip->saddr = htonl(0xc0000201);
	ip->daddr = dst[0];
	return at + sizeof(*ip);
}

static __u8 *put_ipv6(__u8 *at, __u8 protocol, __u32 payload)
{
	struct ipv6hdr *ip = (void *)at;
	__be32 dst[4];

	sandbox_address(6, dst);
	ip->version = 6;
	ip->payload_len = htons(payload);
	ip->nexthdr = protocol;
	ip->hop_limit = 64;
	inet_pton(AF_INET6, "2001:db8::1", &ip->saddr);
	memcpy(&ip->daddr, dst, sizeof(dst));
	return at + sizeof(*ip);
}

static __u8 *put_udp(__u8 *at, __u32 payload)
{
	struct udphdr *udp = (void *)at;

	udp->source = htons(PORT);
	udp->dest = htons(PORT);
	udp->len = htons(sizeof(*udp) + payload);
	return at + sizeof(*udp);
}

static __u8 *put_esp(__u8 *at, __u32 spi)
{
	__be32 header[2] = {htonl(spi), htonl(1)};

	memcpy(at, header, sizeof(header));
	return at + sizeof(header);
}

__u32 packet_make(__u8 frame[PACKET_MAX], enum packet_kind kind, __u32 spi)
{
	struct ethhdr *eth = (void *)frame;
	__u32 esp = 8 + PAYLOAD;
	__u8 *at = frame + sizeof(*eth);

	memset(frame, 0, PACKET_MAX);
	eth->h_proto = htons(kind == PACKET_ESP_IPV6 ? ETH_P_IPV6 : ETH_P_IP);
	switch (kind) {
	case PACKET_OTHER:
		at = put_ipv4(at, IPPROTO_TCP, esp) + 8;
		break;
	case PACKET_ESP:
		at = put_esp(put_ipv4(at, IPPROTO_ESP, esp), spi);
		break;
	case PACKET_ESP_VLAN:
		eth->h_proto = htons(ETH_P_8021Q);
		at[1] = 7; /* the VLAN */
		at[2] = ETH_P_IP >> 8;
		at = put_esp(put_ipv4(at + 4, IPPROTO_ESP, esp), spi);
		break;
	case PACKET_ESP_UDP:
		at = put_udp(put_ipv4(at, IPPROTO_UDP, sizeof(struct udphdr) + esp), esp);
		at = put_esp(at, spi);
		break;
	case PACKET_ESP_IPV6:
		at = put_esp(put_ipv6(at, IPPROTO_ESP, esp), spi);
		break;
	}
	return at + PAYLOAD - frame;
}
