// SPDX-License-Identifier: GPL-2.0-only
/* cli/ and cmd/: options by table, wrong usage of every verb, and that all that is told of options agrees.
 */
#include <arpa/inet.h>
#include <sched.h>
#include <ctype.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "cli/describe.h"
#include "daemon/run.h"
#include "cmd/verbs.h"
#include "text/near.h"

struct made_up {
	bool flag, given;
	int number, choice;
	const char *string, *cpus;
	struct option_address address;
	uint64_t large, ns;
	int calls;
};

static const struct made_up defaults = {.number = 5, .choice = -1, .large = 7};

static const char *const choices[] = {"one", "two", NULL};

static bool take_x(void *into, const char *text)
{
	struct made_up *o = into;

	o->calls += strcmp(text, "x") == 0;
	return strcmp(text, "x") == 0;
}

#define MEMBER(member) .offset = offsetof(struct made_up, member)

static const struct option_row rows[] = {
	{.name = "flag", .type = OPTION_FLAG, MEMBER(flag), .help = "a flag"},
	{.name = "number",
	 .argument = "N",
	 .type = OPTION_NUMBER,
	 MEMBER(number),
	 .given = offsetof(struct made_up, given),
	 .least = -3,
	 .most = 9,
	 .help = "a number"},
	{.name = "choice",
	 .argument = "one|two",
	 .type = OPTION_CHOICE,
	 MEMBER(choice),
	 .choices = choices,
	 .help = "a choice"},
	{.name = "string",
	 .argument = "S",
	 .type = OPTION_STRING,
	 MEMBER(string),
	 .help = "a string"},
	{.name = "cpus", .argument = "LIST", .type = OPTION_CPUS, MEMBER(cpus), .help = "CPUs"},
	{.name = "maybe",
	 .argument = "LIST",
	 .type = OPTION_CPUS,
	 .choices = choices,
	 MEMBER(cpus),
	 .help = "CPUs, or a word"},
	{.name = "address",
	 .argument = "A",
	 .type = OPTION_ADDRESS,
	 MEMBER(address),
	 .help = "an address"},
	{.name = "large",
	 .argument = "N",
	 .type = OPTION_LARGE,
	 MEMBER(large),
	 .least = 2,
	 .most = INT64_MAX,
	 .help = "a large number"},
	{.name = "seconds",
	 .argument = "S",
	 .type = OPTION_SECONDS,
	 MEMBER(ns),
	 .help = "a time"},
	{.name = "x", .argument = "X", .type = OPTION_CALL, .call = take_x, .help = "an x"},
	{0},
};

/* Parses a command line of words parted by blanks; "''" is an empty word. */
static enum parsed parse(const char *line, struct made_up *into, char *operands, char *why)
{
	static char copy[256];
	char *argv[16];
	int argc = 0, first = 0;
	uint64_t given = 0;
	enum parsed parsed;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
	argv[argc] = NULL;
	*into = defaults;
	*why = 0;
	*operands = 0;
	parsed = options_parse(rows, argc, argv, into, &given, &first, why, 256);
	for (int i = first; parsed == PARSED_OK && i < argc; i++) {
		strcat(operands, argv[i]);
		strcat(operands, ";");
	}
	return parsed;
}

