/* SPDX-License-Identifier: GPL-2.0-only */
/* How verbs that do one thing say what came of it. */
#ifndef CLI_OUTCOME_H
#define CLI_OUTCOME_H

#include "cli/verb.h"

/*
 * With err 0 prints the sentence on stdout, or {"version":1,"done":true,"said":...}; else complains
 * that what was tried failed and why: @said, or the name of the error if that is empty.
 */
enum status outcome(const char *tried, int err, const char *said, bool json);

#endif
