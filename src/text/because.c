// SPDX-License-Identifier: GPL-2.0-only
// The sentence that goes up with an error.
#include "text/because.h"

#include <stdarg.h>
#include <stdio.h>

int because(int err, char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return err;
}