static void right(void **state)
{
	char operands[256], why[256];
	struct made_up o;

	assert_int_equal(parse("verb", &o, operands, why), PARSED_OK);
	assert_memory_equal(&o, &defaults, sizeof(o));
	assert_string_equal(operands, "");
	assert_int_equal(parse("verb a --flag b --number -3 --choice two c", &o, operands, why),
			 PARSED_OK);
	assert_true(o.flag);
	assert_true(o.given);
	assert_int_equal(o.number, -3);
	assert_int_equal(o.choice, 1);
	assert_string_equal(operands, "a;b;c;");
	assert_int_equal(
		parse("verb --number=9 --string=-x --cpus 0-3,8 -- --flag", &o, operands, why),
		PARSED_OK);
	assert_int_equal(o.number, 9);
	assert_string_equal(o.string, "-x");
	assert_string_equal(o.cpus, "0-3,8");
	assert_false(o.flag);
	assert_string_equal(operands, "--flag;");
	assert_int_equal(parse("verb --maybe two", &o, operands, why), PARSED_OK);
	assert_string_equal(o.cpus, "two");
	assert_int_equal(parse("verb --maybe 1-2", &o, operands, why), PARSED_OK);
	assert_string_equal(o.cpus, "1-2");
	/* The last one counts. */
	assert_int_equal(parse("verb --number 1 --number 2", &o, operands, why), PARSED_OK);
	assert_int_equal(o.number, 2);
	assert_int_equal(parse("verb --address 10.0.0.1", &o, operands, why), PARSED_OK);
	assert_int_equal(o.address.family, AF_INET);
	assert_memory_equal(o.address.bytes, "\x0a\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(parse("verb --address ::1", &o, operands, why), PARSED_OK);
	assert_int_equal(o.address.family, AF_INET6);
	assert_int_equal(o.address.bytes[15], 1);
	assert_int_equal(parse("verb --large 0x10k --seconds 1.5 --x x --x x", &o, operands, why),
			 PARSED_OK);
	assert_int_equal(o.large, 16000);
	assert_int_equal(o.ns, 1500000000);
	assert_int_equal(o.calls, 2);
	assert_int_equal(parse("verb --number 99 --help", &o, operands, why), PARSED_WRONG);
	assert_int_equal(parse("verb --help --number 99", &o, operands, why), PARSED_HELP);
	assert_int_equal(parse("verb x -h", &o, operands, why), PARSED_HELP);
}

static void wrong(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{"verb --nonsense", "unknown option --nonsense"},
		{"verb --nonsense=3", "unknown option --nonsense"},
		{"verb --numbre 3", "unknown option --numbre (did you mean --number?)"},
		{"verb --c 3", "unknown option --c (did you mean --choice?)"},
		{"verb -x", "unknown option -x"},
		{"verb -xh", "unknown option -x"},
		{"verb --number", "--number needs an argument"},
		{"verb --flag=1", "--flag takes no argument"},
		{"verb --help=1", "--help takes no argument"},
		{"verb --number 10", "--number 10: not a number from -3 to 9"},
		{"verb --number -4", "--number -4: not a number from -3 to 9"},
		{"verb --number 4294967296", "--number 4294967296: not a number from -3 to 9"},
		{"verb --number 99999999999999999999",
		 "--number 99999999999999999999: not a number from -3 to 9"},
		{"verb --number ''", "--number : not a number from -3 to 9"},
		{"verb --number 3x", "--number 3x: not a number from -3 to 9"},
		{"verb --number +3", "--number +3: not a number from -3 to 9"},
		{"verb --number 0x3", "--number 0x3: not a number from -3 to 9"},
		{"verb --number --flag", "--number --flag: not a number from -3 to 9"},
		{"verb --choice three", "--choice three: not one or two"},
		{"verb --choice ''", "--choice : not one or two"},
		{"verb --choice on", "--choice on: not one or two"},
		{"verb --string ''", "--string: empty"},
		{"verb --maybe three", "--maybe three: not one or two or a list of CPUs such as 0-3,8"},
		{"verb --cpus one", "--cpus one: not a list of CPUs such as 0-3,8"},
		{"verb --cpus ''", "--cpus : not a list of CPUs such as 0-3,8"},
		{"verb --cpus 3-1", "--cpus 3-1: not a list of CPUs such as 0-3,8"},
		{"verb --cpus 1,", "--cpus 1,: not a list of CPUs such as 0-3,8"},
		{"verb --cpus a", "--cpus a: not a list of CPUs such as 0-3,8"},
		{"verb --cpus -1", "--cpus -1: not a list of CPUs such as 0-3,8"},
		{"verb --cpus 99999", "--cpus 99999: not a list of CPUs such as 0-3,8"},
		{"verb --address 10.0.0", "--address 10.0.0: not an IPv4 or IPv6 address"},
		{"verb --large 1", "--large 1: not a number from 2 to 9223372036854775807"},
		{"verb --large -2", "--large -2: not a number from 2 to 9223372036854775807"},
		{"verb --large 9223372036854775808",
		 "--large 9223372036854775808: not a number from 2 to 9223372036854775807"},
		{"verb --seconds 0", "--seconds 0: not a number of seconds"},
		{"verb --seconds 1s", "--seconds 1s: not a number of seconds"},
		{"verb --x y", "--x y: not X"},
		{"verb --address eth0", "--address eth0: not an IPv4 or IPv6 address"},
	};
	char operands[256], why[256];
	struct made_up o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(parse(cases[i].line, &o, operands, why), PARSED_WRONG);
		assert_string_equal(why, cases[i].why);
	}
}

