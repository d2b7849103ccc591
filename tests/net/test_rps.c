// SPDX-License-Identifier: GPL-2.0-only
/*
 * Method rps by the flow dissector: the packets of each SA come in on its CPU, whatever they are
 * like and wherever they come from; strays and IKE where they are confined; all else where the
 * kernel's own hash leads. And who else's flow dissector is in the way is named, ours adopted and
 * detached.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../../bench/sandbox.h"
#include "arrivals.h"
#include "core/label.h"
#include "host/clock.h"
#include "nic/cpulist.h"
#include "nic/sysfs.h"
#include "own_process.h"
#include "rps_frame.h"
#include "sas/labels.h"
#include "steer/dissector.h"

#define FROM "veth2"
#define TO   "veth3"

enum {
	SAS = 64,
	OTHERS = 64,
	MARK = 0x7a000000,
	SPI = 0x10000000,
	LABELS_ASKED = 10000,
	MTU = 9000
};

struct test {
	struct sandbox box;
	struct arrivals arrivals;
	int sender;
	cpu_set_t mask;
	int cpus[CPU_SETSIZE], n_cpus;
	size_t sent, came, wrong;
	unsigned int number; /* of the frames that are awaited */
	struct {
		int cpu; /* where it shall come; -1: anywhere */
		const char *what;
	} frame[ARRIVALS_NUMBERS];
	size_t at[ARRIVALS_CPUS]; /* of those that may come anywhere */
};

static void bring_up(const char *ifname)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_mtu = MTU};

	strncpy(request.ifr_name, ifname, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCSIFMTU, &request) < 0)
		die(ifname, errno);
	request.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		die(ifname, errno);
	close(fd);
}

static int open_sender(void)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(FROM)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		die("the sender", errno);
	return fd;
}

static void set_rps(const struct test *t)
{
	char mask[CPUMASK_LEN];
	int sysfs = sysfs_open(-1), err;

	if (sysfs < 0)
		die("sysfs", sysfs);
	cpumask_format(&t->mask, mask, sizeof(mask));
	err = sysfs_if_write(sysfs, TO, "queues/rx-0/rps_cpus", mask);
	close(sysfs);
	if (err < 0)
		die("the RPS mask", err);
}

/* The sandbox has method xdp on its loopback device, which is of no account here. */
static void set_up(struct test *t)
{
	char why[SANDBOX_WHY];
	int err = sandbox_open(&t->box, 4 * SAS, why, sizeof(why));

	if (err)
		die(why, err);
	if (sched_getaffinity(0, sizeof(t->mask), &t->mask) < 0)
		die("CPUs", errno);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &t->mask))
			t->cpus[t->n_cpus++] = cpu;
	err = sandbox_pair();
	if (err)
		die("a pair of devices", err);
	bring_up(FROM);
	bring_up(TO);
	set_rps(t);
	err = arrivals_open(&t->arrivals, TO);
	if (err)
		die("sockets", err);
	t->sender = open_sender();
}

static void attach(struct test *t)
{
	char why[DISSECTOR_WHY];
	int err = dissector_attach(&t->box.sas.maps, &t->box.sas.pins, 0, why, sizeof(why));

	if (err)
		die(why, err);
}

static void send_frame(struct test *t, const struct rps_frame *what, int cpu)
{
	__u8 bytes[RPS_FRAME_MAX];
	size_t len = rps_frame_make(bytes, what, MARK + t->number);

	t->frame[t->number].cpu = cpu;
	t->frame[t->number].what = what->name;
	t->number++;
	if (send(t->sender, bytes, len, 0) != (ssize_t)len)
		die("sending", errno);
	t->sent++;
}

static void arrived(void *arg, uint32_t number, int cpu)
{
	struct test *t = arg;

	if (number >= t->number)
		return;
	if (t->frame[number].cpu < 0) {
		t->at[cpu]++;
	} else if (t->frame[number].cpu != cpu) {
		if (t->wrong++ < 10)
			printf("  %s, frame %u: on CPU %d, should be on %d\n",
			       t->frame[number].what, number, cpu, t->frame[number].cpu);
	}
}

