// SPDX-License-Identifier: GPL-2.0-only
// Namespaces of our own with steered SAs and method xdp in them.
#include "sandbox.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "host/clock.h"
#include "sas/local.h"
#include "steer/xdp.h"

#define BPFFS "/sys/fs/bpf"

enum { RING_FRAMES = 512 };

void sandbox_address(__u8 family, __be32 addr[4])
{
	memset(addr, 0, 16);
	inet_pton(family == 4 ? AF_INET : AF_INET6, family == 4 ? "192.0.2.2" : "2001:db8::2",
		  addr);
}

void sandbox_beat(struct sandbox *s)
{
	sas_beat(&s->sas, clock_now());
}

/* A bpffs that only we see, in the place where it is looked for. */
static int enter(char *why, size_t size)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", BPFFS, "bpf", 0, "mode=0700") < 0) {
		int err = -errno;

		snprintf(why, size, "making namespaces: %s; run as root", strerror(-err));
		return err;
	}
	return 0;
}

static void set_addresses(struct sandbox *s)
{
	struct local_address ours[2] = {{.family = AF_INET}, {.family = AF_INET6}};

	for (int i = 0; i < 2; i++)
		sandbox_address(i ? 6 : 4, ours[i].addr);
	local_fill(&s->sas.maps.addresses->half[0], s->sas.table.shape.seed, ours, 2);
	s->sas.maps.host->addresses = 0;
}

static int give_roles(struct sandbox *s, char *why, size_t size)
{
	struct cpu_roles roles;
	cpu_set_t cpus, none;

	CPU_ZERO(&none);
	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return -errno;
	first_roles(&cpus, &none, -1, &roles);
	roles.sas = cpus;
	return sas_set_roles(&s->sas, &roles, why, size);
}

/* The program is reached through its pin, as `stop` and `show` do. */
static int attach(struct sandbox *s, char *why, size_t size)
{
	struct program_target target = {.index = 0};
	struct xdp_link link = {.link = -1, .program = -1};
	char log[16384] = "";
	int err = sandbox_pair();

	target.ifindex = if_nametoindex("veth0");
	if (!err)
		err = xdp_attach(&s->sas.maps, &target, &link, log, sizeof(log));
	if (!err)
		err = xdp_pin(&s->sas.pins, target.ifindex, &link);
	xdp_close(&link, err != 0);
	if (err) {
		snprintf(why, size, "attaching: %s; %.600s", strerror(-err),
			 log + (strlen(log) > 600 ? strlen(log) - 600 : 0));
		return err;
	}
	s->steer = pins_get_interface(&s->sas.pins, target.ifindex, "program");
	if (s->steer >= 0)
		return 0;
	snprintf(why, size, "opening the program's pin: %s", strerror(-s->steer));
	return s->steer;
}

int sandbox_open(struct sandbox *s, __u32 max_sas, char *why, size_t size)
{
	struct sas_options options = {.ring_frames = RING_FRAMES, .max_sas = max_sas};
	int err = enter(why, size);

	s->steer = -1;
	s->held = 1; /* the first is ours */
	s->ahead_ns = 0;
	if (!err)
		err = sas_open(&s->sas, &options, why, size);
	if (err)
		return err;
	err = give_roles(s, why, size);
	if (!err)
		err = attach(s, why, size);
	if (err) {
		sandbox_close(s);
		return err;
	}
	set_addresses(s);
	sandbox_beat(s);
	return 0;
}

void sandbox_close(struct sandbox *s)
{
	if (s->steer >= 0)
		close(s->steer);
	s->steer = -1;
	pins_remove(&s->sas.pins);
	sas_close(&s->sas);
}

int sandbox_add(struct sandbox *s, __u8 family, const __be32 dst[4], __u32 spi, __u8 protocol,
		int cpu, bool hands_off)
{
	struct sa sa = {
		.id = {.family = family == 4 ? AF_INET : AF_INET6,
		       .protocol = protocol,
		       .spi = spi},
		.offload = hands_off ? SA_OFFLOAD_CRYPTO : SA_OFFLOAD_NONE,
		.pcpu = -1,
		.cpu = cpu,
	};
	enum first_why why;

	memcpy(sa.id.dst, dst, sizeof(sa.id.dst));
	return sas_add(&s->sas, &sa, clock_now() + s->ahead_ns, &why);
}

void sandbox_clear(struct sandbox *s)
{
	const struct table *table = &s->sas.table;
	int slot;

	table_each(table, slot)
	{
		const struct sa_cold *cold = table_cold(table, slot);
		struct sa_id id = {
			.family = cold->family,
			.protocol = cold->protocol,
			.spi = sa_word_spi(table_word(table, slot)),
		};

		memcpy(id.dst, cold->dst, sizeof(id.dst));
		sas_remove(&s->sas, &id, clock_now() + s->ahead_ns);
	}
}

int sandbox_pair(void)
{
	char buffer[1024] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct nlattr *nest;
	int err = 0;

	if (!nl)
		return -errno;
	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	nest = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	mnl_attr_nest_end(nlh, nest);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0 ||
	    mnl_socket_recvfrom(nl, buffer, sizeof(buffer)) < 0)
		err = -errno;
	else if (nlh->nlmsg_type == NLMSG_ERROR)
		err = *(int *)mnl_nlmsg_get_payload(nlh);
	mnl_socket_close(nl);
	return err;
}

int sandbox_hold(struct sandbox *s, int program)
{
	char name[IFNAMSIZ];
	int err = sandbox_pair();

	if (err)
		return err;
	snprintf(name, sizeof(name), "veth%d", 2 * s->held++);
	return bpf_xdp_attach(if_nametoindex(name), program, XDP_FLAGS_SKB_MODE, NULL);
}
