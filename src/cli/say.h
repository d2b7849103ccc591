/* SPDX-License-Identifier: GPL-2.0-only */
/* What is said while something goes on, by the daemon above all: one line each on stderr. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <syslog.h>

/*
 * Prints "espalier: " and the sentence, with '?' for what is not printable ASCII. Adds the newline; in
 * the journal the line has its priority (LOG_ERR, ...: syslog(3), sd-daemon(3)).
 */
void say_at(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What happens; what somebody should do something about; what ends the work, or a part of it. And what
 * is of interest only to who looks for something (--verbose). */
#define say(...)	 say_at(LOG_INFO, __VA_ARGS__)
#define say_warning(...) say_at(LOG_WARNING, __VA_ARGS__)
#define say_error(...)	 say_at(LOG_ERR, __VA_ARGS__)
#define say_detail(...)	 say_at(LOG_DEBUG, __VA_ARGS__)

/* From now on only what has at least this priority. */
void say_least(int priority);

#endif
