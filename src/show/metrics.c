// SPDX-License-Identifier: GPL-2.0-only
// A snapshot as metrics: counters end in _total and only rise until the pins are taken down.
#include "show/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

enum { SAS_MOST = 1000 }; /* with series of their own: each rekey leaves dead ones behind */

struct writer {
	FILE *file;
	const char *netns;
	const char *name; /* of the family that was begun last */
};

static void family(struct writer *w, const char *name, const char *type, const char *help)
{
	w->name = name;
	fprintf(w->file, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Interfaces may be named by any bytes; a file that is not UTF-8 would be refused as a whole. */
static void put_value(FILE *file, const char *value)
{
	for (; *value; value++)
		if (*value == '\\' || *value == '"')
			fprintf(file, "\\%c", *value);
		else
			fputc(*value >= ' ' && *value <= '~' ? *value : '?', file);
}

static void put_labels(const struct writer *w, const char *label, const char *value)
{
	fprintf(w->file, "%s{netns=\"", w->name);
	put_value(w->file, w->netns);
	if (value) {
		fprintf(w->file, "\",%s=\"", label);
		put_value(w->file, value);
	}
	fputs("\"} ", w->file);
}

/* A series with several labels; NULL ends @key. */
static void info(const struct writer *w, const char *key[], const char *value[], double number)
{
	fprintf(w->file, "%s{netns=\"", w->name);
	put_value(w->file, w->netns);
	for (; *key; key++, value++) {
		fprintf(w->file, "\",%s=\"", *key);
		put_value(w->file, *value);
	}
	fprintf(w->file, "\"} %.6g\n", number);
}

/* A series of the family: without a label, or with one. */
static void count(const struct writer *w, const char *label, const char *value, uint64_t number)
{
	put_labels(w, label, value);
	fprintf(w->file, "%" PRIu64 "\n", number);
}

static void real(const struct writer *w, const char *label, const char *value, double number)
{
	if (!isfinite(number))
		return;
	put_labels(w, label, value);
	fprintf(w->file, "%.6g\n", number);
}

static void write_program(struct writer *w)
{
	const char *key[] = {"version", NULL}, *value[] = {ESPALIER_VERSION};

	family(w, "espalier_build_info", "gauge", "1; the version is a label.");
	info(w, key, value, 1);
	family(w, "espalier_written_timestamp_seconds", "gauge",
	       "When this was written: older than a minute, the daemon is dead or stuck.");
	put_labels(w, NULL, NULL);
	fprintf(w->file, "%lld\n", (long long)time(NULL));
}

static void write_host(struct writer *w, const struct snapshot *s)
{
	const struct snapshot_moves *moves = &s->moves;

	write_program(w);
	family(w, "espalier_daemon_alive", "gauge",
	       "Whether a daemon follows the SAs; without one packets are steered as they were.");
	count(w, NULL, NULL, s->alive);
	family(w, "espalier_imbalance_ratio", "gauge",
	       "Load of the heaviest CPU over the mean; 1 is even.");
	real(w, NULL, NULL, s->imbalance);
	family(w, "espalier_rounds_total", "counter", "Rounds of placing by load.");
	count(w, NULL, NULL, s->round.count);
	family(w, "espalier_sa_heaviest_load_ratio", "gauge",
	       "Load of the heaviest SA, a share of one CPU.");
	real(w, NULL, NULL, s->measured && s->round.heaviest ? s->round.heaviest_load : NAN);
	family(w, "espalier_heavy_sa_cpu", "gauge",
	       "The CPU that is kept for a heavy SA; no series while none is.");
	if (s->heavy.cpu >= 0)
		count(w, NULL, NULL, (uint64_t)s->heavy.cpu);
	family(w, "espalier_inner_interfaces", "gauge",
	       "Interfaces whose inner flows are spread over other CPUs than their SA's.");
	count(w, NULL, NULL, s->heavy.interfaces);
	family(w, "espalier_moves_total", "counter", "SAs that were moved to another CPU.");
	count(w, NULL, NULL, moves->done);
	family(w, "espalier_moves_pending", "gauge", "SAs that are being moved.");
	count(w, NULL, NULL, moves->pending);
	family(w, "espalier_move_median_seconds", "gauge", "How long the last moves took.");
	real(w, NULL, NULL, moves->median_ms / 1e3);
	family(w, "espalier_move_worst_seconds", "gauge", "The longest of the last moves.");
	real(w, NULL, NULL, moves->worst_ms / 1e3);
	family(w, "espalier_table_slots", "gauge", "Places for SAs.");
	count(w, NULL, NULL, s->slots);
	family(w, "espalier_table_full_total", "counter",
	       "SAs that found no place; their packets are treated as strays.");
	count(w, NULL, NULL, s->table_full);
	family(w, "espalier_settings_lost", "gauge",
	       "Settings that somebody else changed since Espalier set them.");
	count(w, NULL, NULL, s->lost);
}

static void write_sas(struct writer *w, const struct snapshot *s)
{
	uint64_t sas[SA_MOVING + 1] = {0};

	for (size_t i = 0; i < s->sas; i++)
		sas[s->sa[i].state]++;
	family(w, "espalier_sas", "gauge", "Inbound SAs by state.");
	for (enum sa_state state = SA_VALID; state <= SA_MOVING; state++)
		count(w, "state", sa_state_name(state), sas[state]);
}

static double load_of(const struct snapshot_sa *sa)
{
	return sa->load >= 0 ? sa->load : 0;
}

/* What those without series of their own are and bring, so that nothing is missing from a sum. */
static void write_rest(struct writer *w, const struct snapshot *s,
		       const struct snapshot_sa *first[], size_t n)
{
	double rest = 0;

	for (size_t i = 0; i < s->sas; i++)
		rest += load_of(&s->sa[i]);
	for (size_t i = 0; i < n; i++)
		rest -= load_of(first[i]);
	family(w, "espalier_sas_unlisted", "gauge",
	       "SAs without series of their own: all but the 1000 heaviest.");
	count(w, NULL, NULL, s->sas - n);
	family(w, "espalier_sas_unlisted_load_ratio", "gauge",
	       "Load of these together, in shares of one CPU.");
	real(w, NULL, NULL, n < s->sas ? fmax(rest, 0) : 0);
}

/*
 * Where each SA is: with the labels by which other exporters of IPsec name it, to be joined with
 * theirs (on (reqid) or on (spi)). Not of more SAs than a Prometheus would thank us for.
 */
static void write_each_sa(struct writer *w, const struct snapshot *s)
{
	const char *key[] = {"spi", "reqid", NULL}, *value[2];
	const struct snapshot_sa *first[SAS_MOST];
	size_t n = snapshot_first(s, snapshot_by_weight, first, SAS_MOST);
	char spi[16], reqid[16];

	for (int loads = 0; loads < 2; loads++) {
		family(w, loads ? "espalier_sa_load_ratio" : "espalier_sa_cpu", "gauge",
		       loads ? "Load of the SA, a share of one CPU. The 1000 heaviest."
			     : "The CPU that decrypts the SA. The 1000 heaviest.");
		for (size_t i = 0; i < n; i++) {
			double number = loads ? first[i]->load : first[i]->cpu;

			if (!isfinite(number) || number < 0)
				continue;
			snprintf(spi, sizeof(spi), "0x%08x", first[i]->spi);
			snprintf(reqid, sizeof(reqid), "%u", first[i]->reqid);
			value[0] = spi;
			value[1] = reqid;
			info(w, key, value, number);
		}
	}
	write_rest(w, s, first, n);
}

/* A family with a series a CPU. */
static void each_cpu(struct writer *w, const struct snapshot *s, const char *name, const char *type,
		     const char *help, double (*value)(const struct snapshot_cpu *cpu))
{
	char number[16];

	family(w, name, type, help);
	for (size_t i = 0; i < s->cpus; i++) {
		snprintf(number, sizeof(number), "%u", s->cpu[i].cpu);
		if (type[0] == 'c')
			count(w, "cpu", number, (uint64_t)value(&s->cpu[i]));
		else
			real(w, "cpu", number, value(&s->cpu[i]));
	}
}

static double cpu_sas(const struct snapshot_cpu *cpu)
{
	return cpu->sas;
}

static double cpu_taken(const struct snapshot_cpu *cpu)
{
	return (double)cpu->taken.packets;
}

static double cpu_bytes(const struct snapshot_cpu *cpu)
{
	return (double)cpu->taken.bytes;
}

static double cpu_received(const struct snapshot_cpu *cpu)
{
	return (double)cpu->received;
}

static double cpu_drops(const struct snapshot_cpu *cpu)
{
	return (double)cpu->drops;
}

static double cpu_load(const struct snapshot_cpu *cpu)
{
	return cpu->load;
}

static double cpu_other(const struct snapshot_cpu *cpu)
{
	return cpu->other;
}

static void write_cpus(struct writer *w, const struct snapshot *s)
{
	each_cpu(w, s, "espalier_cpu_sas", "gauge", "SAs placed on the CPU.", cpu_sas);
	each_cpu(w, s, "espalier_cpu_packets_total", "counter",
		 "Packets of SAs that the CPU took from its ring.", cpu_taken);
	if (!s->drops_unknown) {
		each_cpu(w, s, "espalier_cpu_bytes_total", "counter", "Bytes of these IP packets.",
			 cpu_bytes);
		each_cpu(w, s, "espalier_cpu_received_packets_total", "counter",
			 "Packets that the CPU received and put on rings.", cpu_received);
		each_cpu(w, s, "espalier_cpu_drops_total", "counter",
			 "Packets of SAs lost because the CPU's ring was full.", cpu_drops);
	}
	each_cpu(w, s, "espalier_cpu_load_ratio", "gauge", "Load of the CPU's SAs, 1 is all of it.",
		 cpu_load);
	each_cpu(w, s, "espalier_cpu_other_ratio", "gauge",
		 "Load of everything else on the CPU, receiving included.", cpu_other);
}

static const char *const class_names[CLASSES] = {
	[CLASS_OTHER] = "other",
	[CLASS_STRAY] = "stray",
	[CLASS_IKE] = "ike",
	[CLASS_FRAGMENT] = "fragment",
	[CLASS_HANDS_OFF] = "hands_off",
	[CLASS_TRANSIT] = "transit",
	[CLASS_LIMITED] = "limited",
	[CLASS_BEYOND] = "beyond",
	[CLASS_IKE_OVER] = "ike_over",
};

/* By the way they took: that of SAs, and all others. */
static void write_classes(struct writer *w, const struct snapshot *s)
{
	family(w, "espalier_packets_total", "counter",
	       "Packets by class. sa: of steered SAs; limited: strays that the stray limit dropped; "
	       "fragment: counted where they go, too; ike_over: IKE over its share of the IKE ring, on "
	       "the strays' rings; beyond: passed, as their headers are beyond a frame's first buffer.");
	count(w, "class", "sa", s->taken.packets);
	for (int i = 0; i < CLASSES; i++)
		count(w, "class", class_names[i], s->by_class[i].packets);
	family(w, "espalier_bytes_total", "counter", "Bytes of these IP packets.");
	count(w, "class", "sa", s->taken.bytes);
	for (int i = 0; i < CLASSES; i++)
		count(w, "class", class_names[i], s->by_class[i].bytes);
	if (s->lately.seconds > 0) {
		family(w, "espalier_unknown_ratio", "gauge",
		       "Part of the IPsec of the last 10 to 20 seconds that is of no known SA, if it "
		       "is most of it; else 0.");
		real(w, NULL, NULL, lately_unknown(&s->lately));
	}
	family(w, "espalier_backlog_drops_total", "counter",
	       "Packets lost on backlogs of CPUs, where the kernel steers in software.");
	real(w, NULL, NULL, (double)s->backlog_lost);
	if (s->drops_unknown)
		return;
	family(w, "espalier_ring_drops_total", "counter", "Packets lost on full rings, by ring.");
	count(w, "ring", "sa", s->drops[RING_SA]);
	count(w, "ring", "stray", s->drops[RING_STRAY]);
	count(w, "ring", "ike", s->drops[RING_IKE]);
}

static void write_interfaces(struct writer *w, const struct snapshot *s)
{
	const char *key[] = {"device", "method", NULL}, *value[2];

	family(w, "espalier_interface_info", "gauge", "1; how each interface is steered.");
	for (size_t i = 0; i < s->interfaces; i++) {
		value[0] = s->interface[i].name;
		value[1] = s->interface[i].method_name;
		info(w, key, value, 1);
	}
	family(w, "espalier_rules", "gauge", "Rules by SPI that the NIC holds for SAs.");
	for (size_t i = 0; i < s->interfaces; i++)
		count(w, "device", s->interface[i].name, s->interface[i].rules);
	family(w, "espalier_sas_without_rule", "gauge", "SAs that found no rule.");
	for (size_t i = 0; i < s->interfaces; i++)
		count(w, "device", s->interface[i].name, s->interface[i].without_rule);
}

void metrics_write(FILE *file, const struct snapshot *snapshot, const char *netns)
{
	struct writer w = {.file = file, .netns = netns};

	write_host(&w, snapshot);
	write_sas(&w, snapshot);
	write_each_sa(&w, snapshot);
	write_cpus(&w, snapshot);
	write_classes(&w, snapshot);
	write_interfaces(&w, snapshot);
}
