// SPDX-License-Identifier: GPL-2.0-only
/* core/parse.h: captures, hand-made frames, their prefixes, and mutated frames. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <cmocka.h>
#include <pcap/pcap.h>
#include "core/parse.h"
#include "frames.h"
#include "parse_ref.h"
#include "core/random.h"
#include "../captures/flows.h"

#define CAPTURE_ROWS (sizeof(capture_flows) / sizeof(capture_flows[0]))
#define MUTATED	     400000

static struct encap_ports *new_ports(void)
{
	struct encap_ports *ports = malloc(sizeof(*ports));

	assert_non_null(ports);
	frames_ports(ports);
	return ports;
}

static void check(const char *what, long n, const struct flow *is, const struct flow *should)
{
	char a[256], b[256];

	if (!flows_equal(is, should))
		fail_msg("%s, %ld:\n  is        %s\n  should be %s", what, n,
			 flow_print(is, a, sizeof(a)), flow_print(should, b, sizeof(b)));
}

/* Parses a copy that ends where its memory ends, so that ASan sees a read past the end. */
static void parse_exact(struct flow *f, const __u8 *bytes, size_t len,
			const struct encap_ports *ports)
{
	__u8 *copy = malloc(len);

	if (len)
		memcpy(copy, bytes, len);
	memset(f, 0xa5, sizeof(*f));
	flow_parse(f, copy, copy + len, ports);
	free(copy);
}

static void frames_give_their_flows(void **state)
{
	struct encap_ports *ports = new_ports();
	struct flow f;

	for (size_t i = 0; i < frames_count; i++) {
		assert_in_range(frames[i].len, 14, FRAME_MAX);
		parse_exact(&f, frames[i].bytes, frames[i].len, ports);
		check(frames[i].name, frames[i].len, &f, &frames[i].flow);
		ref_parse(&f, frames[i].bytes, frames[i].len, ports);
		check("reference", i, &f, &frames[i].flow);
	}
	free(ports);
}

/* A frame at any alignment gives the same flow (and UBSan sees a misaligned load). */
static void alignment_does_not_matter(void **state)
{
	struct encap_ports *ports = new_ports();
	_Alignas(8) __u8 buf[FRAME_MAX + 8];
	struct flow f;

	for (size_t i = 0; i < frames_count; i++) {
		for (size_t shift = 0; shift < 8; shift++) {
			memcpy(buf + shift, frames[i].bytes, frames[i].len);
			flow_parse(&f, buf + shift, buf + shift + frames[i].len, ports);
			check(frames[i].name, shift, &f, &frames[i].flow);
		}
	}
	free(ports);
}

static void prefixes_do_not_read_past_their_end(void **state)
{
	struct encap_ports *ports = new_ports();
	struct flow f, should;

	for (size_t i = 0; i < frames_count; i++) {
		for (size_t len = 0; len <= frames[i].len; len++) {
			parse_exact(&f, frames[i].bytes, len, ports);
			ref_parse(&should, frames[i].bytes, len, ports);
			check(frames[i].name, len, &f, &should);
		}
	}
	free(ports);
}

/* The shortest prefix that gives the whole flow holds the headers and no more. */
static void only_headers_are_needed(void **state)
{
	static const struct {
		const char *name;
		size_t needs;
	} cases[] = {
		{"esp4", 14 + 20 + 8},
		{"esp4 40 bytes of options", 14 + 60 + 8},
		{"ah4", 14 + 20 + 12},
		{"tcp4", 14 + 20},
		{"esp-udp4", 14 + 20 + 8 + 8},
		{"marker", 14 + 20 + 8 + 8},
		{"marker and nothing else", 14 + 20 + 8 + 4},
		{"keepalive padded", 14 + 20 + 8 + 1},
		{"ike", 14 + 20 + 8},
		{"esp4 second", 14 + 20},
		{"qinq esp4", 14 + 8 + 20 + 8},
		{"qinq pppoe esp6", 14 + 8 + 8 + 40 + 8},
		{"esp6", 14 + 40 + 8},
		{"mixed extensions esp6", 14 + 40 + 40 + 8},
		{"esp6 second", 14 + 40 + 8},
	};
	struct flow f;

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		const struct frame *frame = frames;
		size_t len;

		while (strcmp(frame->name, cases[c].name))
			assert_true(++frame < frames + frames_count);
		for (len = frame->len; len; len--) {
			parse_exact(&f, frame->bytes, len - 1, NULL);
			if (!flows_equal(&f, &frame->flow))
				break;
		}
		if (len != cases[c].needs)
			fail_msg("%s needs %zu bytes, not %zu", frame->name, len, cases[c].needs);
	}
}

