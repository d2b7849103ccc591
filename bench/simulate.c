// SPDX-License-Identifier: GPL-2.0-only
// How long `simulate` takes over a large capture in the page cache, against a bare loop of libpcap
// over the same file: for one NIC, and for ten at once.
#include <errno.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "host/clock.h"
#include "middle.h"
#include "predict/simulation.h"
#include "result.h"
#include "trace/capture.h"
#include "trace/made.h"

enum {
	PACKETS = 1000000,
	SAS = 10000,
	QUEUES = 8,
	ROUNDS = 9,
	ROUNDS_MAX = 101,
	FRAME = 2048,
	BUFFER = 256 * 1024
};

#define GOAL_ONE 1.5
#define GOAL_TEN 2.5

static const char *const nics[] = {"mlx5",	"ice",	      "i40e",	"ixgbe", "bnxt",
				   "octeontx2", "vmxnet3-v6", "virtio", "ena",	 "mana"};

struct writer {
	pcap_dumper_t *dumper;
	unsigned char frame[FRAME];
};

static void put16(unsigned char *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(unsigned char *at, __u32 value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

/* The frame of an IPv4 packet of ESP, its payload zeros. */
static void write_packet(void *arg, const struct trace_packet *packet)
{
	struct writer *w = arg;
	const struct flow *f = &packet->flow;
	unsigned char *ip = w->frame + 14;
	struct pcap_pkthdr header = {
		.ts = {(time_t)(packet->ns / 1000000000),
		       (suseconds_t)(packet->ns % 1000000000 / 1000)},
		.caplen = f->bytes + 14,
		.len = f->bytes + 14,
	};

	put16(w->frame + 12, 0x0800);
	ip[0] = 0x45;
	put16(ip + 2, f->bytes);
	ip[8] = 64;
	ip[9] = IPPROTO_ESP;
	memcpy(ip + 12, &f->src[0], 4);
	memcpy(ip + 16, &f->dst[0], 4);
	put32(ip + 20, f->spi);
	put32(ip + 24, f->seq);
	pcap_dump((void *)w->dumper, &header, w->frame);
}

static int write_capture(const char *path)
{
	static const struct trace_ops ops = {.packet = write_packet};
	struct made made = made_defaults();
	struct writer w = {0};
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
	int err = -ENOMEM;

	made.sas = SAS;
	made.packets = PACKETS;
	made.encap = MADE_ENCAP_NONE;
	made.ip = MADE_IP_4;
	if (pcap)
		w.dumper = pcap_dump_open(pcap, path);
	if (w.dumper) {
		err = made_run(&made, &ops, &w);
		pcap_dump_close(w.dumper);
	}
	if (pcap)
		pcap_close(pcap);
	return err;
}

static void count(unsigned char *arg, const struct pcap_pkthdr *header, const unsigned char *bytes)
{
	*(__u64 *)(void *)arg += header->len;
}

/* With a buffer as large as ours: libpcap's own would make it slower. */
static int read_bare(const char *path, double *ms)
{
	char why[PCAP_ERRBUF_SIZE];
	double start = (double)clock_now();
	FILE *file = fopen(path, "re");
	pcap_t *pcap;
	__u64 bytes = 0;

	if (!file)
		return -errno;
	setvbuf(file, NULL, _IOFBF, BUFFER);
	pcap = pcap_fopen_offline(file, why);
	if (!pcap)
		return -EIO;
	pcap_loop(pcap, -1, count, (void *)&bytes);
	pcap_close(pcap);
	*ms = ((double)clock_now() - start) / 1e6;
	return bytes ? 0 : -EIO;
}

static int simulate(const char *path, size_t n, double *ms)
{
	static const struct trace_ops ops = {.packet = simulation_packet};
	double start = (double)clock_now();
	struct simulation s;
	struct capture_end end = {0};
	int err = simulation_init(&s, n, NULL, 0);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++)
		err = simulation_add(&s, &(struct simulation_nic){.model = model_find(nics[i])},
				     QUEUES);
	if (!err)
		err = capture_read(path, NULL, &ops, &s, &end);
	if (!err)
		err = simulation_finish(&s);
	if (!err && s.simulated[n - 1].spread.packets != PACKETS)
		err = -EPROTO;
	simulation_free(&s);
	*ms = ((double)clock_now() - start) / 1e6;
	return err;
}

struct result {
	double bare, one, ten; /* ms */
	unsigned int rounds;
};

static int measure(const char *path, unsigned int rounds, struct result *result)
{
	double bare[ROUNDS_MAX], one[ROUNDS_MAX], ten[ROUNDS_MAX];
	int err = 0;

	for (unsigned int i = 0; i < rounds && !err; i++) {
		err = read_bare(path, &bare[i]);
		if (!err)
			err = simulate(path, 1, &one[i]);
		if (!err)
			err = simulate(path, sizeof(nics) / sizeof(*nics), &ten[i]);
	}
	if (!err)
		*result = (struct result){middle(bare, rounds), middle(one, rounds),
					  middle(ten, rounds), rounds};
	return err;
}

static void print_case(struct out *out, const char *name, double ms, double bare, double goal)
{
	out_object(out, name);
	out_real(out, "ms", ms, 1);
	out_real(out, "ratio", ms / bare, 2);
	bench_goal(out, ms / bare, goal);
	out_up(out);
}

static void print(struct out *out, const void *arg)
{
	const struct result *r = arg;

	out_say(out, "%d packets of %d SAs, medians of %u, against libpcap alone:", PACKETS, SAS,
		r->rounds);
	out_real(out, "bare_ms", r->bare, 1);
	print_case(out, "one", r->one, r->bare, GOAL_ONE);
	print_case(out, "ten", r->ten, r->bare, GOAL_TEN);
}

static int run(unsigned int rounds, struct result *result)
{
	char path[] = "/tmp/espalier-simulate-XXXXXX";
	int fd = mkstemp(path), err;

	if (fd < 0)
		return -errno;
	close(fd);
	err = write_capture(path);
	if (!err)
		err = measure(path, rounds, result);
	unlink(path);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct result result;
	int ret = bench_options(&options, BENCH_ROUNDS, argc, argv), err;

	if (ret)
		return ret > 0 ? EXIT_SUCCESS : 2;
	err = run(bench_rounds(&options, ROUNDS, ROUNDS_MAX), &result);
	if (err)
		fprintf(stderr, "bench/simulate: %s\n", strerror(-err));
	return err || bench_print(&options, print, &result) ? EXIT_FAILURE : EXIT_SUCCESS;
}
