// SPDX-License-Identifier: GPL-2.0-only
/* What a steered interface needs, judged from its facts. Pure: a check is a function below. */
#include "steer/needs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "steer/unseen.h"

/* The computed MTU limits may be this far off; within it the driver has the last word. */
#define MTU_DOUBT 64

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

struct check {
	const struct nic_facts *facts;
	const struct xdp_driver *driver; /* an empty entry when we know nothing of it */
	bool known;
	struct needs_report *report;
	int err;
};

static struct needs_finding *add(struct check *check, enum needs_verdict verdict,
				 enum needs_what what)
{
	struct needs_finding *more = needs_add(check->report, verdict, what);

	if (!more)
		check->err = -ENOMEM;
	return more;
}

__attribute__((format(printf, 4, 5))) static void
say(struct check *check, enum needs_verdict verdict, enum needs_what what, const char *fmt, ...)
{
	struct needs_finding *finding = add(check, verdict, what);
	va_list ap;

	if (!finding)
		return;
	va_start(ap, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, ap);
	va_end(ap);
}

static struct needs_finding *change(struct check *check, enum needs_what what, enum undo_kind kind,
				    const char *knob, const char *reason)
{
	struct needs_finding *finding = add(check, NEEDS_CHANGE, what);

	if (!finding)
		return NULL;
	finding->kind = kind;
	snprintf(finding->knob, sizeof(finding->knob), "%s", knob);
	snprintf(finding->text, sizeof(finding->text), "%s", reason);
	return finding;
}

static void switch_off(struct check *check, enum needs_what what, enum undo_kind kind,
		       const char *knob, const char *reason)
{
	struct needs_finding *finding = change(check, what, kind, knob, reason);

	if (!finding)
		return;
	strcpy(finding->old_value, "on");
	strcpy(finding->new_value, "off");
}

static const char *driver_name(const struct check *check)
{
	return check->facts->driver[0] ? check->facts->driver : "(unknown)";
}

static bool is_ours(const struct nic_facts *facts)
{
	size_t i;

	for (i = 0; facts->own_prog_id && i < 3; i++)
		if (facts->link.xdp_id[i] == facts->own_prog_id)
			return true;
	return false;
}

/* Native first: where several are attached, that one stands in our way. */
static void check_program(struct check *check)
{
	static const char *const mode[] = {"native", "generic", "offloaded"};
	static const char *const word[] = {"xdpdrv", "xdpgeneric", "xdpoffload"};
	const struct nic_facts *facts = check->facts;
	char name[NIC_PROG_LEN + 16] = "";
	size_t i;

	if (!link_has_xdp(&facts->link))
		return;
	for (i = 0; i < 3; i++)
		if (facts->link.xdp_id[i] && facts->link.xdp_id[i] != facts->own_prog_id)
			break;
	if (i == 3 && is_ours(facts)) {
		say(check, NEEDS_OK, NEEDS_PROGRAM, "our program %u is on it", facts->own_prog_id);
		return;
	}
	if (i == 3)
		i = 0;
	if (!strcmp(facts->prog_name, STEER_PROGRAM)) {
		say(check, NEEDS_REFUSE, NEEDS_PROGRAM,
		    "espalier steers it already (%s, program %u), by pins that cannot be seen from "
		    "here; run 'espalier stop' where it was started",
		    mode[i], facts->link.xdp_id[i]);
		return;
	}
	if (facts->prog_name[0])
		snprintf(name, sizeof(name), " named %s", facts->prog_name);
	say(check, NEEDS_REFUSE, NEEDS_PROGRAM,
	    "an XDP program is on it already (%s, id %u%s) and is not replaced; stop what put it "
	    "there, or take it away with `ip link set dev %s %s off`",
	    mode[i], facts->link.xdp_id[i], name, facts->link.name, word[i]);
}

/* net/core/dev.c dev_xdp_attach refuses with EEXIST, whatever the modes. */
static void check_upper(struct check *check)
{
	const char *upper = check->facts->xdp_upper;

	if (*upper)
		say(check, NEEDS_REFUSE, NEEDS_UPPER,
		    "%s, which sits on it, has an XDP program, and the kernel then takes none "
		    "below; take that away with `ip link set dev %s xdp off`",
		    upper, upper);
}

