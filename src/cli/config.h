/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of settings, espalier.conf(5): INI, in which every key is the name of an option, beside
 * `interfaces`. There are no sections, or the one section [run].
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/options.h"

#define CONFIG_FILE_MAX	   65536 /* bytes */
#define CONFIG_INTERFACES  "interfaces"

struct config {
	char **interface; /* as the key `interfaces` names them */
	int interfaces;
	char **word; /* what the options' strings point at */
	size_t words;
};

/*
 * Reads @path into the struct of options @into, but for the rows of which @given has the bit: the
 * command line wins. 0; -EINVAL: the file has a mistake, @why names the line; another negative
 * errno: it could not be read, @why says so. *config is to be freed in any case.
 */
int config_read(const char *path, const struct option_row *rows, uint64_t given, void *into,
		struct config *config, char *why, size_t size);

void config_free(struct config *config);

#endif
