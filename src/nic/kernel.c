// SPDX-License-Identifier: GPL-2.0-only
// What the running kernel can, by asking it.
#include "nic/kernel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "nic/netdev.h"
#include "nic/netns.h"
#include "nic/nl.h"
#include "nic/pull_data.h"

#define ATTR_SA_PCPU 35 /* XFRMA_SA_PCPU, which Debian 12's headers do not have */

/* Could it be made? The descriptor is closed: it was made only to see that. */
static enum kernel_answer made(int fd)
{
	if (fd >= 0) {
		close(fd);
		return KERNEL_HAS;
	}
	return fd == -EINVAL || fd == -ENOENT ? KERNEL_LACKS : KERNEL_UNKNOWN;
}

/* Of a question of libbpf's. */
static enum kernel_answer told(int answer)
{
	if (answer < 0)
		return KERNEL_UNKNOWN;
	return answer ? KERNEL_HAS : KERNEL_LACKS;
}

/* A program that returns 0; a descriptor or a negative errno. */
static int load_empty(enum bpf_prog_type type, __u32 flags)
{
	static const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = flags);

	return bpf_prog_load(type, "espalier_probe", "GPL", code, sizeof(code) / sizeof(*code),
			     &options);
}

static enum kernel_answer has_xfrm(const struct btf *btf)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);

	if (!nl)
		return errno == EPROTONOSUPPORT ? KERNEL_LACKS : KERNEL_UNKNOWN;
	mnl_socket_close(nl);
	return KERNEL_HAS;
}

static enum kernel_answer has_ring_buffer(const struct btf *btf)
{
	return told(libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL));
}

/* A value with room for a program. */
static enum kernel_answer has_cpumap_program(const struct btf *btf)
{
	return made(bpf_map_create(BPF_MAP_TYPE_CPUMAP, "espalier_probe", sizeof(__u32),
				   sizeof(struct bpf_cpumap_val), 1, NULL));
}

static enum kernel_answer has_btf(const struct btf *btf)
{
	return btf ? KERNEL_HAS : KERNEL_LACKS;
}

static enum kernel_answer has_xdp_frags(const struct btf *btf)
{
	return made(load_empty(BPF_PROG_TYPE_XDP, BPF_F_XDP_HAS_FRAGS));
}

static enum kernel_answer has_pull_data(const struct btf *btf)
{
	int id = pull_data_find(btf);

	if (id < 0)
		return KERNEL_UNKNOWN;
	return id ? KERNEL_HAS : KERNEL_LACKS;
}

/* The cpumap's entry has a place to merge packets at (kernel/bpf/cpumap.c). */
static enum kernel_answer has_cpumap_gro(const struct btf *btf)
{
	const struct btf_type *entry;
	const struct btf_member *member;
	int id;

	id = btf ? btf__find_by_name_kind(btf, "bpf_cpu_map_entry", BTF_KIND_STRUCT) : -ENOENT;
	if (id < 0)
		return KERNEL_UNKNOWN;
	entry = btf__type_by_id(btf, (__u32)id);
	member = btf_members(entry);
	for (int i = 0; i < btf_vlen(entry); i++)
		if (!strcmp(btf__name_by_offset(btf, member[i].name_off), "gro"))
			return KERNEL_HAS;
	return KERNEL_LACKS;
}

static enum kernel_answer has_ring_drops(const struct btf *btf)
{
	int program = load_empty(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	enum kernel_answer answer;

	if (program < 0)
		return made(program);
	answer = made(bpf_raw_tracepoint_open("xdp_cpumap_enqueue", program));
	close(program);
	return answer;
}

static enum kernel_answer has_coarse_clock(const struct btf *btf)
{
	return told(libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_ktime_get_coarse_ns, NULL));
}

static enum kernel_answer has_netns_cookie(const struct btf *btf)
{
	uint64_t cookie;
	int err = netns_cookie(&cookie);

	if (err)
		return err == -ENOPROTOOPT ? KERNEL_LACKS : KERNEL_UNKNOWN;
	return KERNEL_HAS;
}

/* Asked about the loopback device, which every namespace has. */
static enum kernel_answer has_netdev_family(const struct btf *btf)
{
	struct netdev_xdp xdp;

	return netdev_xdp_get(1, &xdp) == -ENOENT ? KERNEL_LACKS : KERNEL_HAS;
}

/* What a UDP socket calls for its merging (net/ipv4/xfrm4_input.c). */
static enum kernel_answer has_encap_gro(const struct btf *btf)
{
	if (!btf)
		return KERNEL_UNKNOWN;
	return btf__find_by_name_kind(btf, "xfrm4_gro_udp_encap_rcv", BTF_KIND_FUNC) < 0
		       ? KERNEL_LACKS
		       : KERNEL_HAS;
}

