// SPDX-License-Identifier: GPL-2.0-only
// Loads: the fit of what packets cost finds made-up costs again, and smoothing tells the truth.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "place/cost.h"
#include "place/load.h"
#include "place/pace.h"
#include "core/random.h"

enum { CPUS = 4, CASES = 200 };

static double real(uint64_t *state, double least, double most)
{
	return least + (most - least) * (double)(random_next(state) >> 11) * 0x1p-53;
}

/* A machine whose costs are known: what it does in each interval, and what is measured of it. */
struct machine {
	uint64_t state;
	struct cost cost;
	double noise; /* of the measured busy share */
	double size;  /* of all packets; 0: they differ by CPU and interval */
	double load;  /* about the share that the SAs of a CPU take */
	struct cost_sample sample[CPUS];
};

static double busy_of(const struct cost *cost, const struct cost_sample *s)
{
	return (cost->packet * s->packets + cost->byte * s->bytes + cost->receive * s->received) /
	       s->seconds;
}

static void interval(struct machine *m)
{
	for (int i = 0; i < CPUS; i++) {
		struct cost_sample *s = &m->sample[i];
		double size = m->size > 0 ? m->size : real(&m->state, 64, 1400);
		double each = m->cost.packet + size * m->cost.byte;

		s->seconds = 0.5;
		s->packets = real(&m->state, 0.5, 1.5) * m->load * s->seconds / each;
		s->bytes = s->packets * size;
		/* The first two CPUs receive for all; no CPU is busier than it can be. */
		s->received = i < 2 ? s->packets * real(&m->state, 1, 3) : 0;
		s->received = fmin(s->received, 0.4 * s->seconds / m->cost.receive);
		s->busy = busy_of(&m->cost, s) + real(&m->state, -m->noise, m->noise);
		s->busy = fmin(fmax(s->busy, 0), 1);
	}
}

static void learn(struct cost_fit *fit, struct machine *m, int intervals)
{
	for (int i = 0; i < intervals; i++) {
		interval(m);
		cost_add(fit, m->sample, CPUS);
	}
}

static struct machine machine(uint64_t seed)
{
	struct machine m = {.state = seed, .noise = 0.02, .load = 0.3};
	struct cost start = cost_start();

	/* From a fast CPU with small work to one that decrypts in software of its own. */
	m.cost.packet = start.packet * exp(real(&m.state, -1.5, 3));
	m.cost.byte = start.byte * exp(real(&m.state, -1.5, 3));
	m.cost.receive = start.receive * exp(real(&m.state, -1.5, 1));
	return m;
}

static struct cost_fit fresh(void)
{
	struct cost start = cost_start();
	struct cost_fit fit;

	cost_init(&fit, &start);
	return fit;
}

static void near(double got, double want, double part)
{
	if (!(fabs(got - want) <= part * want))
		fail_msg("%g is not within %g of %g", got, part, want);
}

/* Of a part that is a small share of all, the noise leaves less to be known: so by its share. */
static void found(const struct cost_fit *fit, const struct cost *want, double part)
{
	struct cost got = cost_now(fit);
	double each = want->packet + 700 * want->byte;

	assert_true(fabs(got.packet - want->packet) <= part * each);
	assert_true(fabs(got.byte - want->byte) * 700 <= part * each);
	assert_true(fabs(got.receive - want->receive) <= part * (each + want->receive));
}

static void costs_are_found(void **state)
{
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct machine m = machine(seed);
		struct cost_fit fit = fresh();

		learn(&fit, &m, 120);
		found(&fit, &m.cost, 0.05);
	}
}

static void costs_are_found_soon(void **state)
{
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct machine m = machine(seed);
		struct cost_fit fit = fresh();

		learn(&fit, &m, 10);
		found(&fit, &m.cost, 0.2);
	}
}

/* Ten times less traffic: the same, only less exactly. */
static void little_traffic_will_do(void **state)
{
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct machine m = machine(seed);
		struct cost_fit fit = fresh();

		m.load = 0.03;
		learn(&fit, &m, 240);
		found(&fit, &m.cost, 0.25);
	}
}

