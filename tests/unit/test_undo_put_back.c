// SPDX-License-Identifier: GPL-2.0-only
// Changed settings are put back: each to the right interface, and none that somebody else has
// changed since.
#include "undo/undo.h"
#include "undo_fixture.h"

#include <errno.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void changes_are_made_and_put_back(void **state)
{
	struct undo_entry feature = entry(UNDO_FEATURE, "v0", "rx-vlan-hw-parse", "on", "off");
	struct undo_entry channels =
		entry(UNDO_CHANNELS, "v0", "channels", "rx 4 tx 4 other 0 combined 0",
		      "rx 2 tx 4 other 0 combined 0");
	struct undo_entry flow = entry(UNDO_QUEUE, "v0", "rx-1/rps_flow_cnt", "0", "64");
	struct undo_entry sysctl = entry(UNDO_SYSCTL, "", "net/ipv4/ip_forward", "0", "1");
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo_entry *all[] = {&feature, &channels, &flow, &sysctl, &mask};
	struct undo *undo = open_undo();
	size_t i;

	for (i = 0; i < 5; i++) {
		assert_value(undo, all[i], all[i]->old_value);
		assert_int_equal(undo_set(undo, all[i]), 0);
		assert_value(undo, all[i], all[i]->new_value);
		assert_int_equal(undo_count(undo), i + 1);
	}
	assert_said("v0: why not: rx-vlan-hw-parse on -> off\n");
	assert_said("\nwhy not: net/ipv4/ip_forward 0 -> 1\n");
	assert_int_equal(undo_restore(undo, 0), 0);
	for (i = 0; i < 5; i++)
		assert_value(undo, all[i], all[i]->old_value);
	assert_said("v0: put back: rx-0/rps_cpus 3 -> 0\n");
	assert_int_equal(undo_count(undo), 0);
	assert_false(file_exists());
	undo_close(undo);
}

static void the_operators_value_stays(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	set_by_hand(&mask, "1");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &mask, "1");
	assert_said("v0: rx-0/rps_cpus is now 1, no longer the 3 that we set: left alone\n");
	assert_int_equal(undo_count(undo), 0);
	undo_close(undo);
}

static void the_first_old_value_stays(void **state)
{
	struct undo_entry first = rps("v0", "0", "3"), second = rps("v0", "3", "2");
	struct undo_entry third = rps("v0", "1", "2");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &first), 0);
	assert_int_equal(undo_set(undo, &second), 0);
	assert_int_equal(undo_count(undo), 1);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &first, "0");
	/* unless the operator set it in between: then that is what to put back */
	assert_int_equal(undo_set(undo, &first), 0);
	set_by_hand(&first, "1");
	assert_int_equal(undo_set(undo, &third), 0);
	assert_int_equal(undo_count(undo), 1);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &first, "1");
	undo_close(undo);
}

static void one_interface_is_put_back(void **state)
{
	struct undo_entry here = rps("v0", "0", "3"), there = rps("v1", "0", "2");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &here), 0);
	assert_int_equal(undo_set(undo, &there), 0);
	assert_int_equal(undo_restore(undo, here.ifindex), 0);
	assert_value(undo, &here, "0");
	assert_value(undo, &there, "2");
	assert_int_equal(undo_count(undo), 1);
	assert_true(file_exists());
	undo_close(undo);
	undo = open_undo();
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &there, "0");
	undo_close(undo);
}

static void renamed_interfaces_are_found(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	sh("ip link set v0 name wan0 && ip link add v0 type veth peer v9");
	assert_int_equal(undo_restore(undo, 0), 0);
	strcpy(mask.ifname, "wan0");
	assert_value(undo, &mask, "0");
	assert_said("wan0: put back");
	undo_close(undo);
}

/* Its settings go with it; from here they can only be named. */
static void what_went_to_another_namespace_is_told(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	sh("ip netns add undo-%d", getpid());
	assert_int_equal(undo_set(undo, &mask), 0);
	sh("ip link set v0 netns undo-%d", getpid());
	assert_int_equal(undo_restore(undo, 0), 0);
	sh("ip netns del undo-%d", getpid());
	assert_said("v0: the interface is in another network namespace now: left alone; there "
		    "rx-0/rps_cpus may still be 3, which we set, and was 0\n");
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void another_interface_of_that_index_is_not_touched(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	/* deleted, and made again with the same index under another name and address */
	sh("ip link del v0 && ip link add other index %d type veth peer v1", mask.ifindex);
	strcpy(mask.ifname, "other");
	assert_int_equal(if_nametoindex("other"), mask.ifindex);
	set_by_hand(&mask, "3");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &mask, "3");
	assert_said("v0: the interface is gone");
	assert_int_equal(undo_count(undo), 0);
	undo_close(undo);
}

static void recreated_interfaces_are_not_touched(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	sh("ip link del v0 && ip link add v0 type veth peer v1");
	set_by_hand(&mask, "3");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &mask, "3");
	assert_false(file_exists());
	undo_close(undo);
}