/* All that was sent since the last time. */
static void receive(struct test *t)
{
	size_t came = arrivals_read(&t->arrivals, MARK, t->sent, arrived, t);

	if (came != t->sent)
		printf("  %zu of %zu frames came\n", came, t->sent);
	t->wrong += came != t->sent;
	t->came += came;
	t->sent = 0;
	t->number = 0;
}

static int cpu_of(const struct test *t, unsigned int sa)
{
	return t->cpus[sa % (unsigned int)t->n_cpus];
}

static void add_sas(struct test *t)
{
	for (unsigned int i = 0; i < SAS; i++) {
		for (__u8 family = 4; family <= 6; family += 2) {
			__be32 dst[4];
			int err;

			sandbox_address(family, dst);
			err = sandbox_add(&t->box, family, dst, SPI + i, IPPROTO_ESP, cpu_of(t, i),
					  false);
			if (err)
				die("adding an SA", err);
		}
	}
}

/* As it comes, in UDP, in a VLAN, in fragments; from other ports and addresses as the peer moves.
 */
static void send_sa(struct test *t, unsigned int sa)
{
	int cpu = cpu_of(t, sa);

	for (size_t i = 0; i < rps_frames_count; i++) {
		struct rps_frame frame = rps_frames[i];

		frame.spi = SPI + sa;
		for (unsigned int move = 0; move < 3; move++) {
			frame.id = sa * 16 + move + 1;
			frame.from = move;
			send_frame(t, &frame, cpu);
		}
	}
}

static void sas_come_in_on_their_cpus(struct test *t)
{
	for (unsigned int sa = 0; sa < SAS; sa++) {
		send_sa(t, sa);
		receive(t);
	}
}

static void strays_and_ike_are_confined(struct test *t)
{
	const struct host *host = t->box.sas.maps.host;
	int stray = (int)t->box.sas.maps.rings[host->stray_ring[STRAYS_CONFINED][0]].cpu;
	int ike = (int)t->box.sas.maps.rings[host->ike_ring].cpu;

	sandbox_beat(&t->box);
	for (unsigned int i = 0; i < OTHERS; i++) {
		send_frame(t, &(struct rps_frame){.name = "stray", .spi = 2 * SPI + i, .from = i},
			   stray);
		send_frame(t, &(struct rps_frame){.name = "ike", .kind = RPS_IKE, .from = i}, ike);
	}
	receive(t);
}

/* Sixty-four flows on one of several CPUs: once in 2^63 by chance. */
static void others_are_spread_by_the_kernel(struct test *t)
{
	memset(t->at, 0, sizeof(t->at));
	for (unsigned int i = 0; i < OTHERS; i++)
		send_frame(t, &(struct rps_frame){.name = "tcp", .kind = RPS_TCP, .from = i}, -1);
	receive(t);
	for (int i = 0; i < t->n_cpus && t->n_cpus > 1; i++)
		t->wrong += t->at[t->cpus[i]] == OTHERS;
}

/* A moved SA's next packet comes in on its new CPU: the table alone says so. */
static void moved_sas_follow_the_table(struct test *t)
{
	__be32 dst[4];

	sandbox_address(4, dst);
	for (unsigned int sa = 0; sa < SAS; sa++) {
		const struct sa_table_shape *shape = &t->box.sas.table.shape;
		int slot = table_find(&t->box.sas.table, sa_key(shape, dst, SPI + sa, IPPROTO_ESP));

		if (slot < 0)
			die("an SA", ENOENT);
		sas_seen(&t->box.sas, (__u32)slot, (__u32)cpu_of(t, sa + 1));
		send_frame(t, &(struct rps_frame){.name = "moved", .spi = SPI + sa},
			   cpu_of(t, sa + 1));
	}
	receive(t);
}

/* The goal: 10,000 in under 50 ms. */
static void labels_are_found_quickly(struct test *t)
{
	__u64 began = clock_now(), took;
	int rounds = 0, err = 0;

	for (size_t found = 0; found < LABELS_ASKED && !err; rounds++) {
		err = labels_find(&t->box.sas.maps, &t->mask);
		found += (size_t)t->n_cpus * (LABELS + 1);
	}
	took = clock_now() - began;
	if (err)
		die("finding labels", err);
	printf("  %d labels in %.1f ms, %d times anew\n", LABELS_ASKED, (double)took / 1e6, rounds);
}