static void other_costs_are_followed(void **state)
{
	struct machine m = machine(7);
	struct cost_fit fit = fresh();

	learn(&fit, &m, 600);
	m.cost.packet *= 4;
	m.cost.byte /= 3;
	learn(&fit, &m, 240);
	found(&fit, &m.cost, 0.1);
}

static void the_start_holds_without_traffic(void **state)
{
	struct cost_sample idle[CPUS] = {{.seconds = 0.5, .busy = 0.9}, {.seconds = 0.5}};
	struct cost_fit fit = fresh();
	struct cost start = cost_start(), got;

	for (int i = 0; i < 1000; i++)
		cost_add(&fit, idle, CPUS);
	cost_add(&fit, idle, 0);
	got = cost_now(&fit);
	assert_true(got.packet == start.packet && got.byte == start.byte &&
		    got.receive == start.receive);
}

/* As when other CPUs than ours receive. */
static void a_part_without_data_stays(void **state)
{
	struct machine m = machine(5);
	struct cost_fit fit = fresh();
	struct cost start = cost_start();

	for (int i = 0; i < 120; i++) {
		interval(&m);
		cost_add(&fit, m.sample + 2, CPUS - 2);
	}
	assert_true(cost_now(&fit).receive == start.receive);
	near(cost_now(&fit).packet, m.cost.packet, 0.1);
}

static void an_idle_night_is_not_forgetting(void **state)
{
	struct cost_sample idle[CPUS] = {{.seconds = 0.5, .busy = 0.9}, {.seconds = 0.5}};
	struct machine m = machine(3);
	struct cost_fit fit = fresh();

	learn(&fit, &m, 120);
	for (int i = 0; i < 100000; i++)
		cost_add(&fit, idle, CPUS);
	found(&fit, &m.cost, 0.05);
}

/* Packets of one size do not tell a from b; but what each costs is known, and both stay sane. */
static void collinear_data_gives_the_right_sum(void **state)
{
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct machine m = machine(seed);
		struct cost_fit fit = fresh();
		struct cost start = cost_start(), got;

		m.size = 1400;
		learn(&fit, &m, 240);
		got = cost_now(&fit);
		near(got.packet + got.byte * m.size, m.cost.packet + m.cost.byte * m.size, 0.06);
		assert_true(got.packet <= 1000 * start.packet && got.byte <= 1000 * start.byte);
	}
}

static void no_cost_is_negative(void **state)
{
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct machine m = machine(seed);
		struct cost_fit fit = fresh();
		struct cost got;

		m.cost.byte = 0;
		m.cost.receive = seed % 2 ? 0 : m.cost.receive;
		for (int i = 0; i < 120; i++) {
			learn(&fit, &m, 1);
			got = cost_now(&fit);
			assert_true(got.packet >= 0 && got.byte >= 0 && got.receive >= 0);
		}
		found(&fit, &m.cost, 0.05);
	}
}

/* A CPU that now and then does other network work as well, not ours. */
static void other_work_misleads_little(void **state)
{
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct machine m = machine(seed);
		struct cost_fit fit = fresh();

		for (int i = 0; i < 240; i++) {
			interval(&m);
			if (random_below(&m.state, 4) == 0)
				m.sample[i % CPUS].busy = fmin(1, m.sample[i % CPUS].busy + 0.5);
			cost_add(&fit, m.sample, CPUS);
		}
		found(&fit, &m.cost, 0.15);
	}
}

static double nonsense(uint64_t *state)
{
	static const double values[] = {NAN, INFINITY, -INFINITY, -1, 1e300, -1e300, 1e18, 5e-324};

	return values[random_below(state, sizeof(values) / sizeof(*values))];
}

static void nonsense_is_left_out(void **state)
{
	struct machine m = machine(11);
	struct cost_fit fit = fresh();

	for (int i = 0; i < 2000; i++) {
		double *field[] = {&m.sample[2].seconds, &m.sample[2].packets, &m.sample[2].bytes,
				   &m.sample[2].received, &m.sample[2].busy};
		struct cost got;

		interval(&m);
		*field[random_below(&m.state, 5)] = nonsense(&m.state);
		cost_add(&fit, m.sample, CPUS);
		got = cost_now(&fit);
		assert_true(isfinite(got.packet) && isfinite(got.byte) && isfinite(got.receive));
		assert_true(got.packet >= 0 && got.byte >= 0 && got.receive >= 0);
	}
	learn(&fit, &m, 120);
	found(&fit, &m.cost, 0.05);
}

