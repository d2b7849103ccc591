/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's release as a number. */
#include "nic/kernel.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/utsname.h>

/* One number of a release; it may not be larger than a field of LINUX_VERSION_CODE. */
static bool take_number(const char **at, unsigned max, unsigned *out)
{
	char *end;
	unsigned long value;

	if (!isdigit((unsigned char)**at))
		return false;
	value = strtoul(*at, &end, 10);
	*out = value > max ? max : (unsigned)value;
	*at = end;
	return true;
}

unsigned kernel_parse(const char *release)
{
	unsigned a, b, c = 0;

	if (!take_number(&release, 0xffff, &a) || *release++ != '.')
		return 0;
	if (!take_number(&release, 255, &b))
		return 0;
	if (*release == '.') {
		release++;
		if (!take_number(&release, 255, &c))
			return 0;
	}
	return KERNEL_RELEASE(a, b, c);
}

unsigned kernel_release(void)
{
	struct utsname names;

	return uname(&names) ? 0 : kernel_parse(names.release);
}
