// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame parser, against the plain one of tests/unit/parse_ref.h: both must make the same flow
 * of any bytes, as a frame and as a raw IP packet.
 */
#include <string.h>

#include "../unit/frames.h"
#include "../unit/parse_ref.h"
#include "fuzz.h"

enum { FLOW_WORDS = 256 };

static void must_agree(const char *what, const struct flow *is, const struct flow *should)
{
	char a[FLOW_WORDS], b[FLOW_WORDS];

	if (flows_equal(is, should))
		return;
	fprintf(stderr, "%s: %s; the plain parser: %s\n", what, flow_print(is, a, sizeof(a)),
		flow_print(should, b, sizeof(b)));
	abort();
}

/* What the short cut takes is what the parser makes of it. */
static void must_be_taken_alike(const uint8_t *frame, size_t size, const struct flow *flow)
{
	static const struct sa_table_shape shape = {.bits = 10, .seed = 0x123456789abcdefull};
	struct quick q;

	if (!quick_parse(&q, &shape, frame, frame + size) || quick_is_right(&q, &shape, flow))
		return;
	fprintf(stderr, "the short cut takes a frame otherwise than the parser\n");
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct encap_ports ports;
	uint8_t *frame = fuzz_copy(data, size);
	struct flow is, should;

	frames_ports(&ports);
	memset(&is, 0xa5, sizeof(is));
	flow_parse(&is, frame, frame + size, &ports);
	ref_parse(&should, frame, size, &ports);
	must_agree("frame", &is, &should);
	must_be_taken_alike(frame, size, &is);

	memset(&is, 0xa5, sizeof(is));
	flow_parse_ip(&is, frame, frame + size, NULL);
	ref_parse_ip(&should, frame, size, NULL);
	must_agree("IP packet", &is, &should);
	free(frame);
	return 0;
}
