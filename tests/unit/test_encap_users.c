// SPDX-License-Identifier: GPL-2.0-only
// The local UDP ports on which ESP arrives: a port is known as long as an SA uses it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include "daemon/encap_users.h"

enum { PORT = 4501 };

struct fixture {
	struct encap_users users;
	struct encap_ports ports;
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return !*state;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* Not encap_ports_has(): that knows 4500 without its bit. */
static bool bit(const struct fixture *f, uint16_t port)
{
	return f->ports.bit[port >> 6] >> (port & 63) & 1;
}

/* 16 bits would be 0 again after 65,536 SAs, and all ESP in UDP on the port unknown. */
static void a_port_is_known_with_any_number_of_sas(void **state)
{
	struct fixture *f = *state;

	for (unsigned int n = 1; n <= 65537; n++) {
		encap_users_step(&f->users, &f->ports, PORT, 1);
		assert_true(bit(f, PORT));
	}
	for (unsigned int n = 65537; n > 0; n--) {
		assert_true(bit(f, PORT));
		encap_users_step(&f->users, &f->ports, PORT, -1);
	}
	assert_false(bit(f, PORT));
}

static void no_other_port_is_touched(void **state)
{
	static const uint16_t near[] = {PORT + 2, PORT + 1, PORT + 64, PORT - 64, 1, 65535};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(near) / sizeof(*near); i++)
		encap_users_step(&f->users, &f->ports, near[i], 1);
	encap_users_step(&f->users, &f->ports, PORT, 1);
	encap_users_step(&f->users, &f->ports, PORT, -1);
	assert_false(bit(f, PORT));
	for (size_t i = 0; i < sizeof(near) / sizeof(*near); i++)
		assert_true(bit(f, near[i]));
}

static void no_port_and_the_usual_one_have_no_bit(void **state)
{
	struct fixture *f = *state;

	encap_users_step(&f->users, &f->ports, 0, 1);
	encap_users_step(&f->users, &f->ports, PARSE_PORT_NAT_T, 1);
	assert_false(bit(f, 0));
	assert_false(bit(f, PARSE_PORT_NAT_T));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_port_is_known_with_any_number_of_sas, setup,
						teardown),
		cmocka_unit_test_setup_teardown(no_other_port_is_touched, setup, teardown),
		cmocka_unit_test_setup_teardown(no_port_and_the_usual_one_have_no_bit, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