static bool channels_exceed(const struct check *check)
{
	const struct nic_channels *ch = &check->facts->channels;

	if (ch->err)
		return false;
	switch (check->driver->channels) {
	case XDP_CHANNELS_HALF:
		return 2 * (uint64_t)ch->combined > ch->max_combined;
	case XDP_CHANNELS_EQUAL_HALF:
		return ch->rx != ch->tx || 2 * (uint64_t)ch->tx > ch->max_tx;
	case XDP_CHANNELS_COMBINED:
		return ch->rx || ch->tx;
	default:
		return false;
	}
}

/* The driver shows no XDP features yet, but will when the changes of this report are made. */
static bool features_hidden(const struct check *check)
{
	const struct xdp_driver *driver = check->driver;
	const struct nic_facts *facts = check->facts;

	if (!driver->hides_features)
		return false;
	return (driver->refuses_lro && facts->lro == SWITCH_ON) ||
	       (driver->refuses_gro_hw && facts->gro_hw == SWITCH_ON) || channels_exceed(check);
}

static void refuse_features(struct check *check)
{
	const char *when = check->driver->refused_when;

	say(check, NEEDS_REFUSE, NEEDS_DRIVER,
	    "driver %s does not redirect natively here%s%s%s, says the kernel (XDP features 0x%llx); "
	    "use --generic, which is slower",
	    driver_name(check), when ? " (" : "", when ? when : "", when ? ")" : "", (unsigned long long)check->facts->xdp.features);
}

static void check_driver(struct check *check)
{
	const uint64_t want = NETDEV_XDP_BASIC | NETDEV_XDP_REDIRECT;
	const struct nic_facts *facts = check->facts;

	if (check->known && check->driver->native == XDP_NATIVE_DROPS)
		say(check, NEEDS_REFUSE, NEEDS_DRIVER,
		    "driver %s takes an XDP program and then drops every packet that it redirects; "
		    "use --generic, which is slower",
		    driver_name(check));
	else if (facts->xdp.err && !check->known)
		say(check, NEEDS_REFUSE, NEEDS_DRIVER,
		    "nothing tells whether driver %s redirects natively (this kernel does not say, "
		    "and we do not know the driver); use --generic, which is slower",
		    driver_name(check));
	else if (facts->xdp.err && check->driver->native == XDP_NATIVE_NO)
		say(check, NEEDS_REFUSE, NEEDS_DRIVER,
		    "driver %s has no native XDP; use --generic, which is slower",
		    driver_name(check));
	else if (facts->xdp.err)
		say(check, NEEDS_OK, NEEDS_DRIVER, "driver %s redirects natively, by our list",
		    driver_name(check));
	else if ((facts->xdp.features & want) == want)
		say(check, NEEDS_OK, NEEDS_DRIVER, "driver %s redirects natively, says the kernel",
		    driver_name(check));
	else if (features_hidden(check))
		say(check, NEEDS_OK, NEEDS_DRIVER,
		    "driver %s redirects natively once the changes below are made",
		    driver_name(check));
	else
		refuse_features(check);
	if (check->driver->note)
		say(check, NEEDS_WARN, NEEDS_NOTE, "driver %s: %s", check->driver->name,
		    check->driver->note);
}

static uint32_t mtu_limit(const struct check *check, bool frags)
{
	uint32_t limit = frags ? check->driver->mtu_frags : check->driver->mtu_plain;

	return limit ? limit : XDP_MTU_NO_LIMIT;
}

/* Whether frags work is only told by kernels that have the netdev family; older ones may not. */
static void check_mtu(struct check *check)
{
	const struct nic_facts *facts = check->facts;
	const struct xdp_driver *driver = check->driver;
	bool frags = facts->frags && driver->mtu_frags;
	bool surely = frags && !facts->xdp.err && (facts->xdp.features & NETDEV_XDP_RX_SG);
	bool maybe = frags && (facts->xdp.err || features_hidden(check));
	uint32_t mtu = facts->link.mtu, limit = mtu_limit(check, surely || maybe);
	uint32_t plain = mtu_limit(check, false);

	if (mtu > limit && !(driver->mtu_approx && mtu - limit <= MTU_DOUBT))
		say(check, NEEDS_REFUSE, NEEDS_MTU,
		    "its MTU %u is more than driver %s takes with XDP (%s%u); use `ip link set "
		    "dev %s mtu %u`, or --generic, which is slower",
		    mtu, driver_name(check), driver->mtu_approx ? "about " : "", limit,
		    facts->link.name, limit);
	else if (mtu > limit || (maybe && !surely && mtu > plain))
		say(check, NEEDS_WARN, NEEDS_MTU,
		    "its MTU %u may be more than driver %s takes with XDP (about %u); if attaching "
		    "fails, use `ip link set dev %s mtu %u`",
		    mtu, driver_name(check), plain, facts->link.name, plain);
}

