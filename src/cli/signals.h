/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals that are held, and taken when there is time for them. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdbool.h>

/*
 * From here on SIGTERM, SIGINT and SIGHUP are held until they are asked for: none kills while
 * something is half done. 0 or a negative errno.
 */
int signals_hold(void);

/* A descriptor that is readable when there is one of them; a negative errno. */
int signals_open(void);

/* The next one, by its number; 0: there is none. */
int signals_next(int fd);

/* Is there one that ends us? It stays to be taken by signals_next(). */
bool signals_end(void);

#endif
