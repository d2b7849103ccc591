// SPDX-License-Identifier: GPL-2.0-only
// What a driver changes by itself when a program is attached.
#include "steer/undo.h"
#include "undo_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

/* As virtio_net does: other channels, another table. */
static void driver_attaches(void)
{
	model.rings = 2;
	model_reset_table();
}

static void what_the_driver_changed_is_put_back(void **state)
{
	struct undo *undo = open_undo();
	int crash;

	for (crash = 0; crash < 2; crash++) {
		model_init();
		said[0] = 0;
		assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
		driver_attaches();
		if (crash) {
			/* before after_attach; the next process takes it down */
			undo_close(undo);
			undo = open_undo();
		} else {
			assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
		}
		assert_int_equal(undo_before_detach(undo, index_of("nic0")), 0);
		assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
		assert_int_equal(model.rings, 4);
		assert_int_equal(model.table[3], 3);
		assert_said("the driver changed it with the program: channels rx 0 tx 0 other 0 "
			    "combined 2 -> rx 0 tx 0 other 0 combined 4\n");
		assert_false(file_exists());
	}
	undo_close(undo);
}

static void what_the_driver_left_is_not_mentioned(void **state)
{
	struct undo *undo = open_undo();

	assert_int_equal(undo_before_attach(undo, index_of("v0")), 0);
	assert_true(file_exists());
	assert_int_equal(undo_after_attach(undo, index_of("v0")), 0);
	assert_int_equal(undo_before_detach(undo, index_of("v0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("v0")), 0);
	assert_string_equal(said, "");
	assert_false(file_exists());
	/* nothing was attached: nothing to do */
	assert_int_equal(undo_before_detach(undo, index_of("v0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("v0")), 0);
	assert_int_equal(undo_after_attach(undo, index_of("v0")), -ENOENT);
	undo_close(undo);
}

static void what_the_operator_changed_meanwhile_stays(void **state)
{
	struct undo_entry feature = entry(UNDO_FEATURE, "v0", "rx-gro", "off", "on");
	struct undo_entry other = entry(UNDO_FEATURE, "v0", "tx-scatter-gather", "on", "off");
	struct undo *undo = open_undo();

	assert_int_equal(undo_before_attach(undo, index_of("v0")), 0);
	/* this one the driver changes */
	set_by_hand(&other, "off");
	assert_int_equal(undo_after_attach(undo, index_of("v0")), 0);
	set_by_hand(&feature, "on");
	assert_int_equal(undo_before_detach(undo, index_of("v0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("v0")), 0);
	assert_value(undo, &feature, "on");
	assert_value(undo, &other, "on");
	assert_said(
		"v0: rx-gro is now on, changed by somebody else while we steered: left alone\n");
	assert_said("tx-scatter-gather off -> on\n");
	undo_close(undo);
}

/* The program is gone with a crash of its holder: what is left of it is put back before a new one.
 */
static void an_old_attachment_is_settled_first(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	driver_attaches();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(model.rings, 4);
	driver_attaches();
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_int_equal(model.rings, 4);
	assert_false(file_exists());
	undo_close(undo);
}

static void attachments_of_lost_interfaces_are_forgotten(void **state)
{
	struct undo *undo = open_undo();
	int v0 = index_of("v0");

	assert_int_equal(undo_before_attach(undo, v0), 0);
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	sh("ip link del v0");
	assert_int_equal(undo_before_detach(undo, v0), -ENODEV);
	assert_int_equal(undo_after_detach(undo, v0), 0);
	assert_true(file_exists());
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_false(file_exists());
	/* a restore alone does it too */
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	sh("ip link del nic0");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_false(file_exists());
	undo_close(undo);
}

/* Killed while detaching, when the program was gone already: the next process has only the file. */
static void a_crash_leaves_what_it_takes_to_settle(void **state)
{
	struct undo *undo = open_undo();
	int noted;

	for (noted = 0; noted < 2; noted++) {
		model_init();
		assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
		driver_attaches();
		assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
		if (noted)
			assert_int_equal(undo_before_detach(undo, index_of("nic0")), 0);
		undo_close(undo);
		undo = open_undo();
		assert_int_equal(undo_after_detach(undo, 0), 0);
		assert_int_equal(model.rings, 4);
		assert_false(file_exists());
	}
	undo_close(undo);
}

/* What somebody changed after the crash is not what the attach left. */
static void what_was_changed_after_a_crash_stays(void **state)
{
	struct undo_entry feature = entry(UNDO_FEATURE, "v0", "rx-gro", "off", "on");
	struct undo_entry other = entry(UNDO_FEATURE, "v0", "tx-scatter-gather", "on", "off");
	struct undo *undo = open_undo();

	assert_int_equal(undo_before_attach(undo, index_of("v0")), 0);
	set_by_hand(&other, "off"); /* this one the driver changes */
	assert_int_equal(undo_after_attach(undo, index_of("v0")), 0);
	undo_close(undo);
	set_by_hand(&feature, "on");
	undo = open_undo();
	assert_int_equal(undo_after_detach(undo, index_of("v0")), 0);
	assert_value(undo, &feature, "on");
	assert_value(undo, &other, "on");
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 1);
	assert_false(file_exists());
	undo_close(undo);
}

/* The key of nic0 was changed by the driver, and cannot be put back: twice. */
static struct undo *with_a_stuck_key(void)
{
	struct undo *undo = open_undo();
	int i;

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.key[0] = 0xff;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.stuck = true;
	for (i = 1; i <= 2; i++) {
		assert_int_equal(undo_after_detach(undo, index_of("nic0")), 1);
		assert_int_equal(outcomes[UNDO_FAILED], i);
		undo_close(undo);
		undo = open_undo();
	}
	assert_said("hash-key could not be put back");
	assert_said(state_file);
	return undo;
}

static void what_the_driver_changed_stays_written_down(void **state)
{
	struct undo *undo = with_a_stuck_key();

	/* steered again, with another key: what it was at first is what counts */
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.stuck = false;
	assert_int_equal(undo_before_detach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_int_equal(model.key[0], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void what_was_changed_after_a_failure_stays(void **state)
{
	struct undo *undo = with_a_stuck_key();

	model.key[0] = 0xaa;
	model.stuck = false;
	assert_int_equal(undo_after_detach(undo, 0), 0);
	assert_int_equal(model.key[0], 0xaa);
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void what_cannot_be_read_stays_written_down(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.key[0] = 0xff;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.refuses = model.refuses_then = EBUSY;
	assert_int_equal(undo_before_detach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 3); /* table, key, function */
	assert_int_equal(outcomes[UNDO_FAILED], 3);
	assert_said(
		"hash-key could not be read: Device or resource busy; what it was stays written");
	assert_true(file_exists());
	undo_close(undo);
	model.refuses = 0;
	undo = open_undo();
	assert_int_equal(undo_after_detach(undo, 0), 0);
	assert_int_equal(model.key[0], 1);
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 0);
	assert_false(file_exists());
	undo_close(undo);
}

/* Read again, it is another than the attach left: somebody set it meanwhile. */
static void what_was_changed_while_it_was_unread_stays(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.key[0] = 0xff;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.refuses = model.refuses_then = EBUSY;
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 3);
	model.refuses = 0;
	model.key[0] = 0xaa;
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_int_equal(model.key[0], 0xaa);
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 1);
	undo_close(undo);
}

static void what_cannot_be_noted_is_not_attached(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	model.refuses = EBUSY;
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), -EBUSY);
	assert_false(file_exists());
	/* what a NIC does not have is no hindrance */
	model.refuses = EOPNOTSUPP;
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.refuses = EBUSY;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), -EBUSY);
	undo_close(undo);
}

/* Left of an earlier attachment, and just when the next begins the NIC says that it has none. */
static void what_a_new_attach_does_not_see_stays_written_down(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.key[0] = 0xff;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.refuses = EBUSY;
	model.refuses_then = EOPNOTSUPP;
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(model.refuses, EOPNOTSUPP);
	model.refuses = 0;
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_int_equal(model.key[0], 1);
	assert_false(file_exists());
	undo_close(undo);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_the_driver_changed_is_put_back),
		test(what_the_driver_left_is_not_mentioned),
		test(what_the_operator_changed_meanwhile_stays),
		test(an_old_attachment_is_settled_first),
		test(attachments_of_lost_interfaces_are_forgotten),
		test(a_crash_leaves_what_it_takes_to_settle),
		test(what_was_changed_after_a_crash_stays),
		test(what_the_driver_changed_stays_written_down),
		test(what_was_changed_after_a_failure_stays),
		test(what_cannot_be_read_stays_written_down),
		test(what_was_changed_while_it_was_unread_stays),
		test(what_cannot_be_noted_is_not_attached),
		test(what_a_new_attach_does_not_see_stays_written_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
