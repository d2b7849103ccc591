// SPDX-License-Identifier: GPL-2.0-only
// The SAs that are planned for.
#include "cmd/plan/sas.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/progress.h"
#include "cli/wait.h"
#include "cmd/plan/nic.h"
#include "place/cost.h"
#include "predict/flows.h"
#include "sad/kernel_sas.h"
#include "sad/sas_file.h"
#include "trace/capture.h"

static double load_of(uint64_t packets, uint64_t bytes)
{
	struct cost cost = cost_start();

	return cost.packet * (double)packets + cost.byte * (double)bytes;
}

static struct plan_sa plan_sa_of(const struct sa *sa, const void *src, double load)
{
	struct plan_sa out = {
		.flow = plan_flow(sa->id.protocol, sa->encap, sa->id.family, src, sa->id.dst),
		.spi = sa->id.spi,
		.load = load,
	};

	out.flow.spi = sa->id.spi;
	if (sa->encap && sa->encap_sport)
		out.flow.sport = sa->encap_sport;
	return out;
}

static enum status no_source(const struct plan_options *o, const struct sa *sa)
{
	char dst[INET6_ADDRSTRLEN];

	inet_ntop(sa->id.family, sa->id.dst, dst, sizeof(dst));
	return complain("plan",
			"%s: SA 0x%08x to %s: where its packets come from decides the hash too; "
			"add from=ADDRESS to its line, or say --src for all",
			o->sas, sa->id.spi, dst);
}

static enum status take_file(const struct plan_options *o, const struct sa *sa, size_t n,
			     struct plan_sas *sas)
{
	static const __be32 unknown[4];

	sas->sa = calloc(n, sizeof(*sas->sa));
	if (!sas->sa)
		return complain("plan", "no memory");
	for (size_t i = 0; i < n; i++) {
		const void *src = sa[i].src;

		if (!memcmp(src, unknown, sizeof(unknown))) {
			if (o->src.family != sa[i].id.family)
				return no_source(o, &sa[i]);
			src = o->src.bytes;
		}
		sas->sa[sas->n++] = plan_sa_of(&sa[i], src, (double)sa[i].bytes);
	}
	return STATUS_DONE;
}

static enum status from_file(const struct plan_options *o, struct plan_sas *sas)
{
	struct sas_error error;
	struct sa *sa = NULL;
	size_t n = 0;
	enum status status;

	if (sas_file_read(o->sas, &sa, &n, &error))
		return complain("plan", "%s", error.text);
	if (!n)
		return complain("plan", "%s: no SA in it; one a line: DST SPI, and from= and rate=",
				o->sas);
	snprintf(sas->source, sizeof(sas->source), "of %s, by the rates there", o->sas);
	status = take_file(o, sa, n, sas);
	free(sa);
	return status;
}

/* A capture while it is read. */
struct reading {
	struct flows flows;
	struct progress progress;
	int err;
};

static void on_packet(void *arg, const struct trace_packet *packet)
{
	struct reading *reading = arg;
	uint32_t index;

	if (!reading->err)
		reading->err = flows_add(&reading->flows, &packet->flow, &index);
}

static int on_pause(void *arg, __u64 done, __u64 all)
{
	struct reading *reading = arg;

	progress_show(&reading->progress, done, all);
	return reading->err;
}

static int take_flows(const struct flows *flows, struct plan_sas *sas)
{
	sas->sa = calloc(flows->count + 1, sizeof(*sas->sa));
	if (!sas->sa)
		return -ENOMEM;
	for (uint32_t i = 0; i < flows->count; i++) {
		const struct flows_flow *flow = &flows->flow[i];

		if (flow->sa == FLOWS_NONE)
			continue;
		sas->sa[sas->n++] = (struct plan_sa){
			.flow = flow->flow,
			.spi = flows->sa[flow->sa].spi,
			.load = load_of(flow->packets, flow->bytes),
		};
	}
	return 0;
}

/* Damage is a warning: all before it counts. */
static enum status read_capture(const char *path, struct reading *reading, struct plan_sas *sas)
{
	static const struct trace_ops ops = {.packet = on_packet, .pause = on_pause};
	struct capture_end end = {0};
	int err;

