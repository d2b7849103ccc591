// SPDX-License-Identifier: GPL-2.0-only
// trace/capture.h: formats, link types, damage.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/random.h"
#include "trace/capture.h"
#include "capture_write.h"
#include "frames.h"
#include "../captures/flows.h"

enum { PACKETS_MAX = 4096, MUTATED = 10000 };

#define CAPTURE_ROWS (sizeof(capture_flows) / sizeof(capture_flows[0]))

/* What was read of a file. */
struct got {
	struct trace_packet packet[PACKETS_MAX];
	size_t packets;
	struct capture_end end;
};

static void keep(void *arg, const struct trace_packet *packet)
{
	struct got *got = arg;

	if (got->packets < PACKETS_MAX)
		got->packet[got->packets] = *packet;
	got->packets++;
}

static const struct trace_ops keep_ops = {.packet = keep};

static int read_path(struct got *got, const char *path, const char *filter)
{
	int err;

	got->packets = 0;
	memset(&got->end, 0xa5, sizeof(got->end));
	err = capture_read(path, filter, &keep_ops, got, &got->end);
	assert_int_equal(got->packets, got->end.packets);
	return err;
}

/* A file without a place, to be read by its path. */
static int new_file(char path[32])
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	assert_true(fd >= 0);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static int read_bytes(struct got *got, const void *bytes, size_t size, const char *filter)
{
	char path[32];
	int fd = new_file(path), err;

	assert_int_equal(write(fd, bytes, size), size);
	err = read_path(got, path, filter);
	close(fd);
	return err;
}

static void expect_address(const __be32 *is, const char *text)
{
	__be32 should[4] = {0};

	if (text)
		assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, should),
				 1);
	assert_memory_equal(is, should, sizeof(should));
}

static void expect_row(const struct flow *f, const struct capture_flow *row)
{
	assert_int_equal(f->kind, row->kind);
	assert_int_equal(f->protocol, row->protocol);
	assert_int_equal(f->bytes, row->bytes);
	assert_int_equal(f->spi, row->spi);
	assert_int_equal(f->seq, row->seq);
	assert_int_equal(f->sport, row->sport);
	assert_int_equal(f->dport, row->dport);
	assert_int_equal(f->part, row->part);
	expect_address(f->src, row->src);
	expect_address(f->dst, row->dst);
}

static void captures_give_their_flows(void **state)
{
	struct got *got = malloc(sizeof(*got));
	size_t row = 0;

	while (row < CAPTURE_ROWS) {
		char path[256];

		assert_non_null(capture_flows[row].file);
		snprintf(path, sizeof(path), "%s/%s", CAPTURES, capture_flows[row].file);
		assert_int_equal(read_path(got, path, NULL), 0);
		assert_false(got->end.damaged);
		assert_int_equal(got->end.outgoing, 0);
		for (size_t i = 0; i < got->packets; i++, row++) {
			assert_true(row < CAPTURE_ROWS);
			assert_true(!i == !!capture_flows[row].file);
			expect_row(&got->packet[i].flow, &capture_flows[row]);
		}
		assert_true(row == CAPTURE_ROWS || capture_flows[row].file);
	}
	free(got);
}

/* One way to write packets. */
struct form {
	const char *name;
	bool big, nano, pcapng;
	uint32_t linktype;
};

static const struct form forms[] = {
	{"microseconds", false, false, false, LINKTYPE_ETHERNET},
	{"microseconds, big endian", true, false, false, LINKTYPE_ETHERNET},
	{"nanoseconds", false, true, false, LINKTYPE_ETHERNET},
	{"nanoseconds, big endian", true, true, false, LINKTYPE_ETHERNET},
	{"pcapng", false, true, true, LINKTYPE_ETHERNET},
	{"pcapng, big endian", true, true, true, LINKTYPE_ETHERNET},
	{"cooked", false, false, false, LINKTYPE_LINUX_SLL},
	{"cooked 2", false, true, false, LINKTYPE_LINUX_SLL2},
	{"cooked 2, pcapng", false, true, true, LINKTYPE_LINUX_SLL2},
	{"raw", false, false, false, LINKTYPE_RAW},
	{"raw, pcapng", true, true, true, LINKTYPE_RAW},
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]), COOKED_UNICAST = 0, COOKED_OUTGOING = 4 };

