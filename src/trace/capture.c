// SPDX-License-Identifier: GPL-2.0-only
// Packets of a capture file, by libpcap: pcap and pcapng.
#include "trace/capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <pcap/pcap.h>
#include "trace/frame.h"

enum { BUFFER = 256 * 1024 };

struct reader {
	pcap_t *pcap;
	FILE *file;   /* that pcap reads, and closes */
	char *buffer; /* of the file: fewer reads than with libpcap's own; NULL is fine */
	__u64 size;   /* of the file; 0: not known */
	enum frame_type type;
	const struct trace_ops *ops;
	void *arg;
	struct capture_end *end;
	struct trace_packet packet;
};

static enum frame_type frame_type_of(int dlt)
{
	switch (dlt) {
	case DLT_EN10MB:
		return FRAME_ETHERNET;
	case DLT_LINUX_SLL:
		return FRAME_COOKED;
	case DLT_LINUX_SLL2:
		return FRAME_COOKED2;
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return FRAME_IP;
	default:
		return FRAME_OTHER;
	}
}

static void take(unsigned char *arg, const struct pcap_pkthdr *header, const unsigned char *bytes)
{
	struct reader *r = (void *)arg;

	if (!frame_parse(r->type, bytes, header->caplen, &r->packet.flow)) {
		r->end->outgoing++;
		return;
	}
	/* With that precision the field of microseconds holds nanoseconds. */
	r->packet.ns = (__u64)header->ts.tv_sec * 1000000000 + (__u64)header->ts.tv_usec;
	r->end->packets++;
	r->ops->packet(r->arg, &r->packet);
}

/* A pipe has no place. */
static void say_where(struct reader *r)
{
	struct capture_end *end = r->end;
	long long at = ftello(r->file);
	int n = snprintf(end->where, sizeof(end->where), "after packet %llu",
			 (unsigned long long)(end->packets + end->outgoing));

	if (at >= 0)
		snprintf(end->where + n, sizeof(end->where) - (size_t)n, ", before byte %lld", at);
}

static int read_packets(struct reader *r)
{
	int n, ret = 0;

	do {
		n = pcap_dispatch(r->pcap, TRACE_PAUSE, take, (void *)r);
		if (n > 0 && r->ops->pause) {
			long long at = r->size ? ftello(r->file) : 0;

			ret = r->ops->pause(r->arg, at > 0 ? (__u64)at : 0, r->size);
		}
	} while (n > 0 && !ret);
	if (n < 0) {
		r->end->damaged = true;
		say_where(r);
		snprintf(r->end->why, sizeof(r->end->why), "%s", pcap_geterr(r->pcap));
	}
	return ret;
}

static int set_filter(struct reader *r, const char *filter)
{
	struct bpf_program program;
	int err = pcap_compile(r->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN);

	if (!err) {
		err = pcap_setfilter(r->pcap, &program);
		pcap_freecode(&program);
	}
	if (err)
		snprintf(r->end->why, sizeof(r->end->why), "filter: %s", pcap_geterr(r->pcap));
	return err ? -EINVAL : 0;
}

static int open_file(struct reader *r, const char *path)
{
	struct stat status;

	if (strcmp(path, "-") == 0) {
		r->file = stdin;
		return 0;
	}
	r->file = fopen(path, "re");
	if (!r->file) {
		int err = -errno;

		snprintf(r->end->why, sizeof(r->end->why), "%s", strerror(-err));
		return err;
	}
	if (fstat(fileno(r->file), &status) == 0 && S_ISREG(status.st_mode))
		r->size = (__u64)status.st_size;
	r->buffer = malloc(BUFFER);
	if (r->buffer)
		setvbuf(r->file, r->buffer, _IOFBF, BUFFER);
	return 0;
}

static int open_pcap(struct reader *r)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	int dlt;

	r->pcap = pcap_fopen_offline_with_tstamp_precision(r->file, PCAP_TSTAMP_PRECISION_NANO,
							   error);
	if (!r->pcap) {
		snprintf(r->end->why, sizeof(r->end->why), "%s", error);
		return -EBADMSG;
	}
	dlt = pcap_datalink(r->pcap);
	r->type = frame_type_of(dlt);
	if (r->type != FRAME_OTHER)
		return 0;
	snprintf(r->end->why, sizeof(r->end->why),
		 "link type %s (%d) is not Ethernet, Linux cooked or raw IP",
		 pcap_datalink_val_to_name(dlt) ?: "unknown", dlt);
	return -EPROTONOSUPPORT;
}

int capture_read(const char *path, const char *filter, const struct trace_ops *ops, void *arg,
		 struct capture_end *end)
{
	struct reader r = {.ops = ops, .arg = arg, .end = end};
	int err;

	*end = (struct capture_end){0};
	err = open_file(&r, path);
	if (!err)
		err = open_pcap(&r);
	if (!err && filter)
		err = set_filter(&r, filter);
	if (!err)
		err = read_packets(&r);
	if (r.pcap)
		pcap_close(r.pcap); /* and the file, but for stdin */
	else if (r.file && r.file != stdin)
		fclose(r.file);
	free(r.buffer);
	return err;
}