/*
 * The question after an SA that cannot be, with the attribute cut short: a kernel that knows it refuses
 * it (EINVAL or ERANGE), one that does not passes over it and finds no SA.
 */
static enum kernel_answer has_per_cpu_sas(const struct btf *btf)
{
	const struct xfrm_usersa_id none = {.family = AF_INET, .proto = IPPROTO_ESP};
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int err;

	nlh->nlmsg_type = XFRM_MSG_GETSA;
	nlh->nlmsg_flags = NLM_F_ACK;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(none)), &none, sizeof(none));
	mnl_attr_put_u16(nlh, ATTR_SA_PCPU, 0);
	err = nl_ask(NETLINK_XFRM, nlh, NULL, NULL);
	if (err == -EINVAL || err == -ERANGE)
		return KERNEL_HAS;
	return err == -ESRCH ? KERNEL_LACKS : KERNEL_UNKNOWN;
}

/*
 * What a flow dissector answers comes back as it is where the kernel tells OK from CONTINUE; before it
 * was 1 for OK, else 0 (net/core/flow_dissector.c, bpf_flow_dissect()).
 */
static enum kernel_answer has_dissector(const struct btf *btf)
{
	static const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K,
		 .dst_reg = BPF_REG_0,
		 .imm = BPF_FLOW_DISSECTOR_CONTINUE},
		{.code = BPF_JMP | BPF_EXIT},
	};
	__u8 frame[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);
	int program = bpf_prog_load(BPF_PROG_TYPE_FLOW_DISSECTOR, "espalier_probe", "GPL", code,
				    sizeof(code) / sizeof(*code), NULL);
	enum kernel_answer answer = KERNEL_UNKNOWN;

	if (program < 0)
		return made(program);
	if (!bpf_prog_test_run_opts(program, &opts))
		answer = opts.retval == BPF_FLOW_DISSECTOR_CONTINUE ? KERNEL_HAS : KERNEL_LACKS;
	close(program);
	return answer;
}

