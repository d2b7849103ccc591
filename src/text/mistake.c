// SPDX-License-Identifier: GPL-2.0-only
// The first mistake in what is read.
#include "text/mistake.h"

#include <stdarg.h>
#include <stdio.h>

bool mistake(struct first_mistake *first, int err, const char *format, ...)
{
	va_list args;

	if (first->err)
		return false;
	first->err = err;
	va_start(args, format);
	vsnprintf(first->why, first->size, format, args);
	va_end(args);
	return false;
}