	progress_begin(&reading->progress, path);
	err = capture_read(path, NULL, &ops, reading, &end);
	progress_end(&reading->progress);
	if (err && !reading->err)
		return complain("plan", "%s: %s", path, end.why[0] ? end.why : strerror(-err));
	if (end.damaged)
		snprintf(sas->warning, sizeof(sas->warning),
			 "%s is damaged %s (%s): what is before that is planned for", path,
			 end.where, end.why);
	if (!err && !reading->err)
		reading->err = take_flows(&reading->flows, sas);
	if (reading->err)
		return complain("plan", "%s: %s", path, strerror(-reading->err));
	if (!sas->n)
		return complain("plan",
				"%s: no ESP and no AH in it; capture on the interface where the "
				"ESP arrives",
				path);
	return STATUS_DONE;
}

static enum status from_capture(const struct plan_options *o, struct plan_sas *sas)
{
	struct reading reading = {0};
	enum status status;

	if (flows_init(&reading.flows))
		return complain("plan", "no memory");
	snprintf(sas->source, sizeof(sas->source), "of %s, by their packets and bytes there",
		 o->capture);
	status = read_capture(o->capture, &reading, sas);
	flows_free(&reading.flows);
	return status;
}

/* What the SAs carry between two looks. */
static int count(const struct plan_options *o, struct kernel_sas *kernel,
		 struct sad_reading *carried)
{
	struct sad_reading before = {0};
	int err = kernel_sas_take(kernel, &before);

	if (!err && before.count)
		wait_seconds(o->seconds, "counting what the SAs carry");
	if (!err)
		err = kernel_sas_take(kernel, carried);
	if (!err)
		sad_reading_since(carried, &before);
	sad_reading_free(&before);
	return err;
}

static int take_kernel(const struct sad_reading *carried, struct plan_sas *sas)
{
	size_t any = 0;

	sas->sa = calloc(carried->count + 1, sizeof(*sas->sa));
	if (!sas->sa)
		return -ENOMEM;
	for (size_t i = 0; i < carried->count; i++) {
		const struct sa *sa = &carried->sa[i];

		if (sa->larval)
			continue;
		any += sa_any_port(sa);
		sas->sa[sas->n++] = plan_sa_of(sa, sa->src, load_of(sa->packets, sa->bytes));
	}
	if (any)
		snprintf(sas->warning, sizeof(sas->warning),
			 "of %zu SAs the peer chooses the UDP source port (per_cpu_sas = encap), "
			 "and the kernel does not know it: planned as 4500; --capture sees it",
			 any);
	return 0;
}

static enum status from_kernel(const struct plan_options *o, struct plan_sas *sas)
{
	struct sad_reading carried = {0};
	struct kernel_sas kernel;
	int err = kernel_sas_open(&kernel);

	if (!err)
		err = count(o, &kernel, &carried);
	kernel_sas_close(&kernel);
	if (!err)
		err = take_kernel(&carried, sas);
	sad_reading_free(&carried);
	if (err)
		return complain("plan",
				"reading the kernel's SAs: %s; the kernel needs XFRM_USER, and we "
				"CAP_NET_ADMIN; or say --sas or --capture",
				strerror(-err));
	if (!sas->n)
		return complain("plan",
				"the kernel has no inbound SA here; say --sas or --capture, or try "
				"again when the tunnels are up");
	snprintf(sas->source, sizeof(sas->source), "of the kernel, by what they carried in %u s",
		 o->seconds);
	return STATUS_DONE;
}

enum status plan_sas_read(const struct plan_options *o, struct plan_sas *sas)
{
	enum status status;

	*sas = (struct plan_sas){0};
	if (o->sas && o->capture)
		return complain_usage("plan", "either --sas or --capture, not both");
	status = o->sas	      ? from_file(o, sas)
		 : o->capture ? from_capture(o, sas)
			      : from_kernel(o, sas);
	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; i < sas->n; i++)
		sas->total += sas->sa[i].load;
	sas->equal = sas->total <= 0;
	for (size_t i = 0; sas->equal && i < sas->n; i++)
		sas->total += sas->sa[i].load = 1;
	return STATUS_DONE;
}

void plan_sas_free(struct plan_sas *sas)
{
	free(sas->sa);
	sas->sa = NULL;
}
