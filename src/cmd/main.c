// SPDX-License-Identifier: GPL-2.0-only
/* espalier: spreads inbound IPsec across the CPUs of a machine. */
#include <errno.h>
#include <locale.h>
#include <string.h>
#include "cmd/verbs.h"

int main(int argc, char **argv)
{
	enum status status;

	setlocale(LC_CTYPE, ""); /* may bars use block characters? */
	status = dispatch(argc, argv);
	if (fflush(stdout) && status == STATUS_DONE)
		return complain("write to standard output", "%s", strerror(errno));
	return status;
}
