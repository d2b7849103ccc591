/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of what was recorded of a little-endian kernel. */
#ifndef UNIT_BYTE_ORDER_H
#define UNIT_BYTE_ORDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Skips the test on a machine that never gets such messages. */
static inline void skip_unless_little_endian(void)
{
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		skip();
}

#endif