static bool test_landing(struct test *t)
{
	int err;

	attach(t);
	err = labels_find(&t->box.sas.maps, &t->mask);
	if (err)
		die("finding labels", err);
	add_sas(t);
	sas_come_in_on_their_cpus(t);
	strays_and_ike_are_confined(t);
	others_are_spread_by_the_kernel(t);
	labels_are_found_quickly(t);
	sas_come_in_on_their_cpus(t);
	moved_sas_follow_the_table(t);
	printf("  %zu frames came, %zu wrong\n", t->came, t->wrong);
	return !t->wrong && t->came > SAS * rps_frames_count;
}

/* What somebody else might have: "stranger". A descriptor. */
static int load_stranger(void)
{
	static const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = BPF_OK},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_FLOW_DISSECTOR, "stranger", "GPL", code, 2, NULL);

	if (fd < 0)
		die("the stranger's program", fd);
	return fd;
}

/* Refused with words that name it, and how to be rid of it. */
static bool is_refused(struct test *t, const char *remedy)
{
	char why[DISSECTOR_WHY] = "", who[DISSECTOR_WHY] = "";
	int err = dissector_attach(&t->box.sas.maps, &t->box.sas.pins, 0, why, sizeof(why));

	if (err == -EBUSY && strstr(why, "stranger") && strstr(why, remedy) &&
	    dissector_foreign(&t->box.sas.pins, who, sizeof(who)) && !strcmp(who, why) &&
	    !dissector_is_attached(&t->box.sas.pins))
		return true;
	printf("  %d: %s\n", err, why);
	return false;
}

static bool test_foreign(struct test *t)
{
	int netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC),
	    program = load_stranger();
	int link = bpf_link_create(program, netns, BPF_FLOW_DISSECTOR, NULL);
	bool good = link >= 0 && is_refused(t, "bpftool link detach id ");

	close(link);
	if (bpf_prog_attach(program, 0, BPF_FLOW_DISSECTOR, 0) < 0)
		die("attaching the stranger's program", errno);
	good &= is_refused(t, "flow_dissector");
	if (bpf_prog_detach2(program, 0, BPF_FLOW_DISSECTOR) < 0)
		die("detaching the stranger's program", errno);
	close(program);
	close(netns);
	return good;
}

/* The program that is attached here; 0: none. */
static __u32 attached(void)
{
	int netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	__u32 id = 0, count = 1, flags;

	if (bpf_prog_query(netns, BPF_FLOW_DISSECTOR, 0, &flags, &id, &count))
		die("asking for the dissector", errno);
	close(netns);
	return count ? id : 0;
}

static bool test_adoption(struct test *t)
{
	struct pins *pins = &t->box.sas.pins;
	char who[DISSECTOR_WHY] = "";
	__u32 first, second;
	bool good;

	attach(t);
	first = attached();
	attach(t);
	second = attached();
	good = first && second && first != second && dissector_is_attached(pins) &&
	       !dissector_foreign(pins, who, sizeof(who));
	if (!good)
		printf("  first %u, then %u; %s\n", first, second, who);
	good &= !dissector_detach(pins) && !attached() && !dissector_is_attached(pins) &&
		!dissector_detach(pins);
	/* Without it all labels hash alike. */
	return good && labels_find(&t->box.sas.maps, &t->mask) == -ENOLINK;
}

/* Takes all pins away, as `stop` does: then nothing of ours is attached. */
static bool test_stop(struct test *t)
{
	attach(t);
	return attached() && !pins_remove(&t->box.sas.pins) && !attached();
}

struct named {
	const char *name;
	bool (*test)(struct test *t);
};

static bool run(const void *arg)
{
	const struct named *named = arg;
	static struct test t;
	bool good;

	set_up(&t);
	good = named->test(&t);
	arrivals_close(&t.arrivals);
	sandbox_close(&t.box);
	return good;
}

int main(void)
{
	static const struct named tests[] = {
		{"test_landing", test_landing},
		{"test_foreign", test_foreign},
		{"test_adoption", test_adoption},
		{"test_stop", test_stop},
	};
	bool good = true;

	if (geteuid()) {
		printf("skip rps: not root\n");
		return 0;
	}
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		good &= in_own_process(tests[i].name, run, &tests[i]);
	return !good;
}