static const struct item {
	const char *name;
	enum kernel_answer (*ask)(const struct btf *btf);
	bool by_btf, needed;
	const char *says[KERNEL_HAS + 1]; /* by enum kernel_answer */
} items[KERNEL_ITEMS] = {
	[KERNEL_XFRM] = {"xfrm", has_xfrm, false, false,
		{"Whether the kernel lets its SAs be followed (XFRM_USER) cannot be told.",
		 "The kernel does not let its SAs be followed: it was built without XFRM_USER.",
		 "The kernel lets its SAs be followed (XFRM_USER)."}},
	[KERNEL_RING_BUFFER] = {"ring_buffer", has_ring_buffer, false, true,
		{"Whether the kernel has BPF ring buffers cannot be told: that takes CAP_BPF.",
		 "The kernel has no BPF ring buffers, which steering by XDP needs (they came with Linux 5.8).",
		 "The kernel has BPF ring buffers, which steering by XDP needs."}},
	[KERNEL_CPUMAP_PROGRAM] = {"cpumap_program", has_cpumap_program, false, true,
		{"Whether the kernel runs programs in a cpumap cannot be told: that takes CAP_BPF.",
		 "The kernel runs no programs in a cpumap, which steering by XDP needs (they came with Linux 5.9).",
		 "The kernel runs programs in a cpumap, which steering by XDP needs."}},
	[KERNEL_BTF] = {"btf", has_btf, true, false,
		{"Whether the kernel describes its types (BTF) cannot be told.",
		 "The kernel does not describe its types (BTF): it steers all the same, but 'inspect' "
		 "cannot measure an interface that is steered by XDP.",
		 "The kernel describes its types (BTF)."}},
	[KERNEL_XDP_FRAGS] = {"xdp_frags", has_xdp_frags, false, false,
		{"Whether XDP takes frames in several buffers cannot be told: that takes CAP_BPF.",
		 "XDP takes no frames in several buffers (frags): a large MTU excludes steering by XDP.",
		 "XDP takes frames in several buffers (frags), where the driver does too."}},
	[KERNEL_PULL_DATA] = {"pull_data", has_pull_data, true, false,
		{"Whether XDP programs can bring headers into a frame's first buffer cannot be told: that "
		 "takes BTF and CAP_BPF. They are taken not to.",
		 "XDP programs cannot bring headers into a frame's first buffer (bpf_xdp_pull_data() came "
		 "with Linux 6.18): what a NIC puts beyond it is not steered.",
		 "XDP programs can bring headers into a frame's first buffer (bpf_xdp_pull_data())."}},
	[KERNEL_CPUMAP_GRO] = {"cpumap_gro", has_cpumap_gro, true, false,
		{"Whether rings merge packets by GRO cannot be told, for there is no BTF: they are taken "
		 "to, so that a move loses nothing with a replay window of 72 or more.",
		 "Rings do not merge packets by GRO: a move loses nothing with a replay window of 32 or "
		 "more.",
		 "Rings merge packets by GRO: a move loses nothing with a replay window of 72 or more."}},
	[KERNEL_RING_DROPS] = {"ring_drops", has_ring_drops, false, false,
		{"Whether the kernel tells what full rings drop cannot be told: that takes CAP_PERFMON.",
		 "The kernel does not tell what full rings drop (no raw tracepoint xdp_cpumap_enqueue): "
		 "drops are not shown.",
		 "The kernel tells what full rings drop (tracepoint xdp_cpumap_enqueue)."}},
	[KERNEL_COARSE_CLOCK] = {"coarse_clock", has_coarse_clock, false, false,
		{"Whether BPF programs have a coarse clock cannot be told: that takes CAP_BPF.",
		 "BPF programs have no coarse clock: the fine one is read, which costs a little more while "
		 "an SA moves.",
		 "BPF programs have a coarse clock."}},
	[KERNEL_NETNS_COOKIE] = {"netns_cookie", has_netns_cookie, false, false,
		{"Whether network namespaces have cookies cannot be told.",
		 "Network namespaces have no cookies: they are told apart by their netlink socket in /proc.",
		 "Network namespaces have cookies."}},
	[KERNEL_NETDEV_FAMILY] = {"netdev_family", has_netdev_family, false, false,
		{"Whether the kernel tells what drivers do with XDP cannot be told.",
		 "The kernel does not tell what drivers do with XDP (netlink family netdev): the list of "
		 "drivers decides.",
		 "The kernel tells what drivers do with XDP (netlink family netdev)."}},
	[KERNEL_ENCAP_GRO] = {"encap_gro", has_encap_gro, true, false,
		{"Whether ESP in UDP can be merged by GRO cannot be told, for there is no BTF.",
		 "ESP in UDP is not merged by GRO: this kernel cannot (it came with Linux 6.7).",
		 "ESP in UDP is merged by GRO where the IKE daemon asks for it."}},
	[KERNEL_PER_CPU_SAS] = {"per_cpu_sas", has_per_cpu_sas, false, false,
		{"Whether the kernel has per-CPU SAs (RFC 9611) cannot be told: that takes CAP_NET_ADMIN.",
		 "The kernel has no per-CPU SAs (RFC 9611; they came with Linux 6.13).",
		 "The kernel has per-CPU SAs (RFC 9611)."}},
	[KERNEL_DISSECTOR] = {"flow_dissector", has_dissector, false, false,
		{"Whether a flow dissector may leave packets to the kernel's own cannot be told: that takes "
		 "CAP_BPF.",
		 "No flow dissector may leave packets to the kernel's own (this came with Linux 6.1), so its "
		 "RPS cannot be told where SAs are.",
		 "A flow dissector may leave packets to the kernel's own."}},
};

/* libbpf has one print function for the process, and says what it tries in vain. */
static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static struct btf *open_btf(void)
{
	libbpf_print_fn_t before = libbpf_set_print(quiet);
	struct btf *btf = btf__load_vmlinux_btf();

	libbpf_set_print(before);
	return btf;
}

enum kernel_answer kernel_can(enum kernel_item item)
{
	struct btf *btf = items[item].by_btf ? open_btf() : NULL;
	enum kernel_answer answer = items[item].ask(btf);

	btf__free(btf);
	return answer;
}

void kernel_probe(struct kernel_facts *facts)
{
	struct btf *btf = open_btf();

	for (int i = 0; i < KERNEL_ITEMS; i++)
		facts->item[i] = items[i].ask(btf);
	btf__free(btf);
}

const char *kernel_item_name(enum kernel_item item)
{
	return items[item].name;
}

bool kernel_item_needed(enum kernel_item item)
{
	return items[item].needed;
}

const char *kernel_sentence(enum kernel_item item, enum kernel_answer answer)
{
	return items[item].says[answer];
}

const char *kernel_missing(void)
{
	for (int i = 0; i < KERNEL_ITEMS; i++)
		if (items[i].needed && kernel_can(i) == KERNEL_LACKS)
			return kernel_sentence(i, KERNEL_LACKS);
	return NULL;
}
