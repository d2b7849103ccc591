/* SPDX-License-Identifier: GPL-2.0-only */
/* What the printer (view/out.h) writes, as a text. */
#ifndef TESTS_UNIT_PRINTED_H
#define TESTS_UNIT_PRINTED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "view/out.h"

struct printed {
	FILE *file;
	char *text;
	size_t size;
	struct out *out; /* between these two: what is to be printed goes there */
};

static inline void printed_begin(struct printed *p, bool json)
{
	p->text = NULL;
	p->file = open_memstream(&p->text, &p->size);
	assert_non_null(p->file);
	p->out = out_new(p->file, json);
	assert_non_null(p->out);
}

/* The text, to be freed. */
static inline char *printed_end(struct printed *p)
{
	assert_int_equal(out_close(p->out), 0);
	fclose(p->file);
	return p->text;
}

#endif