/* A frame without its Ethernet header, behind the header of the form; returns its length. */
static size_t reframe(uint8_t *out, uint32_t linktype, const struct frame *frame, int packet_type)
{
	const uint8_t *type = frame->bytes + 12;
	size_t header = linktype == LINKTYPE_LINUX_SLL	  ? 16
			: linktype == LINKTYPE_LINUX_SLL2 ? 20
							  : 0;

	if (linktype == LINKTYPE_ETHERNET) {
		memcpy(out, frame->bytes, frame->len);
		return frame->len;
	}
	memset(out, 0x5a, header); /* what we do not read may be anything */
	if (linktype == LINKTYPE_LINUX_SLL) {
		out[0] = 0;
		out[1] = (uint8_t)packet_type;
		memcpy(out + 14, type, 2);
	} else if (linktype == LINKTYPE_LINUX_SLL2) {
		memcpy(out, type, 2);
		out[10] = (uint8_t)packet_type;
	}
	memcpy(out + header, frame->bytes + 14, frame->len - 14);
	return header + frame->len - 14;
}

static uint64_t time_of(size_t packet, bool nano)
{
	uint64_t ns = 1700000000123456789ULL + packet * 1000000007ULL;

	return nano ? ns : ns - ns % 1000;
}

/* Raw IP has no place for what is in front of it. */
static bool has_form(const struct form *form, const struct frame *frame)
{
	bool plain = (frame->bytes[12] == 0x08 && frame->bytes[13] == 0x00) ||
		     (frame->bytes[12] == 0x86 && frame->bytes[13] == 0xdd);

	return form->linktype != LINKTYPE_RAW || (plain && frame->flow.family);
}

static void write_some(struct capture_file *file, const struct form *form, int packet_type,
		       size_t count)
{
	uint8_t packet[FRAME_MAX + 32];

	*file = (struct capture_file){.big = form->big, .nano = form->nano};
	(form->pcapng ? pcapng_begin : pcap_begin)(file, form->linktype);
	for (size_t i = 0; i < count; i++) {
		if (has_form(form, &frames[i]))
			(form->pcapng ? pcapng_packet : pcap_packet)(
				file, time_of(i, form->nano), packet,
				reframe(packet, form->linktype, &frames[i], packet_type));
	}
}

static void write_frames(struct capture_file *file, const struct form *form, int packet_type)
{
	write_some(file, form, packet_type, frames_count);
}

/* The parser is called without ports of its own here. */
static bool plain_port(const struct frame *frame)
{
	return frame->flow.dport == 500 || frame->flow.dport == 4500 || !frame->flow.dport;
}

static void every_form_gives_the_same_flows(void **state)
{
	struct got *got = malloc(sizeof(*got));

	for (size_t form = 0; form < FORMS; form++) {
		struct capture_file file;
		size_t n = 0;

		write_frames(&file, &forms[form], COOKED_UNICAST);
		assert_int_equal(read_bytes(got, file.bytes, file.size, NULL), 0);
		assert_false(got->end.damaged);
		for (size_t i = 0; i < frames_count; i++) {
			if (!has_form(&forms[form], &frames[i]))
				continue;
			if (plain_port(&frames[i]) &&
			    !flows_equal(&got->packet[n].flow, &frames[i].flow))
				fail_msg("%s: %s", forms[form].name, frames[i].name);
			assert_int_equal(got->packet[n].ns, time_of(i, forms[form].nano));
			n++;
		}
		assert_int_equal(got->packets, n);
		assert_true(n > 20);
		free(file.bytes);
	}
	free(got);
}

static void what_the_host_sent_is_left_out(void **state)
{
	struct got *got = malloc(sizeof(*got));

	for (size_t form = 0; form < FORMS; form++) {
		bool cooked = forms[form].linktype == LINKTYPE_LINUX_SLL ||
			      forms[form].linktype == LINKTYPE_LINUX_SLL2;
		struct capture_file file;

		write_frames(&file, &forms[form], COOKED_OUTGOING);
		assert_int_equal(read_bytes(got, file.bytes, file.size, NULL), 0);
		assert_int_equal(got->end.outgoing, cooked ? frames_count : 0);
		assert_int_equal(!got->packets, cooked);
		free(file.bytes);
	}
	free(got);
}

static uint32_t load32(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]
		   : (uint32_t)p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0];
}

