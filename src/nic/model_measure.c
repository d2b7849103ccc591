// SPDX-License-Identifier: GPL-2.0-only
// What a measurement of made-up traffic shows on a model.
#include "nic/model_measure.h"

enum { PAIRS = 2, SAS = 32, PACKETS = 32 };

/*
 * Packet number i of SA number @sa between pair number @pair: documentation addresses (RFC 5737).
 * Of the first pair the source is the smaller address, of the other the larger one, for some NICs
 * sort.
 */
static struct flow packet(uint8_t kind, uint32_t pair, uint32_t sa, uint32_t i)
{
	bool udp = kind == FLOW_ESP_UDP;

	return (struct flow){
		.kind = kind,
		.family = 4,
		.protocol = udp ? IPPROTO_UDP : IPPROTO_ESP,
		.sport = udp ? 4500 : 0,
		.dport = udp ? 4500 : 0,
		.src = {be32_host(pair ? 0xcb007101 : 0xc0000201)}, /* 203.0.113.1, 192.0.2.1 */
		.dst = {be32_host(0xc6336401)},			    /* 198.51.100.1 */
		.spi = 0xc0000000 | (sa + 1) * 0x9e3779b1 >> 2,	    /* as random as those of IKE */
		.seq = i + 1,
	};
}

static int send_sa(const struct model_nic *nic, uint8_t kind, uint32_t pair, uint32_t sa,
		   struct measured *out)
{
	int err = 0;

	for (uint32_t i = 0; i < PACKETS && !err; i++) {
		struct flow flow = packet(kind, pair, sa, i);
		int queue = model_queue(nic, &flow);

		if (queue != MODEL_DROP)
			err = measured_add(out, &flow, (uint16_t)queue, model_hash(nic, &flow));
	}
	return err;
}

int model_measure(const struct model_nic *nic, struct measured *out)
{
	int err = 0;

	*out = (struct measured){0};
	for (uint32_t pair = 0; pair < PAIRS && !err; pair++)
		for (uint32_t sa = 0; sa < SAS && !err; sa++) {
			err = send_sa(nic, FLOW_ESP, pair, sa, out);
			if (!err)
				err = send_sa(nic, FLOW_ESP_UDP, pair, sa, out);
		}
	measured_sort(out);
	return err;
}