static void vanished_queues_are_forgotten(void **state)
{
	struct undo_entry mask = entry(UNDO_QUEUE, "v0", "rx-3/rps_cpus", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	sh("ethtool -L v0 rx 2");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_said("rx-3/rps_cpus is no longer there");
	assert_int_equal(undo_count(undo), 0);
	undo_close(undo);
}

static void what_cannot_be_put_back_stays_written_down(void **state)
{
	const char *old = "01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:"
			  "19:1a:1b:1c:1d:1e:1f:20:21:22:23:24:25:26:27:28";
	const char *new = "ff:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:"
			  "19:1a:1b:1c:1d:1e:1f:20:21:22:23:24:25:26:27:28";
	struct undo_entry key = entry(UNDO_KEY, "nic0", "hash-key", old, new);
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_set(undo, &key), 0);
	assert_int_equal(model.key[0], 0xff);
	model.stuck = true;
	assert_int_equal(undo_restore(undo, 0), 1);
	assert_said("could not be put back");
	assert_said(state_file);
	undo_close(undo);
	model.stuck = false;
	undo = open_undo();
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_int_equal(model.key[0], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void hash_settings_are_put_back(void **state)
{
	struct undo_entry table = entry(UNDO_INDIR, "nic0", "indirection-table", "0 1 2 3 0 1 2 3",
					"0 0 0 0 1 1 1 1");
	struct undo_entry hfunc = entry(UNDO_HFUNC, "nic0", "hash-function", "1", "4");
	struct undo_entry bad = table;
	static const char *const wrong[] = {"0 1 2",	       "0 1 2 3 0 1 2 3 4",
					    "0 1 2 3 0 1 2 x", "",
					    "0,1,2,3,0,1,2,3", "0 1 2 3 0 1 2 4294967296"};
	struct undo *undo = open_undo();
	uint8_t key[KEY];
	size_t i;

	model_init();
	memcpy(key, model.key, KEY);
	assert_int_equal(undo_set(undo, &table), 0);
	assert_int_equal(undo_set(undo, &hfunc), 0);
	assert_int_equal(model.table[3], 0);
	assert_int_equal(model.hfunc, 4);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bad.new_value = wrong[i];
		assert_int_equal(undo_set(undo, &bad), -EINVAL);
	}
	assert_value(undo, &table, "0 0 0 0 1 1 1 1");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &table, "0 1 2 3 0 1 2 3");
	assert_int_equal(model.hfunc, 1);
	assert_memory_equal(model.key, key, KEY);
	/* the default is put back as such: later channel changes spread anew */
	assert_false(model.configured);
	undo_close(undo);
}

static void a_configured_table_is_put_back_as_one(void **state)
{
	struct undo_entry table = entry(UNDO_INDIR, "nic0", "indirection-table", "3 3 3 3 2 2 2 2",
					"0 0 0 0 1 1 1 1");
	struct undo *undo = open_undo();

	model_init();
	set_by_hand(&table, "3 3 3 3 2 2 2 2");
	assert_int_equal(undo_set(undo, &table), 0);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &table, "3 3 3 3 2 2 2 2");
	assert_true(model.configured);
	undo_close(undo);
}

static void interfaces_are_listed_once(void **state)
{
	struct undo_entry one = rps("v0", "0", "3");
	struct undo_entry two = entry(UNDO_QUEUE, "v0", "rx-1/rps_cpus", "0", "1");
	struct undo_entry sysctl = entry(UNDO_SYSCTL, "", "net/ipv4/ip_forward", "0", "1");
	struct undo *undo = open_undo();
	int *list;

	assert_int_equal(undo_interfaces(undo, &list), 0);
	free(list);
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_record(undo, &one), 0);
	assert_int_equal(undo_record(undo, &two), 0);
	assert_int_equal(undo_record(undo, &sysctl), 0);
	assert_int_equal(undo_before_attach(undo, index_of("v0")), 0);
	assert_int_equal(undo_interfaces(undo, &list), 3);
	assert_int_equal(list[0], 0);
	assert_true(list[1] < list[2]);
	assert_int_equal(list[1] + list[2], index_of("v0") + index_of("nic0"));
	free(list);
	undo_close(undo);
}

static void hear(void *lines, const char *line)
{
	strcat(strcat(lines, line), "\n");
}

static void what_somebody_else_changed_is_counted(void **state)
{
	struct undo_entry sysctl = entry(UNDO_SYSCTL, "", "net/ipv4/ip_forward", "0", "1");
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();
	char lines[1024] = "";

	assert_int_equal(undo_set(undo, &sysctl), 0);
	assert_int_equal(undo_set(undo, &mask), 0);
	assert_int_equal(undo_lost(undo, hear, lines), 0);
	set_by_hand(&mask, "1");
	set_by_hand(&sysctl, "0");
	assert_int_equal(undo_lost(undo, NULL, NULL), 2);
	assert_int_equal(undo_lost(undo, hear, lines), 2);
	assert_string_equal(lines, "net/ipv4/ip_forward is 0, no longer the 1 that we set\n"
				   "v0: rx-0/rps_cpus is 1, no longer the 3 that we set\n");
	assert_value(undo, &mask, "1");
	set_by_hand(&mask, "3");
	assert_int_equal(undo_lost(undo, NULL, NULL), 1);
	undo_close(undo);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(changes_are_made_and_put_back),
		test(the_operators_value_stays),
		test(the_first_old_value_stays),
		test(one_interface_is_put_back),
		test(renamed_interfaces_are_found),
		test(what_went_to_another_namespace_is_told),
		test(another_interface_of_that_index_is_not_touched),
		test(recreated_interfaces_are_not_touched),
		test(vanished_queues_are_forgotten),
		test(what_cannot_be_put_back_stays_written_down),
		test(hash_settings_are_put_back),
		test(a_configured_table_is_put_back_as_one),
		test(interfaces_are_listed_once),
		test(what_somebody_else_changed_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
