// SPDX-License-Identifier: GPL-2.0-only
// How links sit on each other, and which of them a program may be attached to.
#include "nic/link.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "text/because.h"

/* Stacks are a few links high; more is a loop of peers. */
#define MAX_HEIGHT 8
#define MAX_NAMED  4
#define MAX_LOWERS 64

static bool is_kind(const struct link *link, const char *kind)
{
	return !strcmp(link->kind, kind);
}

/* These name their peer, not a lower device, in IFLA_LINK. */
static bool is_pair(const struct link *link)
{
	return is_kind(link, "veth") || is_kind(link, "netkit");
}

/* Upper devices that IFLA_LINK does not always show to be one. */
static bool is_upper_kind(const struct link *link)
{
	static const char *const kinds[] = {
		"vlan",	   "bridge", "bond",	    "team",   "vrf",	"macvlan", "macvtap",
		"ipvlan",  "ipvtap", "macsec",	    "vxlan",  "geneve", "gretap",  "ip6gretap",
		"erspan",  "ppp",    "hsr",	    "batadv", "dsa",	"xfrm",	   "wireguard",
		"bareudp", "gtp",    "vti",	    "vti6",   "gre",	"ip6gre",  "ipip",
		"sit",	   "ip6tnl", "openvswitch",
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_kind(link, kinds[i]))
			return true;
	return false;
}

static bool names_lower(const struct link *link)
{
	return link->lower > 0 && link->lower != link->ifindex && !is_pair(link);
}

static bool has_ports(const struct link *link)
{
	return is_kind(link, "bond") || is_kind(link, "bridge") || is_kind(link, "team") ||
	       is_kind(link, "vrf");
}

size_t link_lower_all(const struct link_list *all, const struct link *link, const struct link **out,
		      size_t max)
{
	const struct link *lower;
	size_t i, n = 0;

	if (has_ports(link)) {
		for (i = 0; i < all->count; i++) {
			if (all->link[i].master != link->ifindex)
				continue;
			if (n < max)
				out[n] = &all->link[i];
			n++;
		}
		return n;
	}
	if (!names_lower(link) || link->lower_netnsid >= 0)
		return 0;
	lower = link_by_index(all, link->lower);
	if (lower && max)
		out[0] = lower;
	return lower ? 1 : 0;
}

static bool sits_on(const struct link *upper, const struct link *lower)
{
	if (lower->master > 0 && lower->master == upper->ifindex)
		return true;
	return names_lower(upper) && upper->lower_netnsid < 0 && upper->lower == lower->ifindex;
}

static bool listed(const struct link *link, const struct link *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i] == link)
			return true;
	return false;
}

/* Grow the set of uppers until a round adds nothing: it holds each link once, so it ends. */
size_t link_upper_all(const struct link_list *all, const struct link *link, const struct link **out,
		      size_t max)
{
	const struct link **found;
	size_t done, i, n = 0;

	found = calloc(all->count + 1, sizeof(*found));
	if (!found)
		return 0;
	found[n++] = link;
	for (done = 0; done < n; done++)
		for (i = 0; i < all->count; i++)
			if (all->link[i].ifindex != link->ifindex &&
			    sits_on(&all->link[i], found[done]) && !listed(&all->link[i], found, n))
				found[n++] = &all->link[i];
	for (i = 1; i < n && i <= max; i++)
		out[i - 1] = found[i];
	free(found);
	return n - 1;
}

/* A bond counts as the bottom: it means its slaves. */
static bool is_bottom(const struct link *link)
{
	return is_kind(link, "bond") ||
	       (!is_upper_kind(link) && !names_lower(link) && link->type == ARPHRD_ETHER);
}

struct names {
	char text[LINK_WHY_LEN / 2];
	const struct link *seen[MAX_NAMED];
	size_t count;
};

static void name_add(struct names *names, const struct link *link)
{
	size_t used = strlen(names->text);

	if (listed(link, names->seen, names->count < MAX_NAMED ? names->count : MAX_NAMED))
		return;
	if (names->count < MAX_NAMED) {
		names->seen[names->count] = link;
		snprintf(names->text + used, sizeof(names->text) - used, "%s%s", used ? ", " : "",
			 link->name);
	} else if (names->count == MAX_NAMED) {
		snprintf(names->text + used, sizeof(names->text) - used, ", ...");
	}
	names->count++;
}

static void name_bottoms(const struct link_list *all, const struct link *link, int height,
			 struct names *names)
{
	const struct link *lower[MAX_LOWERS];
	size_t i, n;