/* Of what such a NIC receives nothing could be steered, and nobody would see why. */
static void check_headers(struct check *check)
{
	const struct nic_facts *facts = check->facts;
	const struct xdp_driver *driver = check->driver;

	if (!facts->frags || !driver->empty_above || facts->link.mtu <= driver->empty_above ||
	    facts->empty_first == SWITCH_OFF)
		return;
	if (facts->pull_data)
		say(check, NEEDS_OK, NEEDS_HEADERS,
		    "driver %s puts headers where an XDP program does not see them at MTU %u, and "
		    "the kernel brings them forward",
		    driver_name(check), facts->link.mtu);
	else
		say(check, NEEDS_REFUSE, NEEDS_HEADERS,
		    "at its MTU %u driver %s puts headers where an XDP program does not see them, "
		    "and this kernel cannot bring them forward (Linux 6.18 can), so that nothing "
		    "would be steered; use `ethtool --set-priv-flags %s %s off`, `ip link set dev "
		    "%s mtu %u`, or --method rps",
		    facts->link.mtu, driver_name(check), facts->link.name, driver->empty_flag,
		    facts->link.name, driver->empty_above);
}

/* Merged frames are larger than a buffer: XDP never sees them whole. */
static void check_lro(struct check *check)
{
	if (check->facts->lro == SWITCH_ON)
		switch_off(check, NEEDS_LRO, UNDO_FEATURE, "rx-lro",
			   "XDP does not go with merged frames");
	else if (check->facts->lro == SWITCH_FIXED_ON)
		say(check, check->driver->refuses_lro ? NEEDS_REFUSE : NEEDS_WARN, NEEDS_LRO,
		    "rx-lro is on and cannot be switched off, and XDP does not go with merged "
		    "frames; use --generic, which is slower");
}

static void check_gro_hw(struct check *check)
{
	if (!check->driver->refuses_gro_hw)
		return;
	if (check->facts->gro_hw == SWITCH_ON)
		switch_off(check, NEEDS_GRO_HW, UNDO_FEATURE, "rx-gro-hw",
			   "the driver refuses XDP with it");
	else if (check->facts->gro_hw == SWITCH_FIXED_ON)
		say(check, NEEDS_REFUSE, NEEDS_GRO_HW,
		    "rx-gro-hw is on and cannot be switched off, and driver %s refuses XDP with "
		    "it; use --generic, which is slower",
		    driver_name(check));
}

static void check_legacy_rx(struct check *check)
{
	if (check->driver->legacy_rx && check->facts->legacy_rx == SWITCH_ON)
		switch_off(check, NEEDS_LEGACY_RX, UNDO_FLAG, "legacy-rx",
			   "it leaves no headroom, so that every redirected packet is dropped");
}

static void check_sriov(struct check *check)
{
	const struct nic_facts *facts = check->facts;

	if (check->driver->refuses_sriov && facts->numvfs > 0)
		say(check, NEEDS_REFUSE, NEEDS_SRIOV,
		    "driver %s refuses XDP while virtual functions are enabled (%d are); write 0 "
		    "to /sys/class/net/%s/device/sriov_numvfs, or use --generic, which is slower",
		    driver_name(check), facts->numvfs, facts->link.name);
}

/* Big mode: receive_big never runs XDP, though the attach succeeds. */
static void check_virtio(struct check *check)
{
	const struct nic_facts *facts = check->facts;
	uint64_t bits = facts->virtio_features;
	bool gso = bits & VIRTIO_GUEST_GSO;

	if (!facts->virtio_known)
		return;
	if (!(bits & VIRTIO_MRG_RXBUF) && (gso || facts->link.mtu > 1500))
		say(check, NEEDS_REFUSE, NEEDS_VIRTIO,
		    "this virtio NIC receives in big buffers, past any XDP program; let the host "
		    "offer mergeable receive buffers (mrg_rxbuf=on), or use --generic, which is "
		    "slower");
	else if (!(bits & VIRTIO_CTRL_GUEST_OFFLOADS) && (gso || bits & VIRTIO_GUEST_CSUM))
		say(check, NEEDS_REFUSE, NEEDS_VIRTIO,
		    "this virtio NIC has receive offloads on that it cannot switch off, and so "
		    "refuses XDP; let the host offer ctrl_guest_offloads=on, or none of "
		    "guest_csum, guest_tso4, guest_tso6, guest_ufo; or use --generic, which is "
		    "slower");
}

