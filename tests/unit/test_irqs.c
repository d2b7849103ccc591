// SPDX-License-Identifier: GPL-2.0-only
/* nic/irqs: the queue that an interrupt's name tells; finding irqbalance. */
#include "nic/irqs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Names as the drivers make them: request_irq() in Linux 6.12. */
static void test_names(void **state)
{
	static const struct {
		const char *name;
		int queue;
	} cases[] = {
		{"i40e-eth0-TxRx-5", 5},
		{"ice-eth0-TxRx-12", 12},
		{"eth0-TxRx-0", 0},
		{"mlx5_comp3@pci:0000:01:00.0", 3},
		{"mlx5_async0@pci:0000:01:00.0", -1},
		{"virtio0-input.1", 1},
		{"virtio0-output.1", -1},
		{"virtio0-config", -1},
		{"eth0-rxtx-7", 7},
		{"eth0-Tx-Rx-2", 2},
		{"mana_q7@pci:7870:00:00.0", 7},
		{"eth0-tx-1", -1},
		{"eth0", -1},
		{"i40e-0000:01:00.0:misc", -1},
		{"eth0-rx", -1},
		{"rx-123456", -1},
		{"", -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (nic_irq_queue(cases[i].name) != cases[i].queue)
			fail_msg("%s: %d, not %d", cases[i].name, nic_irq_queue(cases[i].name),
				 cases[i].queue);
}

static void test_irqbalance(void **state)
{
	char root[] = "/tmp/espalier-proc-XXXXXX", path[64];
	FILE *file;

	assert_non_null(mkdtemp(root));
	assert_false(nic_irqbalance_runs(root));
	snprintf(path, sizeof(path), "%s/42", root);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(nic_irqbalance_runs(root));
	snprintf(path, sizeof(path), "%s/42/comm", root);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("irqbalance\n", file);
	fclose(file);
	assert_true(nic_irqbalance_runs(root));
	unlink(path);
	snprintf(path, sizeof(path), "%s/42", root);
	rmdir(path);
	rmdir(root);
	assert_false(nic_irqbalance_runs(root));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_irqbalance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