/* How many packets of a pcap are whole when it is cut, and where the last of them ends. */
static size_t whole_packets(const uint8_t *bytes, size_t cut, size_t *end)
{
	bool big = bytes[0] == 0xa1;
	size_t n = 0, at = 24;

	for (*end = at; at + 16 <= cut; n++) {
		at += 16 + load32(bytes + at + 8, big);
		if (at > cut)
			break;
		*end = at;
	}
	return n;
}

/* The same of a pcapng from pcapng_begin() and pcapng_packet(). */
static size_t whole_blocks(const uint8_t *bytes, size_t cut, size_t *end)
{
	bool big = bytes[8] == 0x1a;
	size_t n = 0, at = 60;

	for (*end = at; at + 8 <= cut; n++) {
		at += load32(bytes + at + 4, big);
		if (at > cut)
			break;
		*end = at;
	}
	return n;
}

/* Cuts a capture shorter, byte by byte: what is whole counts, and the rest is said. */
static void cut_everywhere(struct got *got, const uint8_t *bytes, size_t size, size_t header,
			   size_t (*whole)(const uint8_t *, size_t, size_t *))
{
	char path[32];
	int fd = new_file(path);

	assert_int_equal(write(fd, bytes, size), size);
	for (size_t cut = size; cut-- > 0;) {
		size_t end;

		assert_int_equal(ftruncate(fd, (off_t)cut), 0);
		if (cut < header) {
			assert_int_equal(read_path(got, path, NULL), -EBADMSG);
			assert_int_equal(got->packets, 0);
			assert_true(got->end.why[0]);
			continue;
		}
		assert_int_equal(read_path(got, path, NULL), 0);
		assert_int_equal(got->packets, whole(bytes, cut, &end));
		assert_int_equal(got->end.damaged, cut != end);
		assert_int_equal(!!got->end.why[0], cut != end);
		if (cut != end) {
			char where[64];

			snprintf(where, sizeof(where), "after packet %zu, before byte %zu",
				 got->packets, cut);
			assert_string_equal(got->end.where, where);
		}
	}
	close(fd);
}

