// SPDX-License-Identifier: GPL-2.0-only
// What `gain` found, for an operator or as JSON.
#include "cmd/gain/print.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "cmd/gain/print_sa.h"
#include "nic/cpulist.h"
#include "host/cpuset.h"
#include "view/human.h"

static const char *verdict_name(enum gain_verdict verdict)
{
	static const char *const names[] = {
		[GAIN_NO_SAS] = "no-sas",   [GAIN_NO_TRAFFIC] = "no-traffic",
		[GAIN_ONE_CPU] = "one-cpu", [GAIN_ONE_SA] = "one-sa",
		[GAIN_SPREAD] = "spread",   [GAIN_WORTH] = "worth",
	};

	return names[verdict];
}

/* One SA cannot be spread by whoever receives it: this helps. */
static const char one_sa_advice[] =
	"several SAs for the same traffic: per-CPU SAs (RFC 9611; strongSwan 6.0.2 and Linux 6.13: "
	"per_cpu_sas = yes), or more tunnels between the gateways";

static void say_counted(struct out *out, const struct gain_report *r)
{
	char packets[HUMAN_LEN], bytes[HUMAN_LEN];

	human_count(packets, r->gain.packets);
	human_bytes(bytes, r->gain.bytes);
	out_say(out, "%zu of %zu inbound SAs carried %s packets, %s, in %.1f s.", r->gain.active,
		r->sas, packets, bytes, r->seconds);
	if (r->gain.hands_off)
		out_say(out, "%zu that the NIC decrypts are left out.", r->gain.hands_off);
}

/* Who has it now; a part of a sentence. */
static void name_now(const struct gain_report *r, char *buf, size_t size)
{
	const struct gain *gain = &r->gain;

	if (!gain->seen)
		snprintf(buf, size,
			 "which CPU has it now cannot be told, so little there is of it");
	else if (gain->now > 0.9)
		snprintf(buf, size, "now nearly all is on CPU %d, %.0f%% busy", gain->busiest,
			 r->busy / 10.0);
	else
		snprintf(buf, size, "now CPU %d has most, %.0f%% of it, and is %.0f%% busy",
			 gain->busiest, 100 * gain->now, r->busy / 10.0);
}

static void say_worth(struct out *out, const struct gain_report *r)
{
	char list[CPULIST_LEN], now[128], who[96];

	cpulist_format(&r->cpus, list, sizeof(list));
	name_now(r, now, sizeof(now));
	gain_name_sa(r->heaviest, who, sizeof(who));
	out_say(out,
		"%s has %.0f%% of the load, the heaviest: with %d CPUs (%s) spreading brings at "
		"best %.1f times; %s.",
		who, 100 * r->gain.share, CPU_COUNT(&r->cpus), list, r->gain.times, now);
	if (r->gain.seen && r->busy < 500)
		out_say(out,
			"No CPU is near its limit: nothing is lost now, but there would be room "
			"for that much more.");
	if (r->gain.share * CPU_COUNT(&r->cpus) > 1.5)
		out_say(out, "That SA is the bound. Beyond it helps: %s.", one_sa_advice);
}

static void say_verdict(struct out *out, const struct gain_report *r)
{
	char who[96], now[128];

	switch (r->gain.verdict) {
	case GAIN_NO_SAS:
		out_say(out,
			"There is no inbound SA in this network namespace: nothing to spread.");
		break;
	case GAIN_NO_TRAFFIC:
		out_say(out,
			"None of the %zu inbound SAs carried a packet that a CPU decrypts in %.1f "
			"s: count while there is traffic, or longer (--seconds).",
			r->sas, r->seconds);
		break;
	case GAIN_ONE_CPU:
		out_say(out, "There is one CPU to decrypt on: nothing to spread over.");
		break;
	case GAIN_ONE_SA:
		gain_name_sa(r->heaviest, who, sizeof(who));
		out_say(out,
			"%s has %.0f%% of the load: no steering helps, since one CPU decrypts one "
			"SA. What helps: %s.",
			who, 100 * r->gain.share, one_sa_advice);
		if (!r->stages.asked)
			out_say(out, "What each remedy would bring here: 'espalier gain --measure 5'.");
		break;
	case GAIN_SPREAD:
		name_now(r, now, sizeof(now));
		out_say(out,
			"The load lies about as evenly as it can: spreading brings at most "
			"%.1f times; %s.",
			r->gain.times, now);
		break;
	case GAIN_WORTH:
		say_worth(out, r);
		break;
	}
}

static void say_method(struct out *out, const struct gain_report *r)
{
	if (r->steered) {
		out_say(out, "Espalier steers here already: 'espalier show' tells how.");
		return;
	}
	if (r->gain.verdict != GAIN_WORTH)
		return;
	if (!*r->interface) {
		out_say(out, "Next: 'espalier run IF', on the interface on which they come in.");
		return;
	}
	out_say(out, "They come in on %s. Method: %s, because %s.", r->interface, r->method->name,
		r->why);
	out_say(out, "Next: 'espalier run %s --dry-run' tells what it would change.", r->interface);
}

static void print_heaviest(struct out *out, const struct gain_report *r)
{
	if (!r->heaviest) {
		out_null(out, "heaviest");
		return;
	}
	out_object(out, "heaviest");
	gain_print_sa_name(out, r->heaviest);
	out_real(out, "share", r->gain.share, 3);
	out_up(out);
}

static void print_now(struct out *out, const struct gain_report *r)
{
	if (!r->gain.seen) {
		out_null(out, "now");
		return;
	}
	out_object(out, "now");
	out_number(out, "cpu", r->gain.busiest);
	out_real(out, "share", r->gain.now, 3);
	out_real(out, "busy", r->busy / 1000.0, 3);
	out_number(out, "cpu_count", r->gain.receiving);
	out_up(out);
}

static void print_json(struct out *out, const struct gain_report *r)
{
	bool carried = r->gain.active;

	out_number(out, "version", 1);
	out_string(out, "verdict", verdict_name(r->gain.verdict));
	out_real(out, "times", carried ? r->gain.times : NAN, 2);
	out_real(out, "seconds", r->seconds, 3);
	out_number(out, "sa_count", (int64_t)r->sas);
	out_number(out, "esp_udp", (int64_t)r->udp);
	out_number(out, "hands_off", (int64_t)r->gain.hands_off);
	out_number(out, "active", (int64_t)r->gain.active);
	out_count(out, "packets", r->gain.packets);
	out_bytes(out, "bytes", r->gain.bytes);
	print_heaviest(out, r);
	out_array(out, "cpus");
	cpuset_each (cpu, &r->cpus)
		out_number(out, NULL, cpu);
	out_up(out);
	print_now(out, r);
	out_bool(out, "steered", r->steered);
	out_string(out, "interface", *r->interface ? r->interface : NULL);
	out_string(out, "method", *r->interface ? r->method->name : NULL);
	out_string(out, "why", *r->interface ? r->why : NULL);
	out_string(out, "advice", r->gain.verdict == GAIN_ONE_SA ? one_sa_advice : NULL);
	gain_stages_print(out, &r->stages);
	gain_remedies_print(out, &r->remedies);
}

void gain_print(struct out *out, const struct gain_report *r)
{
	if (out_is_json(out)) {
		print_json(out, r);
		return;
	}
	if (r->gain.active)
		say_counted(out, r);
	say_verdict(out, r);
	say_method(out, r);
	gain_stages_print(out, &r->stages);
	gain_remedies_print(out, &r->remedies);
}