static const char *nearest(const char *typed)
{
	static const char *const names[] = {"show", "run", "move", "stop"};
	struct near near = {.typed = typed};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		near_try(&near, names[i]);
	return near.best;
}

static void near_names(void **state)
{
	assert_string_equal(nearest("shwo"), "show");
	assert_string_equal(nearest("sow"), "show");
	assert_string_equal(nearest("stopp"), "stop");
	assert_string_equal(nearest("rum"), "run");
	assert_string_equal(nearest("mo"), "move");
	assert_string_equal(nearest("moev"), "move");
	assert_null(nearest("restart"));
	assert_null(nearest("foo"));
	assert_null(nearest("xyz"));
	assert_null(nearest(""));
	assert_null(nearest("show-but-with-a-name-that-is-far-too-long"));
}

/* What dispatch() does with a command line, and what it prints on the given descriptor. */
static enum status call(int printed, char *text, size_t size, int argc, char **argv)
{
	FILE *file = tmpfile();
	int kept = dup(printed);
	enum status status;

	assert_non_null(file);
	fflush(NULL);
	dup2(fileno(file), printed);
	status = dispatch(argc, argv);
	fflush(NULL);
	dup2(kept, printed);
	close(kept);
	rewind(file);
	text[fread(text, 1, size - 1, file)] = 0;
	fclose(file);
	return status;
}

