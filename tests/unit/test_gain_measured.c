// SPDX-License-Identifier: GPL-2.0-only
// What `gain --measure` makes of samples, and how it says so.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/gain/remedies.h"
#include "cmd/gain/stages.h"

enum { SAS = 3 };

static struct counting counting;
static struct gain_stages stages;
static struct gain_remedies remedies;

/*
 * CPU 0 receives for a tenth of 2 s; CPU 1 decrypts for half and forwards for a quarter. The second
 * SA carries a fifth of what the first does, the third nothing.
 */
static void take(void)
{
	static struct sa sas[SAS];
	const struct gain_sa carried[SAS] = {
		{.packets = 400000, .bytes = 400000ull * 1400, .cpu = 1},
		{.packets = 80000, .bytes = 80000ull * 1400, .cpu = 1},
		{.cpu = 1}};

	for (unsigned int i = 0; i < SAS; i++) {
		sas[i].id.spi = 0x1000 + i;
		sas[i].id.family = AF_INET;
		sas[i].src[0] = htonl(0xc0000201);
		sas[i].id.dst[0] = htonl(0xc0000202);
	}
	counting.sas = (struct sad_reading){.sa = sas, .count = SAS};
	counting.stages.seconds = 2;
	counting.stages.polls = true;
	counting.stages.cpu[0] = (struct stage_counts){
		.samples = {[STAGE_IDLE] = 3600, [STAGE_RECEIVE] = 400}, .polled = 480000};
	counting.stages.cpu[1] = (struct stage_counts){
		.samples = {[STAGE_IDLE] = 1000, [STAGE_DECRYPT] = 2000, [STAGE_AFTER] = 1000}};
	assert_int_equal(gain_stages_take(&counting, carried, &stages), 0);
	gain_remedies_take(&stages, 0.2, 4, &remedies);
}

static int begin(void **state)
{
	memset(&counting, 0, sizeof(counting));
	memset(&stages, 0, sizeof(stages));
	return 0;
}

static int end(void **state)
{
	gain_stages_free(&stages);
	return 0;
}

static char *print(bool json)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct out *out = out_new(file, json);

	gain_stages_print(out, &stages);
	gain_remedies_print(out, &remedies);
	assert_int_equal(out_close(out), 0);
	fclose(file);
	return text;
}

static void says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("'%s' is not in: %s", words, text);
}

static void the_heaviest_is_found(void **state)
{
	take();
	assert_ptr_equal(remedies.sa, &counting.sas.sa[0]);
	assert_int_equal(remedies.cpu, 1);
	/* 1 s and 0.5 s over 480,000 packets. */
	assert_true(fabs(remedies.bound.packet_ns - 3125) < 0.1);
	assert_true(fabs(remedies.carried - 200000) < 0.1);
	assert_true(remedies.fitted && !remedies.facts.with_receiving);
	/* A sixth of what its CPU decrypts is the other SA's: an eighth of the CPU. */
	assert_true(fabs(remedies.bound.packets - 280000) < 1);
	assert_true(fabs(remedies.facts.busy / remedies.facts.busy_sa - 1.2) < 1e-6);
}

static void in_words(void **state)
{
	char *text;

	take();
	text = print(false);
	says(text,
	     "0x00001000  192.0.2.1    1     200000   1400         417        2083      1042\n");
	says(text, "Receive (CPU 0):");
	says(text, "Decrypt (CPU 1):");
	says(text,
	     "The bound: SA 0x00001000 from 192.0.2.1 is decrypted by CPU 1, to which a packet of it, "
	     "1400 bytes, costs 3.12 us. So it gets at most 280 k packets a second through, 3.14 "
	     "Gbit/s; it carries 200 k.");
	says(text, "by what was measured here:");
	says(text, "   4.1 times  larger packets");
	says(text, "start_action = trap");
	says(text, "per_cpu_sas = yes");
	says(text, "  - steer: its CPU does not receive");
	says(text, "  - pcrypt: ");
	assert_true(strstr(text, "larger packets") < strstr(text, "several SAs"));
	assert_null(strstr(text, "0x00001002")); /* it carried nothing */
	free(text);
}

static struct json_object *member(struct json_object *of, const char *key)
{
	struct json_object *value = NULL;

	assert_true(json_object_object_get_ex(of, key, &value));
	return value;
}

static void in_json(void **state)
{
	struct json_object *root, *list, *heavy;
	char *text;

	take();
	text = print(true);
	root = json_tokener_parse(text);
	assert_non_null(root);
	list = member(member(root, "stages"), "sas");
	assert_int_equal(json_object_array_length(list), 2);
	assert_true(fabs(json_object_get_double(
				 member(json_object_array_get_idx(list, 1), "decrypt_ns")) -
			 2083) < 1);
	heavy = member(root, "heavy");
	assert_string_equal(json_object_get_string(member(heavy, "spi")), "0x00001000");
	list = member(heavy, "remedies");
	assert_int_equal(json_object_array_length(list), REMEDIES);
	assert_string_equal(
		json_object_get_string(member(json_object_array_get_idx(list, 0), "remedy")),
		"larger-packets");
	assert_true(json_object_get_boolean(member(json_object_array_get_idx(list, 0), "helps")));
	assert_true(json_object_array_length(member(heavy, "cannot_help")) == 3);
	json_object_put(root);
	free(text);
}

static void what_cannot_be_known(void **state)
{
	char *text;

	snprintf(counting.why, sizeof(counting.why), "we may not");
	take();
	assert_null(remedies.sa);
	text = print(false);
	says(text, "What a packet costs in each stage cannot be known, because we may not.");
	assert_null(strstr(text, "The bound"));
	free(text);
	gain_stages_free(&stages);
	*counting.why = 0;
	counting.stages.seconds = 0;
	counting.sas.count = 0;
	assert_int_equal(gain_stages_take(&counting, NULL, &stages), 0);
	gain_remedies_take(&stages, NAN, 4, &remedies);
	text = print(true);
	says(text, "\"stages\":{\"cannot\":\"there is no inbound SA in this network namespace\"},"
		   "\"heavy\":null");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_heaviest_is_found, begin, end),
		cmocka_unit_test_setup_teardown(in_words, begin, end),
		cmocka_unit_test_setup_teardown(in_json, begin, end),
		cmocka_unit_test_setup_teardown(what_cannot_be_known, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
