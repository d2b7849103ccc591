// SPDX-License-Identifier: GPL-2.0-only
// What the driver can, does and refuses.
#include <stdio.h>
#include "steer/needs_impl.h"

/* The computed MTU limits may be this far off; within it the driver has the last word. */
#define MTU_DOUBT 64

/* The driver shows no XDP features yet, but will when the changes of this report are made. */
static bool features_hidden(const struct needs_judging *j)
{
	const struct xdp_driver *driver = j->driver;
	const struct nic_facts *facts = j->facts;

	if (!driver->hides_features)
		return false;
	return (driver->refuses_lro && facts->lro == SWITCH_ON) ||
	       (driver->refuses_gro_hw && facts->gro_hw == SWITCH_ON) || needs_channels_exceed(j);
}

static void tell(const struct needs_judging *j, enum needs_verdict verdict, const char *does)
{
	needs_say(j->report, verdict, NEEDS_DRIVER, "driver %s %s", needs_driver_name(j), does);
}

static void refuse_features(const struct needs_judging *j)
{
	const char *when = j->driver->refused_when;

	needs_say(j->report, NEEDS_REFUSE, NEEDS_DRIVER,
		  "driver %s does not redirect natively here%s%s%s, says the kernel (XDP features "
		  "0x%llx)",
		  needs_driver_name(j), when ? " (" : "", when ? when : "", when ? ")" : "",
		  (unsigned long long)j->facts->xdp.features);
}

void needs_driver(const struct needs_judging *j)
{
	const uint64_t want = NETDEV_XDP_BASIC | NETDEV_XDP_REDIRECT;
	const struct nic_facts *facts = j->facts;

	if (j->known && j->driver->native == XDP_NATIVE_DROPS)
		tell(j, NEEDS_REFUSE,
		     "takes an XDP program and then drops every packet that it redirects");
	else if (facts->xdp.err && !j->known)
		needs_say(j->report, NEEDS_REFUSE, NEEDS_DRIVER,
			  "nothing tells whether driver %s redirects natively (this kernel does not "
			  "say, and we do not know the driver)",
			  needs_driver_name(j));
	else if (facts->xdp.err && j->driver->native == XDP_NATIVE_NO)
		tell(j, NEEDS_REFUSE, "has no native XDP");
	else if (facts->xdp.err)
		tell(j, NEEDS_OK, "redirects natively, by our list");
	else if ((facts->xdp.features & want) == want)
		tell(j, NEEDS_OK, "redirects natively, says the kernel");
	else if (features_hidden(j))
		tell(j, NEEDS_OK, "redirects natively once the changes below are made");
	else
		refuse_features(j);
	if (j->driver->note)
		needs_say(j->report, NEEDS_WARN, NEEDS_NOTE, "driver %s: %s", j->driver->name,
			  j->driver->note);
}

static uint32_t mtu_limit(const struct needs_judging *j, bool frags)
{
	uint32_t limit = frags ? j->driver->mtu_frags : j->driver->mtu_plain;

	return limit ? limit : XDP_MTU_NO_LIMIT;
}

/* Whether frags work is only told by kernels that have the netdev family; older ones may not. */
void needs_mtu(const struct needs_judging *j)
{
	const struct nic_facts *facts = j->facts;
	const struct xdp_driver *driver = j->driver;
	bool frags = facts->frags && driver->mtu_frags;
	bool surely = frags && !facts->xdp.err && (facts->xdp.features & NETDEV_XDP_RX_SG);
	bool maybe = frags && (facts->xdp.err || features_hidden(j));
	uint32_t mtu = facts->link.mtu, limit = mtu_limit(j, surely || maybe);
	uint32_t plain = mtu_limit(j, false);

	if (mtu > limit && !(driver->mtu_approx && mtu - limit <= MTU_DOUBT))
		needs_say(j->report, NEEDS_REFUSE, NEEDS_MTU,
			  "its MTU %u is more than driver %s takes with XDP (%s%u); use `ip link "
			  "set dev %s mtu %u`",
			  mtu, needs_driver_name(j), driver->mtu_approx ? "about " : "", limit,
			  facts->link.name, limit);
	else if (mtu > limit || (maybe && !surely && mtu > plain))
		needs_say(j->report, NEEDS_WARN, NEEDS_MTU,
			  "its MTU %u may be more than driver %s takes with XDP (about %u); if "
			  "attaching fails, use `ip link set dev %s mtu %u`",
			  mtu, needs_driver_name(j), plain, facts->link.name, plain);
}

void needs_sriov(const struct needs_judging *j)
{
	const struct nic_facts *facts = j->facts;

	if (j->driver->refuses_sriov && facts->numvfs > 0)
		needs_say(j->report, NEEDS_REFUSE, NEEDS_SRIOV,
			  "driver %s refuses XDP while virtual functions are enabled (%d are); "
			  "write 0 to /sys/class/net/%s/device/sriov_numvfs",
			  needs_driver_name(j), facts->numvfs, facts->link.name);
}

void needs_reset(const struct needs_judging *j)
{
	if (j->ours)
		return;
	if (j->driver->disruption == XDP_ATTACH_LINK)
		needs_say(j->report, NEEDS_WARN, NEEDS_RESET,
			  "driver %s builds its rings anew for the first program and after the "
			  "last: the link may go down for a moment and packets are lost",
			  needs_driver_name(j));
	else if (j->driver->disruption == XDP_ATTACH_PF)
		needs_say(j->report, NEEDS_WARN, NEEDS_RESET,
			  "driver %s resets the whole physical function for the first program and "
			  "after the last, its virtual functions too: the link goes down for a "
			  "moment and packets are lost",
			  needs_driver_name(j));
}

void needs_rest(const struct needs_judging *j)
{
	if (j->driver->freezes_channels)
		needs_say(j->report, NEEDS_WARN, NEEDS_FROZEN,
			  "driver %s does not let its channels be changed while we steer",
			  needs_driver_name(j));
	if (j->driver->drops_checksums)
		needs_say(j->report, NEEDS_WARN, NEEDS_CHECKSUM,
			  "senders on this host need `ethtool -K DEV tx off`: UDP without a "
			  "checksum fails on its way to another CPU");
}
