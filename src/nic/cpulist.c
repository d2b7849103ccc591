// SPDX-License-Identifier: GPL-2.0-only
/* Sets of CPUs as text: lists and masks, as the kernel reads and prints them. */
#include "nic/cpulist.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MASK_BITS 32

static const char *skip_blanks(const char *at)
{
	while (isspace((unsigned char)*at))
		at++;
	return at;
}

/* One CPU number; digits only, so no sign and no base prefix. */
static int take_cpu(const char **at, int *out)
{
	const char *p = *at;
	int value = 0;

	if (!isdigit((unsigned char)*p))
		return -EINVAL;
	for (; isdigit((unsigned char)*p); p++)
		if (value < CPU_SETSIZE)
			value = value * 10 + (*p - '0');
	if (value >= CPU_SETSIZE)
		return -ERANGE;
	*at = p;
	*out = value;
	return 0;
}

/* "3" or "3-7". */
static int take_range(const char **at, cpu_set_t *set)
{
	int first, last, err;

	err = take_cpu(at, &first);
	if (err)
		return err;
	last = first;
	if (**at == '-') {
		(*at)++;
		err = take_cpu(at, &last);
		if (err)
			return err;
	}
	if (last < first)
		return -EINVAL;
	for (; first <= last; first++)
		CPU_SET(first, set);
	return 0;
}

int cpulist_parse(const char *text, cpu_set_t *out)
{
	cpu_set_t set;
	int err;

	CPU_ZERO(&set);
	text = skip_blanks(text);
	while (*text) {
		err = take_range(&text, &set);
		if (err)
			return err;
		if (*text == ',') {
			text++;
			continue;
		}
		if (*skip_blanks(text))
			return -EINVAL;
		*out = set;
		return 0;
	}
	/* Empty is a set, a comma with nothing behind it is a slip. */
	if (CPU_COUNT(&set))
		return -EINVAL;
	*out = set;
	return 0;
}

int cpulist_format(const cpu_set_t *set, char *buf, size_t len)
{
	size_t used = 0;
	int cpu, last, n;

	if (!len)
		return -ENOSPC;
	buf[0] = 0;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu = last + 1) {
		last = cpu;
		if (!CPU_ISSET(cpu, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		n = snprintf(buf + used, len - used, last > cpu ? "%s%d-%d" : "%s%d",
			     used ? "," : "", cpu, last);
		if ((size_t)n >= len - used)
			return -ENOSPC;
		used += n;
	}
	return used;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The word that ends before END, back to BEGIN, becomes the CPUs from BASE up. */
static int mask_word(const char *begin, const char *end, int base, cpu_set_t *set)
{
	int bit = 0, value, i;

	if (begin == end || end - begin > MASK_BITS / 4)
		return -EINVAL;
	for (; end > begin; bit += 4) {
		value = hex_digit(*--end);
		if (value < 0)
			return -EINVAL;
		for (i = 0; i < 4; i++) {
			if (!(value >> i & 1))
				continue;
			if (base + bit + i >= CPU_SETSIZE)
				return -ERANGE;
			CPU_SET(base + bit + i, set);
		}
	}
	return 0;
}

int cpumask_parse(const char *text, cpu_set_t *out)
{
	const char *end, *begin;
	cpu_set_t set;
	int base, err;

	CPU_ZERO(&set);
	text = skip_blanks(text);
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	for (base = 0;; base += MASK_BITS, end = begin - 1) {
		begin = end;
		while (begin > text && begin[-1] != ',')
			begin--;
		err = mask_word(begin, end, base, &set);
		if (err)
			return err;
		if (begin == text)
			break;
	}
	*out = set;
	return 0;
}

static unsigned int word_of(const cpu_set_t *set, int word)
{
	unsigned int value = 0;
	int i;

	for (i = 0; i < MASK_BITS; i++)
		if (CPU_ISSET(word * MASK_BITS + i, set))
			value |= 1u << i;
	return value;
}

int cpumask_format(const cpu_set_t *set, char *buf, size_t len)
{
	size_t used = 0;
	int word, n;

	for (word = CPU_SETSIZE / MASK_BITS - 1; word >= 0; word--) {
		unsigned int value = word_of(set, word);

		if (!used && !value && word)
			continue;
		n = snprintf(buf + used, len - used, used ? ",%08x" : "%x", value);
		if ((size_t)n >= len - used)
			return -ENOSPC;
		used += n;
	}
	return used;
}
