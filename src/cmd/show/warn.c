// SPDX-License-Identifier: GPL-2.0-only
// What of a snapshot the operator should do something about.
#include "cmd/show/round.h"
#include "cmd/show/warn.h"
#include "show/beyond_words.h"
#include "show/lately_words.h"
#include "steer/method.h"
#include "steer/sees.h"
#include "view/human.h"

static void warn_daemon(struct out *out, const struct snapshot *s)
{
	static const char *const meanwhile =
		"packets are steered on, but new SAs are strays; start 'espalier run' again";

	if (s->alive || !s->interfaces)
		return;
	if (s->heartbeat_age_ns == UINT64_MAX)
		out_warn(out, "no daemon has begun to work yet");
	else
		out_warn(out, "no daemon for %.0f s: %s", (double)s->heartbeat_age_ns / 1e9,
			 meanwhile);
}

/* What was lost, as long as it is news. */
static void warn_losses(struct out *out, const struct snapshot *s)
{
	char words[256];

	if (s->drops_unknown && s->interfaces)
		out_warn(out, "the kernel does not tell what full rings drop: it has no raw tracepoint "
			      "xdp_cpumap_enqueue");
	for (int i = 0; i < LOSSES; i++)
		if (lately_lost(&s->lately.lost[i]) &&
		    lately_loss_words(s, (enum loss)i, words, sizeof(words)))
			out_warn(out, "%s", words);
}

/* Rings are only used where our program counts. */
static bool uses_rings(const struct snapshot *s)
{
	for (size_t i = 0; i < s->interfaces; i++)
		if (method_has(s->interface[i].method, METHOD_COUNTS))
			return true;
	return false;
}

static void warn_report(struct out *out, const struct snapshot *s)
{
	if (s->report_blank)
		out_warn(out,
			 "what the daemon notes of rounds, loads and moves is of another version of "
			 "espalier, and left out here; steering is not touched by that; start "
			 "'espalier run' again for it");
}

static void warn_threads(struct out *out, const struct snapshot *s)
{
	if (!uses_rings(s) || s->report_blank)
		return;
	if (!s->threads_seen)
		out_warn(out,
			 "the daemon cannot see the rings' threads: their priority is not set, and "
			 "loads are taken from all that the kernel does on a CPU; run it in the PID "
			 "namespace of the host (Kubernetes: hostPID: true)");
	else if (s->nice_seen != s->nice_wanted)
		out_warn(out,
			 "the rings' threads run at nice %d, not at %d: the daemon lacks "
			 "CAP_SYS_NICE, or somebody changed it",
			 s->nice_seen, s->nice_wanted);
}

static void warn_unknown(struct out *out, const struct snapshot *s)
{
	char words[640];

	if (lately_unknown_words(s, words, sizeof(words)))
		out_warn(out, "%s", words);
}

/* What the steering programs could not read is as if we were not there. */
static void warn_beyond(struct out *out, const struct snapshot *s)
{
	char words[320];

	for (size_t i = 0; i < s->interfaces; i++)
		if (beyond_words(&s->interface[i], words, sizeof(words)))
			out_warn(out, "%s", words);
}

/* Nor is what a program does not see that is not run. */
static void warn_unseen(struct out *out, const struct snapshot *s)
{
	char words[320];

	for (size_t i = 0; i < s->interfaces; i++)
		if (sees_words(s->interface[i].name, s->interface[i].unseen, words, sizeof(words)))
			out_warn(out, "%s", words);
}

static void warn_table(struct out *out, const struct snapshot *s)
{
	char n[HUMAN_LEN];

	human_count(n, s->table_full);
	if (s->table_full)
		out_warn(out,
			 "the table is full: %s SAs found no place and are strays; use 'espalier "
			 "stop' and then run with a larger --max-sas (now %u)",
			 n, s->max_sas);
}

static void warn_lost(struct out *out, const struct snapshot *s)
{
	if (s->lost)
		out_warn(out,
			 "somebody else changed %u setting%s since Espalier set %s, and steering may "
			 "not be what it was: the daemon said which; 'espalier stop' and 'espalier "
			 "run' set %s again",
			 s->lost, s->lost == 1 ? "" : "s", s->lost == 1 ? "it" : "them",
			 s->lost == 1 ? "it" : "them");
}

static void warn_rules(struct out *out, const struct snapshot *s)
{
	for (size_t i = 0; i < s->interfaces; i++) {
		const struct snapshot_interface *at = &s->interface[i];
		char name[32];

		snprintf(name, sizeof(name), "%s", at->name);
		human_clean(name);
		if (at->without_rule)
			out_warn(out,
				 "%s: %u SAs have no rule (the NIC holds %u of ours): they go where "
				 "its hash puts them; --method %s steers them "
				 "all",
				 name, at->without_rule, at->rules, method_on_any_nic());
		if (at->method && at->method->caveat)
			out_warn(out, "%s: %s", name, at->method->caveat);
	}
}

/* Order that is lost on the way here is taken for ours by whoever sees the kernel's counter. */
static void warn_order(struct out *out, const struct snapshot *s)
{
	char words[512];

	if (lately_order_words(s, words, sizeof(words)))
		out_warn(out, "%s", words);
}

void show_warn(struct out *out, const struct snapshot *snapshot)
{
	if (out_is_json(out)) {
		out_array(out, "warnings");
		out_up(out);
	}
	warn_daemon(out, snapshot);
	warn_report(out, snapshot);
	warn_unknown(out, snapshot);
	warn_losses(out, snapshot);
	warn_order(out, snapshot);
	warn_threads(out, snapshot);
	warn_beyond(out, snapshot);
	warn_unseen(out, snapshot);
	warn_table(out, snapshot);
	warn_lost(out, snapshot);
	warn_rules(out, snapshot);
	show_round_warn(out, snapshot);
}