static void wrong_usage(void **state)
{
	static const struct {
		const char *words[8];
		const char *says;
	} cases[] = {
		{{"shwo"},
		 "espalier: shwo: neither a verb nor an interface; did you mean espalier "
		 "show?\n"},
		{{"help", "nonsense"}, "espalier: nonsense: no verb; see espalier --help\n"},
		{{"\033[31m"},
		 "espalier: ?[31m: neither a verb nor an interface; see espalier --help\n"},
		{{"run"}, "espalier: run: needs IF... or --config FILE; see espalier run --help\n"},
		{{"run", "lo", "--ring", "0"},
		 "espalier: run: --ring 0: not a number from 1 to 16384; see espalier run "
		 "--help\n"},
		{{"run", "lo", "--ring", "99999"},
		 "espalier: run: --ring 99999: not a number from 1 to 16384; see espalier run "
		 "--help\n"},
		{{"run", "--nice", "99", "lo"},
		 "espalier: run: --nice 99: not a number from -20 to 19; see espalier run "
		 "--help\n"},
		{{"run", "--cpus", "1-", "lo"},
		 "espalier: run: --cpus 1-: not a list of CPUs such as 0-3,8; see espalier run "
		 "--help\n"},
		{{"--nonsense"},
		 "espalier: show: unknown option --nonsense; see espalier show --help\n"},
		{{"show", "a", "b"},
		 "espalier: show: b is one too many; see espalier show --help\n"},
		{{"stop", "a", "b"},
		 "espalier: stop: b is one too many; see espalier stop --help\n"},
		{{"move"}, "espalier: move: needs SPI CPU|auto; see espalier move --help\n"},
		{{"move", "1"}, "espalier: move: needs SPI CPU|auto; see espalier move --help\n"},
		{{"move", "1", "2", "3"},
		 "espalier: move: 3 is one too many; see espalier move --help\n"},
		{{"move", "-1", "2"},
		 "espalier: move: unknown option -1; see espalier move --help\n"},
		{{"move", "1", "2", "--dst", "x"},
		 "espalier: move: --dst x: not an IPv4 or IPv6 address; see espalier move "
		 "--help\n"},
		{{"move", "1", "2", "--protocol", "udp"},
		 "espalier: move: --protocol udp: not esp or ah; see espalier move --help\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char words[8][64], *argv[10] = {words[7]}, text[512];
		int argc = 1;

		snprintf(words[7], sizeof(words[7]), "espalier");
		for (; cases[i].words[argc - 1]; argc++) {
			snprintf(words[argc - 1], sizeof(words[0]), "%s", cases[i].words[argc - 1]);
			argv[argc] = words[argc - 1];
		}
		assert_int_equal(call(STDERR_FILENO, text, sizeof(text), argc, argv), STATUS_USAGE);
		assert_string_equal(text, cases[i].says);
	}
}

/* Operands are looked at by the verb itself, before it does anything. */
static void wrong_operands(void **state)
{
	static const struct {
		const struct verb *verb;
		const char *operands[3];
	} cases[] = {
		{&verb_move, {"0x", "1"}},
		{&verb_move, {"0", "1"}},
		{&verb_move, {"-1", "1"}},
		{&verb_move, {"4294967296", "1"}},
		{&verb_move, {"1", "-1"}},
		{&verb_move, {"1", "x"}},
		{&verb_move, {"1", "1024"}},
		{&verb_move, {"1", ""}},
		{&verb_show, {"a/b"}},
		{&verb_show, {""}},
		{&verb_show, {"a b"}},
		{&verb_stop, {"sixteen-letters-"}},
		{&verb_stop, {".."}},
		{&verb_run, {"lo", "lo"}},
		{&verb_run, {"lo", "eth0", "lo"}},
		{&verb_run, {"a:b"}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char words[3][32], *operands[3];
		int n = 0;

		for (; n < 3 && cases[i].operands[n]; n++) {
			snprintf(words[n], sizeof(words[n]), "%s", cases[i].operands[n]);
			operands[n] = words[n];
		}
		assert_int_equal(cases[i].verb->function(cases[i].verb->defaults, n, operands),
				 STATUS_USAGE);
	}
}

/* The options of `run` arrive in the members that the daemon reads. */
static void run_members(void **state)
{
	char line[] =
		"run a --cpus 1-3 --stray-cpus 2 --ike-cpu 4 --ring 5 --nice 6 --max-sas 7 "
		"--stray-limit 8 --resync 9 --sas f --learn --keep --reorder --dry-run --json";
	char *argv[32], why[256];
	int argc = 0, first;
	uint64_t given = 0;
	struct run_options o = *(const struct run_options *)verb_run.defaults;

	assert_int_equal(o.ike_cpu, -1);
	assert_int_equal(o.ring, 512);
	assert_int_equal(o.nice, -10);
	assert_int_equal(o.max_sas, 65536);
	assert_int_equal(o.stray_limit, 0);
	assert_int_equal(o.resync, 10);
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	assert_int_equal(
		options_parse(verb_run.options, argc, argv, &o, &given, &first, why, sizeof(why)),
		PARSED_OK);
	assert_int_equal(first, argc - 1);
	assert_string_equal(o.cpus, "1-3");
	assert_string_equal(o.stray_cpus, "2");
	assert_int_equal(o.ike_cpu, 4);
	assert_int_equal(o.ring, 5);
	assert_int_equal(o.nice, 6);
	assert_int_equal(o.max_sas, 7);
	assert_int_equal(o.stray_limit, 8);
	assert_int_equal(o.resync, 9);
	assert_string_equal(o.sas, "f");
	assert_true(o.ring_given && o.max_sas_given && o.learn && o.keep && o.reorder &&
		    o.dry_run && o.json);
}

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* Fills a line of a template in. */
static char *filled(const struct verb *verb, const char *mark)
{
	char line[64], *text = NULL;
	size_t size;
	FILE *in, *out;

	snprintf(line, sizeof(line), "before\n%s\nafter\n", mark);
	in = fmemopen(line, strlen(line), "r");
	out = open_memstream(&text, &size);
	assert_non_null(in);
	assert_non_null(out);
	assert_int_equal(describe(verbs(), verb, in, out), 1);
	fclose(in);
	fclose(out);
	assert_memory_equal(text, "before\n", 7);
	assert_string_equal(text + strlen(text) - 7, "\nafter\n");
	return text;
}

/* The part of a completion that is about one verb. */
static char *arm(const char *mark, const struct verb *verb)
{
	char *all = filled(NULL, mark), start[64], *from, *to;

	snprintf(start, sizeof(start), "\t%s)\n", verb->name);
	from = strstr(all, start);
	assert_non_null(from);
	to = strstr(from, "\t\t;;\n");
	assert_non_null(to);
	*to = 0;
	from = strdup(from);
	free(all);
	return from;
}

static char *help_of(const struct verb *verb)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	verb_help(verb, file);
	fclose(file);
	return text;
}

static void options_agree(const struct verb *verb)
{
	char *help = help_of(verb), *man = filled(verb, "@OPTIONS@");
	char *bash = arm("@BASH@", verb), *zsh = arm("@ZSH@", verb);

	contains(help, verb->operands);
	for (const struct option_row *row = verb->options; row->name; row++) {
		char word[64];

		snprintf(word, sizeof(word), "\n  --%s ", row->name);
		contains(help, word);
		snprintf(word, sizeof(word), "*--%s*%s", row->name, row->argument ? " _" : "\n\t");
		contains(man, word);
		snprintf(word, sizeof(word), "--%s ", row->name);
		contains(bash, word);
		snprintf(word, sizeof(word), "'--%s%s[", row->name, row->argument ? "=" : "");
		contains(zsh, word);
		if (row->argument) {
			snprintf(word, sizeof(word), "--%s) kind=", row->name);
			contains(bash, word);
		}
	}
	free(help);
	free(man);
	free(bash);
	free(zsh);
}

/* What the makers of help and pages rely on. */
static void table_is_sound(const struct verb *verb)
{
	size_t n = 0;

	assert_true(verb->least <= verb->most && verb->size > 0);
	assert_non_null(verb->function);
	for (const struct option_row *row = verb->options; row->name; row++, n++) {
		size_t length = strlen(row->help);

		assert_true(length > 0 && row->help[length - 1] != '.');
		assert_null(strpbrk(row->help, "\n\t\""));
		assert_true((row->type == OPTION_FLAG) == !row->argument);
		assert_true(row->type == OPTION_CPUS ||
			    (row->type == OPTION_CHOICE) == !!row->choices);
		assert_true(row->offset < verb->size && row->given < verb->size);
		if (row->type == OPTION_NUMBER)
			assert_true(row->least < row->most);
		for (const struct option_row *other = verb->options; other != row; other++)
			assert_string_not_equal(row->name, other->name);
	}
	assert_in_range(n, 1, 31);
}

static void agreement(void **state)
{
	char *list = filled(NULL, "@VERBS@"), *bash = filled(NULL, "@BASH-VERBS@");
	char *zsh = filled(NULL, "@ZSH-VERBS@");

	for (const struct verb *const *verb = verbs(); *verb; verb++) {
		bool json = false;
		char *synopsis = filled(*verb, "@SYNOPSIS@");

		contains(list, (*verb)->brief);
		contains(bash, (*verb)->name);
		contains(zsh, (*verb)->name);
		contains(synopsis, (*verb)->operands);
		free(synopsis);
		table_is_sound(*verb);
		options_agree(*verb);
		for (const struct option_row *row = (*verb)->options; row->name; row++)
			json = json || strcmp(row->name, "json") == 0;
		assert_true(json);
	}
	free(list);
	free(bash);
	free(zsh);
}

static void range_in_help(void **state)
{
	char text[256];

	options_text(&rows[1], &defaults, text, sizeof(text));
	assert_string_equal(text, "a number (-3 to 9, default 5)");
	options_text(&rows[0], &defaults, text, sizeof(text));
	assert_string_equal(text, "a flag");
}

/* Briefs may be broken over lines. */
static void join_lines(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (!isspace((unsigned char)*from) || (to > text && to[-1] != ' '))
			*to++ = isspace((unsigned char)*from) ? ' ' : *from;
	*to = 0;
}

static void helps(void **state)
{
	char espalier[] = "espalier", help[] = "--help", show[] = "show", text[4096];
	char *argv[] = {espalier, help, NULL}, *of_verb[] = {espalier, show, help, NULL};

	assert_int_equal(call(STDOUT_FILENO, text, sizeof(text), 2, argv), STATUS_DONE);
	join_lines(text);
	for (const struct verb *const *verb = verbs(); *verb; verb++)
		contains(text, (*verb)->brief);
	assert_int_equal(call(STDOUT_FILENO, text, sizeof(text), 3, of_verb), STATUS_DONE);
	contains(text, "Usage: espalier show");
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
}

/* A page of a verb that is made without naming the verb. */
static void mark_needs_verb(void **state)
{
	char line[] = "@OPTIONS@\n";
	FILE *in = fmemopen(line, strlen(line), "r"), *out = fopen("/dev/null", "w");

	assert_non_null(in);
	assert_non_null(out);
	assert_true(describe(verbs(), NULL, in, out) < 0);
	fclose(in);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right),	  cmocka_unit_test(wrong),
		cmocka_unit_test(near_names),	  cmocka_unit_test(wrong_usage),
		cmocka_unit_test(wrong_operands), cmocka_unit_test(run_members),
		cmocka_unit_test(agreement),	  cmocka_unit_test(range_in_help),
		cmocka_unit_test(helps),	  cmocka_unit_test(mark_needs_verb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