static void raw_ip_is_parsed_alike(void **state)
{
	struct encap_ports *ports = new_ports();
	struct flow f, should;
	size_t tried = 0;

	for (size_t i = 0; i < frames_count; i++) {
		const __u8 *ip = frames[i].bytes + ETH_HLEN;
		__be16 type = load_be16(frames[i].bytes + 12);

		if (type != htons(ETH_P_IP) && type != htons(ETH_P_IPV6))
			continue;
		for (size_t len = 0; len <= frames[i].len - ETH_HLEN; len++) {
			__u8 *copy = malloc(len);

			if (len)
				memcpy(copy, ip, len);
			flow_parse_ip(&f, copy, copy + len, ports);
			ref_parse_ip(&should, ip, len, ports);
			check(frames[i].name, len, &f, &should);
			free(copy);
		}
		/* The version decides, not an EtherType. */
		if (frames[i].flow.family) {
			check(frames[i].name, -1, &f, &frames[i].flow);
			tried++;
		}
	}
	assert_true(tried > 100);
	free(ports);
}

static void without_ports_only_4500_carries_esp(void **state)
{
	const __u16 port[] = {0, 1, 64, 499, 4499, 4501, 12345, 65535};
	__u8 bytes[] = {0x45, 0, 0, 44, 0, 0, 0, 0, 64, 17, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2,
			0,    0, 0, 24, 0, 0, 9, 9, 9,	9,  0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
	struct flow f;

	for (size_t i = 0; i < sizeof(port) / sizeof(port[0]); i++) {
		bytes[22] = port[i] >> 8;
		bytes[23] = port[i] & 255;
		flow_parse_ip(&f, bytes, bytes + sizeof(bytes), NULL);
		assert_int_equal(f.dport, port[i]);
		assert_int_equal(f.kind, FLOW_OTHER);
	}
	bytes[22] = 4500 >> 8;
	bytes[23] = 4500 & 255;
	flow_parse_ip(&f, bytes, bytes + sizeof(bytes), NULL);
	assert_int_equal(f.kind, FLOW_ESP_UDP);
	assert_int_equal(f.spi, 0x09090909);
}

/* Every port, with only its own bit set and with every other bit set. */
static void each_port_has_its_own_bit(void **state)
{
	struct encap_ports *ports = calloc(1, sizeof(*ports));

	assert_non_null(ports);
	for (__u32 port = 0; port <= 65535; port++) {
		ports->bit[port / 64] = 1ULL << (port % 64);
		assert_true(encap_ports_has(ports, port));
		ports->bit[port / 64] = 0;
		assert_int_equal(encap_ports_has(ports, port), port == 4500);
	}
	memset(ports, 0xff, sizeof(*ports));
	for (__u32 port = 0; port <= 65535; port++) {
		ports->bit[port / 64] ^= 1ULL << (port % 64);
		assert_int_equal(encap_ports_has(ports, port), port == 4500);
		ports->bit[port / 64] = ~0ULL;
	}
	free(ports);
}

static void mutated_frames_agree_with_the_reference(void **state)
{
	struct encap_ports *ports = new_ports();
	unsigned int seen[FLOW_FRAGMENT + 1] = {0};
	struct flow f, should;

	for (uint64_t seed = 0; seed < MUTATED; seed++) {
		__u8 buf[FRAME_MAX];
		size_t len;
		const struct frame *frame = frames_mutated(seed, buf, &len);

		assert_in_range(len, 14, frame->len);
		parse_exact(&f, buf, len, ports);
		ref_parse(&should, buf, len, ports);
		check(frame->name, seed, &f, &should);
		seen[f.kind]++;
	}
	for (int kind = 0; kind <= FLOW_FRAGMENT; kind++)
		assert_true(seen[kind] > MUTATED / 1000);
	free(ports);
}

static void mutations_repeat_and_change_something(void **state)
{
	__u8 a[FRAME_MAX], b[FRAME_MAX];
	unsigned int changed = 0;

	for (uint64_t seed = 0; seed < 10000; seed++) {
		size_t la, lb;
		const struct frame *frame = frames_mutated(seed, a, &la);

		frames_mutated(seed, b, &lb);
		assert_int_equal(la, lb);
		assert_memory_equal(a, b, frame->len);
		changed += la != frame->len || memcmp(a, frame->bytes, frame->len);
	}
	assert_true(changed > 8000);
	assert_int_equal(frames_mutate(1, a, 0), 0);
	for (size_t len = 1; len < 14; len++)
		assert_in_range(frames_mutate(len, a, len), 1, len);
}

static void address(__be32 to[4], const char *text)
{
	assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, to), 1);
}

