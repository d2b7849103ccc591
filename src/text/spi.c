// SPDX-License-Identifier: GPL-2.0-only
// SPIs as operators write them.
#include "text/spi.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define INBOUND	 "_i"
#define OUTBOUND "_o"

/* The digits of an SPI without what is around them. */
struct digits {
	const char *first;
	size_t length;
	const char *tail;
	int base;
};

static bool find_digits(const char *text, struct digits *digits)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	digits->first = hex ? text + 2 : text;
	digits->length = strspn(digits->first, "0123456789abcdefABCDEF");
	digits->tail = digits->first + digits->length;
	digits->base =
		hex || *digits->tail || strcspn(digits->first, "abcdefABCDEF") < digits->length
			? 16
			: 10;
	return digits->length > 0;
}

bool spi_parse(const char *text, uint32_t *spi)
{
	struct digits digits;
	unsigned long long value;

	if (!find_digits(text, &digits))
		return false;
	if (*digits.tail && strcmp(digits.tail, INBOUND))
		return false;
	value = strtoull(digits.first, NULL, digits.base);
	if (value < 1 || value > UINT32_MAX)
		return false;
	*spi = (uint32_t)value;
	return true;
}

bool spi_meant(const char *text)
{
	struct digits digits;

	if (!find_digits(text, &digits))
		return false;
	return isdigit((unsigned char)*text) || !strcmp(digits.tail, INBOUND) ||
	       !strcmp(digits.tail, OUTBOUND) || (digits.length == 8 && !*digits.tail);
}

const char *spi_why_not(const char *text)
{
	struct digits digits;

	if (find_digits(text, &digits) && !strcmp(digits.tail, OUTBOUND))
		return "the SPI of an outbound SA; those that arrive here are steered, whose SPIs "
		       "swanctl marks " INBOUND;
	return "not an SPI; write " SPI_TEXT;
}
