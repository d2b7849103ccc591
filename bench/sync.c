// SPDX-License-Identifier: GPL-2.0-only
// How long the daemon takes from the kernel's dump of 10,000 SAs to their entries in the SA table,
// against reading that dump and doing nothing with it.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/daemon.h"
#include "host/clock.h"
#include "larval.h"
#include "middle.h"
#include "result.h"
#include "sad/impl.h"
#include "sandbox.h"

enum { SAS = 10000, ROUNDS = 31, ROUNDS_MAX = 1001, MAX_SAS = 65536 };

#define GOAL 1.5

/* The daemon, as much of it as follows SAs. */
struct follower {
	struct daemon daemon;
	__u64 ns; /* that its last sad_sync() took */
};

int __real_sad_sync(struct sad *sad);
int __wrap_sad_sync(struct sad *sad);

/* The linker puts this in the place of sad_sync(), so that the daemon's own code is timed. */
int __wrap_sad_sync(struct sad *sad)
{
	struct daemon *d = sad->arg;
	struct follower *f = (void *)((char *)d - offsetof(struct follower, daemon));
	__u64 start = clock_now();
	int err = __real_sad_sync(sad);

	f->ns = clock_now() - start;
	return err;
}

static int empty_table(struct xdp *xdp)
{
	memset(xdp->placed, 0, sizeof(xdp->placed));
	xdp->entries = 0;
	while (xdp->known.count)
		slots_remove(&xdp->known, xdp->known.slot[xdp->known.count - 1]);
	for (__u32 slot = 0; slot < maps_slots(&xdp->maps); slot++) {
		xdp->maps.table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS] = 0;
		xdp->maps.warm[slot] = (struct sa_warm){.record = NO_MOVE};
	}
	return table_take_stock(&xdp->table);
}

static int count_entries(const struct table *table)
{
	int slot, n = 0;

	table_each(table, slot) n++;
	return n;
}

/* A daemon starts with an empty table. */
static int sync_once(struct follower *f, double *ms)
{
	int err, n;

	err = empty_table(&f->daemon.xdp);
	if (!err)
		err = sas_open(&f->daemon);
	n = count_entries(&f->daemon.xdp.table);
	sas_close(&f->daemon);
	if (!err && n != SAS)
		err = -EPROTO;
	*ms = (double)f->ns / 1e6;
	return err;
}

/* Messages of SAs in a datagram; *done when it was the last. */
static int read_messages(const char *buffer, ssize_t n, bool *done)
{
	const struct nlmsghdr *nlh = (const void *)buffer;
	int left = (int)n, count = 0;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		*done = nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR;
		count += nlh->nlmsg_type == XFRM_MSG_NEWSA;
	}
	return count;
}

static int dump_once(struct mnl_socket *nl, double *ms)
{
	static char buffer[SAD_BUFFER_SIZE] __attribute__((aligned(8)));
	char request[64] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	__u64 start = clock_now();
	bool done = false;
	int count = 0;
	ssize_t n;

	nlh->nlmsg_type = XFRM_MSG_GETSA;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (!done) {
		n = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (n <= 0)
			return n ? -errno : -EPROTO;
		count += read_messages(buffer, n, &done);
	}
	*ms = (double)(clock_now() - start) / 1e6;
	return count == SAS ? 0 : -EPROTO;
}

static int measure(struct follower *f, unsigned int rounds, double *bare, double *sync)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);
	int err = 0;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	for (unsigned int i = 0; i < rounds && !err; i++) {
		err = dump_once(nl, &bare[i]);
		if (!err)
			err = sync_once(f, &sync[i]);
	}
	mnl_socket_close(nl);
	return err;
}

struct result {
	double bare, sync; /* ms */
	unsigned int rounds;
};

static void print(struct out *out, const void *arg)
{
	const struct result *r = arg;
	double ratio = r->sync / r->bare;

	out_say(out, "%d SAs from the kernel's dump to the SA table, medians of %u:", SAS,
		r->rounds);
	out_number(out, "sas", SAS);
	out_real(out, "dump_ms", r->bare, 3);
	out_real(out, "sync_ms", r->sync, 3);
	out_real(out, "ratio", ratio, 2);
	bench_goal(out, ratio, GOAL);
}

/* Namespaces, a daemon in them, and the kernel's SAs. */
static int set_up(struct follower *f, struct sandbox *box, char *why, size_t size)
{
	static const struct run_options options = {.max_sas = MAX_SAS};
	__be32 dst[4];
	int err = sandbox_open(box, MAX_SAS, why, size);

	if (err)
		return err;
	f->daemon.options = &options;
	f->daemon.xdp = box->xdp;
	f->daemon.addrs = addrs_new(NULL, NULL);
	sandbox_address(4, dst);
	err = f->daemon.addrs ? larval_make(dst[0], SAS) : -ENOMEM;
	if (err)
		snprintf(why, size, "making %d larval SAs: %s", SAS, strerror(-err));
	return err;
}

static int run(unsigned int rounds, struct result *result)
{
	struct follower *f = calloc(1, sizeof(*f));
	double bare[ROUNDS_MAX], sync[ROUNDS_MAX];
	struct sandbox box;
	char why[2048];
	int err;

	if (!f)
		return -ENOMEM;
	err = set_up(f, &box, why, sizeof(why));
	if (!err) {
		err = measure(f, rounds, bare, sync);
		snprintf(why, sizeof(why), "reading the SAs: %s", strerror(-err));
		addrs_free(f->daemon.addrs);
		sandbox_close(&box);
	}
	free(f);
	if (err)
		fprintf(stderr, "bench/sync: %s\n", why);
	else
		*result = (struct result){middle(bare, rounds), middle(sync, rounds), rounds};
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct result result;
	int ret = bench_options(&options, BENCH_ROUNDS, argc, argv);

	if (ret)
		return ret > 0 ? EXIT_SUCCESS : 2;
	if (run(bench_rounds(&options, ROUNDS, ROUNDS_MAX), &result) ||
	    bench_print(&options, print, &result))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
