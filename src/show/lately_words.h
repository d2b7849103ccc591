/* SPDX-License-Identifier: GPL-2.0-only */
/* What came and was lost lately, in sentences: for the log, `show` and `top` alike. */
#ifndef SHOW_LATELY_WORDS_H
#define SHOW_LATELY_WORDS_H

#include <stddef.h>
#include "show/snapshot.h"

/* IPsec of SAs that are not known, and its likely causes. False: there is nothing to say. */
bool lately_unknown_words(const struct snapshot *snapshot, char *buf, size_t size);

/* What was lost, how much of it when, and why. False: nothing was. */
bool lately_loss_words(const struct snapshot *snapshot, enum loss loss, char *buf, size_t size);

/* Packets refused by replay windows, and who put them out of order. False: none were, lately. */
bool lately_order_words(const struct snapshot *snapshot, char *buf, size_t size);

/* The short form of that for losses of SAs: "no packet of an SA lost". */
void lately_lost_short(const struct snapshot *snapshot, char *buf, size_t size);

#endif
