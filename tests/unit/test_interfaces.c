// SPDX-License-Identifier: GPL-2.0-only
// What the daemon does with interfaces that are gone or no longer named: one after the other,
// however many go at once.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/interfaces.h"
#include "daemon/steered.h"
#include "shell.h"

enum { FIRST = 1000000 }; /* no machine has such interfaces */

static const struct run_options names_none;

struct fixture {
	struct sas sas;
	struct interfaces all;
	struct candidates candidates;
	unsigned int pending;
	char dir[64];
	int taken_off; /* interfaces */
	int ticks;
};

static void take_off(struct steered *s)
{
	++*(int *)s->state;
}

static void tick(struct steered *s)
{
	struct fixture *f = (void *)((char *)s->state - offsetof(struct fixture, taken_off));

	f->ticks++;
}

static const struct method method = {.name = "none", .take_off = take_off, .tick = tick};

static int setup(void **state)
{
	struct fixture *f = *state = calloc(1, sizeof(*f));
	char why[512];

	assert_non_null(f);
	maps_init(&f->sas.maps);
	f->sas.maps.host = calloc(1, sizeof(*f->sas.maps.host));
	assert_non_null(f->sas.maps.host);
	f->all = (struct interfaces){
		.sas = &f->sas,
		.options = &names_none,
		.pending = &f->pending,
		.candidates = &f->candidates,
	};
	strcpy(f->dir, "/tmp/espalier-interfaces.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(undo_open(&f->all.undo, f->dir, "s.json", NULL, NULL, why, sizeof(why)),
			 0);
	for (unsigned int i = 0; i < HOST_INTERFACES; i++) {
		struct interface *interface = &f->all.at[i];

		interface->ifindex = FIRST + i;
		interface->index = i;
		snprintf(interface->name, sizeof(interface->name), "made%u", i);
		steered_set(&f->all, interface, &method);
		interface->steered.state = &f->taken_off;
		f->sas.maps.host->interface[i].ifindex = interface->ifindex;
	}
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	interfaces_close(&f->all);
	undo_close(f->all.undo);
	free(f->sas.maps.host);
	sh("rm -r %s", f->dir);
	free(f);
	return 0;
}

static void tell(struct fixture *f, unsigned int changes, unsigned int i)
{
	struct link link = {.ifindex = (int)(FIRST + i)};

	snprintf(link.name, sizeof(link.name), "made%u", i);
	interfaces_link_changed(&f->all, changes, &link);
}

/* What a turn of the loop does, until nothing more goes: one interface in each. */
static void one_goes_each_turn(struct fixture *f, int all)
{
	assert_int_equal(f->taken_off, 0);
	for (int n = 1; n <= all; n++) {
		assert_true(f->pending & PENDING_LEAVE);
		f->pending &= ~(unsigned int)PENDING_LEAVE;
		interfaces_leave_one(&f->all);
		assert_int_equal(f->taken_off, n);
	}
	assert_false(f->pending & PENDING_LEAVE);
}

static int steered_now(const struct fixture *f)
{
	int n = 0;

	for (int i = 0; i < HOST_INTERFACES; i++)
		n += f->all.at[i].ifindex && f->sas.maps.host->interface[i].ifindex;
	return n;
}

static void deleted_in_one_burst(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < HOST_INTERFACES; i++)
		tell(f, WATCH_GONE, i);
	one_goes_each_turn(f, HOST_INTERFACES);
	assert_int_equal(steered_now(f), 0);
}

static void the_others_stay(void **state)
{
	struct fixture *f = *state;

	tell(f, WATCH_GONE, 3);
	tell(f, WATCH_GONE, 5);
	for (int i = 0; i < HOST_INTERFACES; i++)
		assert_int_equal(interface_stays(&f->all.at[i]), i != 3 && i != 5);
	one_goes_each_turn(f, 2);
	assert_int_equal(steered_now(f), HOST_INTERFACES - 2);
	assert_int_equal(f->all.at[3].ifindex, 0);
	assert_int_equal(f->all.at[5].ifindex, 0);
}

/* Between the burst and its turn no method is asked of an interface that is gone. */
static void no_calls_for_what_is_gone(void **state)
{
	struct fixture *f = *state;

	tell(f, WATCH_GONE, 0);
	steered_tick(&f->all);
	assert_int_equal(f->ticks, HOST_INTERFACES - 1);
	tell(f, WATCH_GONE | WATCH_RENAMED, 0);
	one_goes_each_turn(f, 1);
}

/* One with the same number may come before its turn: it is tried when the old one is let go of. */
static void comes_back_before_its_turn(void **state)
{
	struct fixture *f = *state;

	tell(f, WATCH_GONE, 0);
	assert_false(f->pending & PENDING_LINKS);
	tell(f, WATCH_NEW, 0);
	assert_true(f->pending & PENDING_LINKS);
	one_goes_each_turn(f, 1);
	assert_true(f->pending & PENDING_LINKS);
	assert_null(interfaces_find(&f->all, FIRST));
}

static void no_longer_named(void **state)
{
	struct fixture *f = *state;

	interfaces_leave_unnamed(&f->all);
	one_goes_each_turn(f, HOST_INTERFACES);
	assert_int_equal(steered_now(f), 0);
}

#define with_interfaces(TEST) cmocka_unit_test_setup_teardown(TEST, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_interfaces(deleted_in_one_burst),
		with_interfaces(the_others_stay),
		with_interfaces(no_calls_for_what_is_gone),
		with_interfaces(comes_back_before_its_turn),
		with_interfaces(no_longer_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