/* The flow that a row of the table stands for. */
static void flow_of_row(struct flow *f, const struct capture_flow *row)
{
	memset(f, 0, sizeof(*f));
	f->kind = row->kind;
	if (!row->src)
		return;
	f->family = strchr(row->src, ':') ? 6 : 4;
	f->protocol = row->protocol;
	f->part = row->part;
	f->bytes = row->bytes;
	f->spi = row->spi;
	f->seq = row->seq;
	f->id = htons(row->id);
	f->sport = row->sport;
	f->dport = row->dport;
	address(f->src, row->src);
	address(f->dst, row->dst);
}

static pcap_t *open_capture(const char *name)
{
	char path[512], error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap;

	snprintf(path, sizeof(path), "%s/%s", CAPTURES, name);
	pcap = pcap_open_offline(path, error);
	if (!pcap)
		fail_msg("%s", error);
	assert_int_equal(pcap_datalink(pcap), DLT_EN10MB);
	return pcap;
}

/* Checks the packets of one file against the rows from *row on, and every prefix of each. */
static void check_capture(const char *name, size_t *row)
{
	pcap_t *pcap = open_capture(name);
	struct pcap_pkthdr *header;
	struct flow f, should;
	const u_char *bytes;

	while (pcap_next_ex(pcap, &header, &bytes) == 1) {
		if (*row >= CAPTURE_ROWS)
			fail_msg("%s holds more packets than the table", name);
		flow_of_row(&should, &capture_flows[*row]);
		parse_exact(&f, bytes, header->caplen, NULL);
		check(name, *row, &f, &should);
		for (size_t len = 0; len < header->caplen; len++) {
			parse_exact(&f, bytes, len, NULL);
			ref_parse(&should, bytes, len, NULL);
			check(name, len, &f, &should);
		}
		++*row;
		if (*row < CAPTURE_ROWS && capture_flows[*row].file)
			break;
	}
	assert_int_equal(pcap_next_ex(pcap, &header, &bytes), PCAP_ERROR_BREAK);
	pcap_close(pcap);
}

static void captures_give_their_flows(void **state)
{
	DIR *dir = opendir(CAPTURES);
	unsigned int files = 0;
	struct dirent *entry;
	size_t row = 0;

	while (row < CAPTURE_ROWS) {
		assert_non_null(capture_flows[row].file);
		check_capture(capture_flows[row].file, &row);
		files++;
	}
	/* No capture without its rows. */
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		files -= !!strstr(entry->d_name, ".pcap");
	closedir(dir);
	assert_int_equal(files, 0);
}

static void kinds_have_their_names(void **state)
{
	static const char *const name[] = {"other", "esp",	 "ah",	    "esp-udp",
					   "ike",   "keepalive", "fragment"};

	for (int kind = FLOW_OTHER; kind <= FLOW_FRAGMENT; kind++)
		assert_string_equal(flow_kind_name(kind), name[kind]);
}

static void sa_protocol_is_that_of_the_sa(void **state)
{
	struct flow f = {.kind = FLOW_ESP_UDP, .protocol = IPPROTO_UDP};

	assert_int_equal(flow_sa_protocol(&f), IPPROTO_ESP);
	f.kind = FLOW_ESP;
	assert_int_equal(flow_sa_protocol(&f), IPPROTO_ESP);
	f.kind = FLOW_AH;
	assert_int_equal(flow_sa_protocol(&f), IPPROTO_AH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_give_their_flows),
		cmocka_unit_test(alignment_does_not_matter),
		cmocka_unit_test(prefixes_do_not_read_past_their_end),
		cmocka_unit_test(only_headers_are_needed),
		cmocka_unit_test(raw_ip_is_parsed_alike),
		cmocka_unit_test(without_ports_only_4500_carries_esp),
		cmocka_unit_test(each_port_has_its_own_bit),
		cmocka_unit_test(mutated_frames_agree_with_the_reference),
		cmocka_unit_test(mutations_repeat_and_change_something),
		cmocka_unit_test(captures_give_their_flows),
		cmocka_unit_test(kinds_have_their_names),
		cmocka_unit_test(sa_protocol_is_that_of_the_sa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