	n = link_lower_all(all, link, lower, MAX_LOWERS);
	for (i = 0; i < n && i < MAX_LOWERS && height; i++) {
		if (is_bottom(lower[i]))
			name_add(names, lower[i]);
		else
			name_bottoms(all, lower[i], height - 1, names);
	}
}

static int refuse_upper(const struct link_list *all, const struct link *link, char *why, size_t len)
{
	const char *kind = link->kind[0] ? link->kind : "stacked";
	struct names names = {0};

	name_bottoms(all, link, MAX_HEIGHT, &names);
	if (names.count == 1)
		snprintf(why, len, "%s is a %s device; name the device below it: %s", link->name,
			 kind, names.text);
	else if (names.count)
		snprintf(why, len, "%s is a %s device; name the devices below it: %s", link->name,
			 kind, names.text);
	else if (link->lower_netnsid >= 0)
		snprintf(
			why, len,
			"%s is a %s device on one of another network namespace; run espalier there",
			link->name, kind);
	else
		snprintf(why, len,
			 "%s is a %s device; name the Ethernet device that its packets come in on",
			 link->name, kind);
	return -EOPNOTSUPP;
}

static int copy_links(const struct link *const *links, size_t count, struct link_list *out)
{
	size_t i;

	out->link = calloc(count, sizeof(*out->link));
	if (!out->link)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		out->link[i] = *links[i];
	out->count = count;
	return 0;
}

static int expand_bond(const struct link_list *all, const struct link *bond, struct link_list *out,
		       char *why, size_t len)
{
	const struct link *slave[MAX_LOWERS];
	size_t n;
	int err;

	n = link_lower_all(all, bond, slave, MAX_LOWERS);
	if (!n || n > MAX_LOWERS)
		return because(-EOPNOTSUPP, why, len,
			       n ? "bond %s has more slaves than we can handle; name some of them"
				 : "bond %s has no slaves; add them first, or name a device",
			       bond->name);
	err = copy_links(slave, n, out);
	if (err)
		snprintf(why, len, "%s; free some memory", strerror(-err));
	return err;
}

int link_attachable_of(const struct link_list *all, const struct link *link, struct link_list *out,
		       char *why, size_t len)
{
	int err;

	memset(out, 0, sizeof(*out));
	if (is_kind(link, "bond"))
		return expand_bond(all, link, out, why, len);
	if (link->type == ARPHRD_LOOPBACK)
		return because(-EOPNOTSUPP, why, len,
			       "%s is the loopback; name the device that packets come in on",
			       link->name);
	if (is_upper_kind(link) || names_lower(link) || link->type == ARPHRD_PPP)
		return refuse_upper(all, link, why, len);
	if (link->type != ARPHRD_ETHER)
		return because(-EOPNOTSUPP, why, len,
			       "%s carries no Ethernet frames; name the Ethernet device that its "
			       "packets come in on",
			       link->name);
	err = copy_links(&link, 1, out);
	if (err)
		snprintf(why, len, "%s; free some memory", strerror(-err));
	return err;
}

/*
 * rtnetlink does not say what a ppp device runs on. For PPPoE /proc/net/pppoe names the devices of
 * all sessions; when they agree, that is the one.
 */
static void find_pppoe_lower(struct link_list *all, int ifindex)
{
	char line[256], name[IFNAMSIZ];
	const struct link *lower = NULL;
	bool differ = false;
	FILE *file;
	size_t i;

	file = fopen("/proc/thread-self/net/pppoe", "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		const struct link *link;

		if (sscanf(line, "%*8[0-9A-Fa-f] %*17[0-9A-Fa-f:] %15s", name) != 1)
			continue;
		link = link_by_name(all, name);
		differ |= lower && link != lower;
		lower = link;
	}
	fclose(file);
	for (i = 0; lower && !differ && i < all->count; i++)
		if (all->link[i].ifindex == ifindex)
			all->link[i].lower = lower->ifindex;
}

int link_attachable(const char *name, struct link_list *out, char *why, size_t len)
{
	struct link_list all;
	const struct link *here;
	struct link link;
	int err;

	memset(out, 0, sizeof(*out));
	err = link_get(name, &link);
	if (!err)
		err = link_list_read(&all);
	if (err)
		return because(err, why, len, "%s; `ip link` lists the interfaces", strerror(-err));
	if (link.type == ARPHRD_PPP)
		find_pppoe_lower(&all, link.ifindex);
	here = link_by_index(&all, link.ifindex);
	if (here) {
		err = link_attachable_of(&all, here, out, why, len);
	} else {
		err = -ENODEV;
		snprintf(why, len, "it has just gone; `ip link` lists the interfaces");
	}
	link_list_free(&all);
	return err;
}
