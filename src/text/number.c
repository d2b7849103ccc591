// SPDX-License-Identifier: GPL-2.0-only
// Numbers as people write them.
#include "text/number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

bool number_signed(const char *text, int64_t least, int64_t most, int64_t *out)
{
	char *end;
	long long value;

	if (!isdigit((unsigned char)text[text[0] == '-']))
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end || value < least || value > most)
		return false;
	*out = value;
	return true;
}

/* The digits at the beginning; NULL: there are none, or too many. Else what follows them. */
static const char *take_digits(const char *text, bool hex, uint64_t *out)
{
	char *end;

	if (hex ? !isxdigit((unsigned char)*text) : !isdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	*out = strtoull(text, &end, hex ? 16 : 10);
	return errno ? NULL : end;
}

static const char *take_any(const char *text, uint64_t *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	return take_digits(hex ? text + 2 : text, hex, out);
}

/* @rest: what follows the digits. */
static bool within(const char *rest, uint64_t value, uint64_t least, uint64_t most, uint64_t *out)
{
	if (!rest || *rest || value < least || value > most)
		return false;
	*out = value;
	return true;
}

bool number_unsigned(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	uint64_t value = 0;
	const char *rest = take_digits(text, false, &value);

	return within(rest, value, least, most, out);
}

bool number_any(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	uint64_t value = 0;
	const char *rest = take_any(text, &value);

	return within(rest, value, least, most, out);
}

bool number_large(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	uint64_t value = 0, unit = 1;
	const char *rest = take_any(text, &value);

	if (rest && (*rest == 'k' || *rest == 'm'))
		unit = *rest++ == 'k' ? 1000 : 1000000;
	if (__builtin_mul_overflow(value, unit, &value))
		return false;
	return within(rest, value, least, most, out);
}

bool number_real(const char *text, double least, double most, double *out)
{
	double value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	value = strtod(text, &end);
	if (*end || !isfinite(value) || value < least || value > most)
		return false;
	*out = value;
	return true;
}