static void refuse_vlan(struct check *check, const char *knob)
{
	say(check, NEEDS_REFUSE, NEEDS_VLAN,
	    "the NIC takes VLAN tags off (%s) and cannot stop doing so, which loses them on their "
	    "way to another CPU, but VLAN device %s needs them; use --generic, which is slower",
	    knob, check->facts->vlan_upper);
}

static void vlan_switch(struct check *check, enum nic_switch state, const char *knob)
{
	char reason[128];

	if (state == SWITCH_FIXED_ON) {
		refuse_vlan(check, knob);
		return;
	}
	if (state != SWITCH_ON)
		return;
	snprintf(reason, sizeof(reason), "VLAN device %s loses the tags that the NIC takes off",
		 check->facts->vlan_upper);
	switch_off(check, NEEDS_VLAN, UNDO_FEATURE, knob, reason);
}

static void check_vlan(struct check *check)
{
	const struct nic_facts *facts = check->facts;

	if (!facts->vlan_upper[0])
		return;
	if (check->driver->peer_vlan) {
		say(check, NEEDS_REFUSE, NEEDS_VLAN,
		    "VLAN device %s is on it, and on a %s the peer may keep tags beside the "
		    "packet, where they are lost on the way to another CPU; use --generic, which "
		    "keeps them",
		    facts->vlan_upper, driver_name(check));
		return;
	}
	if (check->known && !check->driver->strips_vlan)
		return;
	if (check->driver->rxvlan_fixed && facts->rxvlan != SWITCH_OFF) {
		refuse_vlan(check, "rx-vlan-hw-parse");
		return;
	}
	vlan_switch(check, facts->rxvlan, "rx-vlan-hw-parse");
	vlan_switch(check, facts->rxvlan_stag, "rx-vlan-stag-hw-parse");
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The nearest channels that the driver's rule allows; false if there are none. */
static bool channels_fit(const struct check *check, struct nic_channels *ch)
{
	switch (check->driver->channels) {
	case XDP_CHANNELS_HALF:
		ch->combined = ch->max_combined / 2;
		return ch->combined;
	case XDP_CHANNELS_EQUAL_HALF:
		ch->rx = ch->tx = smaller(smaller(ch->rx, ch->tx), ch->max_tx / 2);
		return ch->rx;
	case XDP_CHANNELS_COMBINED:
		ch->combined = smaller(ch->rx > ch->tx ? ch->rx : ch->tx, ch->max_combined);
		ch->rx = ch->tx = 0;
		return ch->combined;
	default:
		return true;
	}
}

static void channels_print(const struct nic_channels *ch, char *buf, size_t len)
{
	snprintf(buf, len, "rx %u tx %u other %u combined %u", ch->rx, ch->tx, ch->other,
		 ch->combined);
}

static void check_channels(struct check *check)
{
	struct nic_channels want = check->facts->channels;
	struct needs_finding *finding;

	if (!channels_exceed(check))
		return;
	if (!channels_fit(check, &want)) {
		say(check, NEEDS_REFUSE, NEEDS_CHANNELS,
		    "driver %s has no queue to spare for XDP; use --generic, which is slower",
		    driver_name(check));
		return;
	}
	finding = change(check, NEEDS_CHANNELS, UNDO_CHANNELS, "channels",
			 check->driver->channels == XDP_CHANNELS_COMBINED
				 ? "the driver takes XDP on combined channels only"
				 : "the driver needs as many free queues for XDP");
	if (!finding)
		return;
	channels_print(&check->facts->channels, finding->old_value, sizeof(finding->old_value));
	channels_print(&want, finding->new_value, sizeof(finding->new_value));
}

static void clear_queue(struct check *check, const struct nic_queue *queue, const char *reason)
{
	struct needs_finding *finding;
	char knob[UNDO_KNOB_LEN];

	if (queue->rps_cpus[0] && strcmp(queue->rps_cpus, "0")) {
		snprintf(knob, sizeof(knob), "rx-%u/rps_cpus", queue->queue);
		finding = change(check, NEEDS_RPS, UNDO_QUEUE, knob, reason);
		if (!finding)
			return;
		snprintf(finding->old_value, sizeof(finding->old_value), "%s", queue->rps_cpus);
		strcpy(finding->new_value, "0");
	}
	if (queue->rps_flow_cnt) {
		snprintf(knob, sizeof(knob), "rx-%u/rps_flow_cnt", queue->queue);
		finding = change(check, NEEDS_RPS, UNDO_QUEUE, knob, reason);
		if (!finding)
			return;
		snprintf(finding->old_value, sizeof(finding->old_value), "%lu",
			 queue->rps_flow_cnt);
		strcpy(finding->new_value, "0");
	}
}

/*
 * A packet from a native ring has no receive queue and so obeys that of rx-0; a generic one keeps
 * its queue (net/core/dev.c get_rps_cpu). The flow table counts too: the IKE socket's reads make
 * ESP-in-UDP of the same ports follow it.
 */
static void check_rps(struct check *check)
{
	const struct nic_facts *facts = check->facts;
	unsigned int i;

	if (facts->rps_err)
		say(check, NEEDS_WARN, NEEDS_RPS,
		    "its RPS settings could not be read (%s); see that rx-0/rps_cpus is 0, or "
		    "packets leave the CPU chosen for them",
		    strerror(-facts->rps_err));
	for (i = 0; i < facts->queues; i++)
		if (!facts->queue[i].queue || facts->generic)
			clear_queue(check, &facts->queue[i], "packets from a ring obey it");
}

static void check_reset(struct check *check)
{
	if (is_ours(check->facts))
		return;
	if (check->driver->disruption == XDP_ATTACH_LINK)
		say(check, NEEDS_WARN, NEEDS_RESET,
		    "driver %s builds its rings anew for the first program and after the last: the "
		    "link may go down for a moment and packets are lost",
		    driver_name(check));
	else if (check->driver->disruption == XDP_ATTACH_PF)
		say(check, NEEDS_WARN, NEEDS_RESET,
		    "driver %s resets the whole physical function for the first program and after "
		    "the last, its virtual functions too: the link goes down for a moment and "
		    "packets are lost",
		    driver_name(check));
}

static void check_rest(struct check *check)
{
	if (check->driver->freezes_channels)
		say(check, NEEDS_WARN, NEEDS_FROZEN,
		    "driver %s does not let its channels be changed while we steer",
		    driver_name(check));
	if (check->driver->drops_checksums)
		say(check, NEEDS_WARN, NEEDS_CHECKSUM,
		    "senders on this host need `ethtool -K DEV tx off`: UDP without a checksum "
		    "fails on its way to another CPU");
}

static void check_link(struct check *check)
{
	if (!(check->facts->link.flags & IFF_UP))
		say(check, NEEDS_WARN, NEEDS_LINK,
		    "it is down; nothing comes in until `ip link set dev %s up`",
		    check->facts->link.name);
}

static void check_generic(struct check *check)
{
	say(check, NEEDS_WARN, NEEDS_GENERIC,
	    "generic mode is slower, and cannot keep the order in a move: busy SAs are not moved");
}

static void check_native(struct check *check)
{
	check_driver(check);
	check_channels(check);
	check_legacy_rx(check);
	check_lro(check);
	check_gro_hw(check);
	check_sriov(check);
	check_virtio(check);
	check_mtu(check);
	check_headers(check);
	check_vlan(check);
	check_reset(check);
	check_rest(check);
}

/* Nothing is won by not attaching what is attached: steering goes on, and the operator knows. */
static void soften(struct needs_report *report)
{
	size_t i;

	for (i = 0; i < report->count; i++)
		if (report->finding[i].verdict == NEEDS_REFUSE)
			report->finding[i].verdict = NEEDS_WARN;
}

int needs_check(const struct nic_facts *facts, struct needs_report *report)
{
	static const struct xdp_driver nothing = {.name = "", .native = XDP_NATIVE_YES};
	struct check check = {
		.facts = facts,
		.driver = xdp_driver_find(facts->driver),
		.report = report,
	};

	memset(report, 0, sizeof(*report));
	check.known = check.driver;
	if (!check.driver)
		check.driver = &nothing;
	check_program(&check);
	check_upper(&check);
	if (facts->generic)
		check_generic(&check);
	else
		check_native(&check);
	check_rps(&check);
	check_link(&check);
	if (is_ours(facts))
		soften(report);
	if (check.err)
		needs_report_free(report);
	return check.err;
}
