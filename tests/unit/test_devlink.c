// SPDX-License-Identifier: GPL-2.0-only
// What is read of devlink's answer, and which model of ice it chooses.
#include "nic/devlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "nic/model_claimed.h"

static void put_version(struct nlmsghdr *nlh, uint16_t kind, const char *name, const char *value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, kind);

	mnl_attr_put_strz(nlh, DEVLINK_ATTR_INFO_VERSION_NAME, name);
	if (value)
		mnl_attr_put_strz(nlh, DEVLINK_ATTR_INFO_VERSION_VALUE, value);
	mnl_attr_nest_end(nlh, nest);
}

/*
 * The answer of an E810, in the order of net/devlink/dev.c devlink_nl_info_fill and
 * ice_devlink_info_get; the values are those of Documentation/networking/devlink/ice.rst.
 */
static struct nlmsghdr *answer(char *buf, const char *package)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_BUS_NAME, "pci");
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_DEV_NAME, "0000:01:00.0");
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_INFO_DRIVER_NAME, "ice");
	put_version(nlh, DEVLINK_ATTR_INFO_VERSION_FIXED, "board.id", "K65390-000");
	put_version(nlh, DEVLINK_ATTR_INFO_VERSION_RUNNING, "fw.mgmt", "2.1.7");
	if (package)
		put_version(nlh, DEVLINK_ATTR_INFO_VERSION_RUNNING, DEVLINK_PACKAGE, package);
	put_version(nlh, DEVLINK_ATTR_INFO_VERSION_RUNNING, "fw.app", "1.3.1.0");
	put_version(nlh, DEVLINK_ATTR_INFO_VERSION_STORED, DEVLINK_PACKAGE, "another, not running");
	return nlh;
}

static void the_running_package_is_read(void **state)
{
	char buf[1024] = {0}, value[48], little[8];

	devlink_version(answer(buf, "ICE COMMS Package"), DEVLINK_PACKAGE, value, sizeof(value));
	assert_string_equal(value, "ICE COMMS Package");
	devlink_version(answer(buf, "ICE COMMS Package"), "fw.app", value, sizeof(value));
	assert_string_equal(value, "1.3.1.0");
	devlink_version(answer(buf, "ICE COMMS Package"), DEVLINK_PACKAGE, little, sizeof(little));
	assert_string_equal(little, "ICE COM");
	devlink_version(answer(buf, NULL), DEVLINK_PACKAGE, value, sizeof(value));
	assert_string_equal(value, "");
}

/* A version without a value, a name that does not end. */
static void broken_answers(void **state)
{
	char buf[1024] = {0}, value[48];
	struct nlmsghdr *nlh = answer(buf, NULL);
	struct nlattr *nest;

	put_version(nlh, DEVLINK_ATTR_INFO_VERSION_RUNNING, DEVLINK_PACKAGE, NULL);
	nest = mnl_attr_nest_start(nlh, DEVLINK_ATTR_INFO_VERSION_RUNNING);
	mnl_attr_put(nlh, DEVLINK_ATTR_INFO_VERSION_NAME, 4, "fw.a");
	mnl_attr_put_strz(nlh, DEVLINK_ATTR_INFO_VERSION_VALUE, "x");
	mnl_attr_nest_end(nlh, nest);
	devlink_version(nlh, DEVLINK_PACKAGE, value, sizeof(value));
	assert_string_equal(value, "");
	devlink_version(nlh, "fw.a", value, sizeof(value));
	assert_string_equal(value, "");
}

static const char *model_with(const char *package)
{
	struct model_nic *nic = malloc(sizeof(*nic));
	struct claims *claims = malloc(sizeof(*claims));
	const struct model *model;
	unsigned int differ;
	const char *which;

	assert_int_equal(model_nic_init(nic, model_find("ice"), 4), 0);
	claims_gather(claims_ask_model, nic, claims);
	strcpy(claims->package, package);
	model = claims_model(claims, &differ, &which);
	assert_int_equal(differ, 0); /* the package is no answer of the driver */
	model_nic_free(nic);
	free(nic);
	free(claims);
	return model->name;
}

/* Their drivers answer alike: the package alone tells them apart. */
static void the_package_chooses_the_model(void **state)
{
	assert_string_equal(model_with("ICE COMMS Package"), "ice");
	assert_string_equal(model_with("ICE OS Default Package"), "ice-os");
	assert_string_equal(model_with(""), "ice");
	assert_string_equal(model_with("of a name that nobody read"), "ice");
	assert_true(model_has_package("ice"));
	assert_false(model_has_package("i40e"));
	assert_false(model_has_package(""));
}

/* No such device, or no devlink here: an error and nothing, never a hang. */
static void nobody_answers(void **state)
{
	char value[48] = "x";

	assert_true(devlink_ask("0000:ff:1f.7", DEVLINK_PACKAGE, value, sizeof(value)) < 0);
	assert_string_equal(value, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_running_package_is_read),
		cmocka_unit_test(broken_answers),
		cmocka_unit_test(the_package_chooses_the_model),
		cmocka_unit_test(nobody_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