static void rates_are_right_at_once(void **state)
{
	struct cost cost = {.packet = 1e-6, .byte = 1e-9};
	struct load_rate rate = {0};

	assert_true(isnan(load_share(&rate, &cost)) && isnan(load_packets(&rate)));
	load_add(&rate, 1000, 1e6, 0.1);
	near(load_packets(&rate), 10000, 1e-9);
	near(load_share(&rate, &cost), 0.02, 1e-9);
	for (int i = 0; i < 100; i++)
		load_add(&rate, 5000, 5e6, 0.5);
	near(load_share(&rate, &cost), 0.02, 1e-9);
}

/* Intervals of a tenth of a second: @rate packets a second, of which each interval is off by
 * @noise. */
static void see(struct load_rate *forecast, uint64_t *seed, double rate, double noise,
		int intervals)
{
	for (int i = 0; i < intervals; i++)
		load_add(forecast, rate * 0.1 * (1 + real(seed, -noise, noise)), 0, 0.1);
}

/* However the time is cut into intervals, a change that is no noise is there in the next one. */
static void jumps_are_seen_at_once(void **state)
{
	static const double cuts[] = {0.05, 0.1, 0.5, 1}, to[] = {9000, 2000, 400, 0};

	for (size_t i = 0; i < 4; i++) {
		for (size_t k = 0; k < 4; k++) {
			struct load_rate rate = {0};

			for (double t = 0; t < 5; t += cuts[i])
				load_add(&rate, 1000 * cuts[i], 0, cuts[i]);
			load_add(&rate, to[k] * cuts[i], 0, cuts[i]);
			assert_true(fabs(load_packets(&rate) - to[k]) <= 1e-6 * to[k]);
		}
	}
}

/* Noise of a fifth is averaged out: in the mean of many SAs to less than a twentieth. */
static void noise_is_averaged_out(void **state)
{
	double off = 0;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct load_rate rate = {0};
		uint64_t random = seed;

		see(&rate, &random, 10000, 0.2, 100);
		off += fabs(load_packets(&rate) / 10000 - 1) / CASES;
	}
	assert_true(off > 0 && off < 0.05);
}

/* A load that grows steadily is followed, closer than by a mean of the longest memory. */
static void drift_is_followed(void **state)
{
	double lag = 0;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct load_rate rate = {0};
		uint64_t random = seed;
		double now = 10000;

		for (int i = 0; i < 100; i++) {
			now *= 1.01;
			see(&rate, &random, now, 0.1, 1);
		}
		lag += (1 - load_packets(&rate) / now) / CASES;
	}
	assert_true(lag > -0.02 && lag < 0.08);
}

/* Of an SA that swings wildly the last interval says more than a mean of old ones. */
static void what_lasts_for_some_intervals_is_believed(void **state)
{
	double believed = 0;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct load_rate rate = {0};
		uint64_t random = seed;
		double now = 10000;

		for (int i = 0; i < 200; i++) {
			if (random_below(&random, 5) == 0)
				now = real(&random, 2000, 18000);
			see(&rate, &random, now, 0.02, 1);
		}
		believed += rate.follow / CASES;
	}
	assert_true(believed > 0.5);
}

/* It was silent for long: how it is when it is not is known as before. */
static void an_idle_sa_stays_known(void **state)
{
	struct load_rate rate = {0};
	uint64_t seed = 4;
	float usual;

	see(&rate, &seed, 10000, 0.1, 100);
	usual = rate.usual;
	see(&rate, &seed, 0, 0, 1000);
	assert_true(load_packets(&rate) == 0);
	see(&rate, &seed, 10000, 0, 1);
	near(load_packets(&rate), 10000, 1e-6);
	assert_true(rate.usual > usual / 2);
}