static void every_capture_cut_at_every_byte(void **state)
{
	static uint8_t bytes[1 << 20];
	struct got *got = malloc(sizeof(*got));
	DIR *dir = opendir(CAPTURES);
	struct dirent *entry;
	int files = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[512];
		FILE *file;
		size_t size, end;

		if (!strstr(entry->d_name, ".pcap"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", CAPTURES, entry->d_name);
		file = fopen(path, "re");
		assert_non_null(file);
		size = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		assert_int_equal(read_path(got, path, NULL), 0);
		assert_int_equal(got->packets, whole_packets(bytes, size, &end));
		cut_everywhere(got, bytes, size, 24, whole_packets);
		files++;
	}
	assert_true(files >= 9);
	closedir(dir);
	free(got);
}

static void every_form_cut_at_every_byte(void **state)
{
	struct got *got = malloc(sizeof(*got));

	for (size_t form = 0; form < FORMS; form++) {
		struct capture_file file;

		write_some(&file, &forms[form], COOKED_UNICAST, 12);
		if (forms[form].pcapng)
			cut_everywhere(got, file.bytes, file.size, 60, whole_blocks);
		else
			cut_everywhere(got, file.bytes, file.size, 24, whole_packets);
		free(file.bytes);
	}
	free(got);
}

/* Nothing is asked of what comes out, but that it comes out and no sanitizer complains. */
static void changed_bytes_do_no_harm(void **state)
{
	struct got *got = malloc(sizeof(*got));
	uint64_t random = 7;

	for (int i = 0; i < MUTATED; i++) {
		const struct form *form = &forms[i % FORMS];
		struct capture_file file;
		int ret;

		write_frames(&file, form, COOKED_UNICAST);
		for (int change = 0; change < 4; change++) {
			size_t at = random_below(&random, change ? (uint32_t)file.size : 64);

			file.bytes[at] = (uint8_t)random_next(&random);
		}
		ret = read_bytes(got, file.bytes, file.size, NULL);
		assert_true(!ret || ret == -EBADMSG || ret == -EPROTONOSUPPORT);
		assert_true(got->packets + got->end.outgoing <= file.size / 16);
		free(file.bytes);
	}
	free(got);
}

static void other_link_types_are_refused(void **state)
{
	struct capture_file file = {0};
	struct got *got = malloc(sizeof(*got));

	pcap_begin(&file, LINKTYPE_IEEE802_11);
	pcap_packet(&file, 0, "abcd", 4);
	assert_int_equal(read_bytes(got, file.bytes, file.size, NULL), -EPROTONOSUPPORT);
	assert_int_equal(got->packets, 0);
	assert_non_null(strstr(got->end.why, "IEEE802_11"));
	free(file.bytes);
	free(got);
}

static void filters_choose_packets(void **state)
{
	struct got *got = malloc(sizeof(*got));
	char path[256];

	snprintf(path, sizeof(path), "%s/isakmp4500.pcap", CAPTURES);
	assert_int_equal(read_path(got, path, "udp port 500"), 0);
	assert_true(got->packets > 0 && got->packets < 35);
	for (size_t i = 0; i < got->packets; i++)
		assert_true(got->packet[i].flow.sport == 500 || got->packet[i].flow.dport == 500);
	assert_int_equal(read_path(got, path, "dst host"), -EINVAL);
	assert_non_null(strstr(got->end.why, "filter"));
	assert_int_equal(got->packets, 0);
	free(got);
}

static void what_cannot_be_opened_says_why(void **state)
{
	struct got *got = malloc(sizeof(*got));

	assert_int_equal(read_path(got, "/nowhere/at.all", NULL), -ENOENT);
	assert_string_equal(got->end.why, "No such file or directory");
	assert_int_equal(read_path(got, "/proc/self", NULL), -EBADMSG);
	assert_non_null(strstr(got->end.why, "directory"));
	assert_int_equal(read_bytes(got, "not a capture, but long enough", 30, NULL), -EBADMSG);
	assert_int_equal(read_bytes(got, "", 0, NULL), -EBADMSG);
	free(got);
}

static void the_standard_input_is_a_dash(void **state)
{
	struct got *got = malloc(sizeof(*got));
	struct capture_file file;
	int ends[2];

	write_frames(&file, &forms[0], COOKED_UNICAST);
	assert_int_equal(pipe(ends), 0);
	assert_true(file.size < 65536); /* fits a pipe */
	assert_int_equal(write(ends[1], file.bytes, file.size - 1), file.size - 1);
	close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(read_path(got, "-", NULL), 0);
	assert_int_equal(got->packets, frames_count - 1);
	assert_true(got->end.damaged);
	assert_null(strstr(got->end.where, "byte")); /* a pipe has no place */
	free(file.bytes);
	free(got);
}

struct pauses {
	struct got got;
	int calls;
	__u64 done, all;
};

static int pause_once(void *arg, __u64 done, __u64 all)
{
	struct pauses *p = arg;

	assert_true(done > p->done && done <= all);
	p->done = done;
	p->all = all;
	return ++p->calls == 2 ? 7 : 0;
}

static void reading_pauses_and_stops(void **state)
{
	static const struct trace_ops ops = {.packet = keep, .pause = pause_once};
	struct pauses *p = calloc(1, sizeof(*p));
	struct capture_file file = {0};
	char path[32];
	int fd = new_file(path);

	pcap_begin(&file, LINKTYPE_RAW);
	file.bytes = realloc(file.bytes, 24 + 3 * TRACE_PAUSE * 20); /* once, not in each step */
	for (int i = 0; i < 3 * TRACE_PAUSE; i++) {
		memset(file.bytes + file.size, 0, 20);
		file.bytes[file.size + 8] = file.bytes[file.size + 12] = 4;
		file.size += 20;
	}
	assert_int_equal(write(fd, file.bytes, file.size), file.size);
	assert_int_equal(capture_read(path, NULL, &ops, p, &p->got.end), 7);
	assert_int_equal(p->calls, 2);
	assert_int_equal(p->got.packets, 2 * TRACE_PAUSE);
	assert_int_equal(p->all, file.size);
	close(fd);
	free(file.bytes);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_give_their_flows),
		cmocka_unit_test(every_form_gives_the_same_flows),
		cmocka_unit_test(what_the_host_sent_is_left_out),
		cmocka_unit_test(every_capture_cut_at_every_byte),
		cmocka_unit_test(every_form_cut_at_every_byte),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(other_link_types_are_refused),
		cmocka_unit_test(filters_choose_packets),
		cmocka_unit_test(what_cannot_be_opened_says_why),
		cmocka_unit_test(the_standard_input_is_a_dash),
		cmocka_unit_test(reading_pauses_and_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
