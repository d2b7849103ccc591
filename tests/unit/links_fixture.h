/* SPDX-License-Identifier: GPL-2.0-only */
/* Made-up links and messages of rtnetlink, and a namespace for the kernel's own. */
#ifndef TESTS_UNIT_LINKS_FIXTURE_H
#define TESTS_UNIT_LINKS_FIXTURE_H

#include "nic/addrs.h"
#include "nic/link.h"
#include "nic/nl.h"
#include "nic/watch.h"
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>
#include "shell.h"

/* Each test that needs one gets an empty namespace; it goes away with the process. */
static inline int fresh_namespace(void **state)
{
	return unshare(CLONE_NEWNET);
}

static inline struct link mk(int ifindex, const char *name, const char *kind)
{
	struct link link = {.ifindex = ifindex, .lower_netnsid = -1, .type = ARPHRD_ETHER};

	snprintf(link.name, sizeof(link.name), "%s", name);
	snprintf(link.kind, sizeof(link.kind), "%s", kind);
	return link;
}

static inline struct nlmsghdr *msg(char *buf, uint16_t type, const void *head, size_t len)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	memcpy(mnl_nlmsg_put_extra_header(nlh, len), head, len);
	return nlh;
}

static inline struct nlmsghdr *link_msg(char *buf, const char *name)
{
	struct ifinfomsg info = {.ifi_index = 7, .ifi_type = ARPHRD_ETHER, .ifi_flags = IFF_UP};
	struct nlmsghdr *nlh = msg(buf, RTM_NEWLINK, &info, sizeof(info));

	if (name)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return nlh;
}

static inline bool has(const struct addrs *set, const char *text)
{
	uint8_t addr[16];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, text, addr), 1);
	return addrs_contains(set, family, addr);
}

static inline int attach_pass(const char *name, uint32_t flags)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", insns, 2, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_xdp_attach(if_nametoindex(name), fd, flags, NULL), 0);
	return fd;
}

/* All that is there: events of a finished command are. True if some were lost on the way. */
static inline bool drain(struct watch *watch)
{
	int ret = watch_read(watch);

	assert_true(ret >= 0);
	return ret == 1;
}

#endif