/* After a rekey its first packets are its level at once; what was learned stays. */
static void an_heir_knows_what_was_known(void **state)
{
	struct load_rate before = {0}, heir;
	uint64_t seed = 6;

	heir = load_heir(&before);
	assert_true(isnan(load_packets(&heir)));
	see(&before, &seed, 10000, 0.1, 100);
	heir = load_heir(&before);
	assert_true(load_packets(&heir) == 0);
	see(&heir, &seed, 10000, 0, 1);
	near(load_packets(&heir), 10000, 1e-6);
	assert_true(heir.follow == before.follow && heir.usual < 3 * before.usual);
}

static void idle_sas_come_to_nothing(void **state)
{
	struct cost cost = cost_start();

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct load_rate rate = {0};
		uint64_t random = seed;

		see(&rate, &random, real(&random, 10, 1e6), real(&random, 0, 1), 20);
		see(&rate, &random, 0, 0, 100);
		assert_true(load_share(&rate, &cost) == 0);
	}
}

static void nonsense_counts_as_nothing(void **state)
{
	uint64_t seed = 5;
	struct cost cost = cost_start();
	struct load_rate rate = {0};
	struct load_other other = {0};

	for (int i = 0; i < 1000; i++) {
		double share, seconds = i % 3 ? 0.5 : nonsense(&seed);

		load_add(&rate, nonsense(&seed), nonsense(&seed), seconds);
		share = load_share(&rate, &cost);
		assert_true(isnan(share) || (share >= 0 && isfinite(share)));
		share = load_other_add(&other, nonsense(&seed), seconds);
		assert_true(share >= 0 && share <= 1);
	}
}

static void other_work_is_held(void **state)
{
	struct load_other other = {0};
	uint64_t seed = 9;
	double held = load_other_add(&other, 0.3, 0.5);

	near(held, 0.3, 1e-9);
	for (int i = 0; i < 1000; i++) /* a flicker */
		assert_true(load_other_add(&other, real(&seed, 0.2, 0.4), 0.5) == held);
	for (int i = 0; i < 60; i++) /* a change */
		held = load_other_add(&other, 0.6, 0.5);
	near(held, 0.6, 0.1);
}

static void rounds_come_as_they_are_needed(void **state)
{
	assert_int_equal(pace_next(0, 500, false), 100);
	assert_int_equal(pace_next(100, 500, false), 200);
	assert_int_equal(pace_next(400, 500, false), 500);
	assert_int_equal(pace_next(500, 500, false), 500);
	assert_int_equal(pace_next(500, 500, true), 100);
	assert_int_equal(pace_next(50, 50, true), 50);
	assert_int_equal(pace_next(50, 50, false), 50);
	assert_int_equal(pace_next(30, 500, false), 100); /* one that came early */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_are_found),
		cmocka_unit_test(costs_are_found_soon),
		cmocka_unit_test(little_traffic_will_do),
		cmocka_unit_test(other_costs_are_followed),
		cmocka_unit_test(the_start_holds_without_traffic),
		cmocka_unit_test(a_part_without_data_stays),
		cmocka_unit_test(an_idle_night_is_not_forgetting),
		cmocka_unit_test(collinear_data_gives_the_right_sum),
		cmocka_unit_test(no_cost_is_negative),
		cmocka_unit_test(other_work_misleads_little),
		cmocka_unit_test(nonsense_is_left_out),
		cmocka_unit_test(rates_are_right_at_once),
		cmocka_unit_test(jumps_are_seen_at_once),
		cmocka_unit_test(noise_is_averaged_out),
		cmocka_unit_test(drift_is_followed),
		cmocka_unit_test(what_lasts_for_some_intervals_is_believed),
		cmocka_unit_test(an_idle_sa_stays_known),
		cmocka_unit_test(an_heir_knows_what_was_known),
		cmocka_unit_test(rounds_come_as_they_are_needed),
		cmocka_unit_test(idle_sas_come_to_nothing),
		cmocka_unit_test(nonsense_counts_as_nothing),
		cmocka_unit_test(other_work_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
