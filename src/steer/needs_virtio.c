// SPDX-License-Identifier: GPL-2.0-only
// What a virtio NIC needs of its host: the features that the two agreed on.
#include "steer/needs_impl.h"

/* include/uapi/linux/virtio_net.h: bits of the feature word. */
#define VIRTIO_GUEST_CSUM	   (1ULL << 1)
#define VIRTIO_CTRL_GUEST_OFFLOADS (1ULL << 2)
#define VIRTIO_GUEST_TSO4	   (1ULL << 7)
#define VIRTIO_GUEST_TSO6	   (1ULL << 8)
#define VIRTIO_GUEST_ECN	   (1ULL << 9)
#define VIRTIO_GUEST_UFO	   (1ULL << 10)
#define VIRTIO_MRG_RXBUF	   (1ULL << 15)
#define VIRTIO_GUEST_USO4	   (1ULL << 54)
#define VIRTIO_GUEST_USO6	   (1ULL << 55)
#define VIRTIO_GUEST_GSO                                                               \
	(VIRTIO_GUEST_TSO4 | VIRTIO_GUEST_TSO6 | VIRTIO_GUEST_ECN | VIRTIO_GUEST_UFO | \
	 VIRTIO_GUEST_USO4 | VIRTIO_GUEST_USO6)

/* Big mode: receive_big never runs XDP, though the attach succeeds. */
void needs_virtio(const struct needs_judging *j)
{
	const struct nic_facts *facts = j->facts;
	uint64_t bits = facts->virtio_features;
	bool gso = bits & VIRTIO_GUEST_GSO;

	if (!facts->virtio_known)
		return;
	if (!(bits & VIRTIO_MRG_RXBUF) && (gso || facts->link.mtu > 1500))
		needs_say(j->report, NEEDS_REFUSE, NEEDS_VIRTIO,
			  "this virtio NIC receives in big buffers, past any XDP program; let the "
			  "host offer mergeable receive buffers (mrg_rxbuf=on)");
	else if (!(bits & VIRTIO_CTRL_GUEST_OFFLOADS) && (gso || bits & VIRTIO_GUEST_CSUM))
		needs_say(j->report, NEEDS_REFUSE, NEEDS_VIRTIO,
			  "this virtio NIC has receive offloads on that it cannot switch off, and "
			  "so refuses XDP; let the host offer ctrl_guest_offloads=on, or none of "
			  "guest_csum, guest_tso4, guest_tso6, guest_ufo");
}
