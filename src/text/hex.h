/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes as people write them: "6d:5a:56". Hardware addresses, hash keys. */
#ifndef TEXT_HEX_H
#define TEXT_HEX_H

#include <stddef.h>
#include <stdint.h>

#define HEX_LEN(n) (3 * (n) + 1)

/* Returns @text, which has room for HEX_LEN(n). */
char *hex_print(const uint8_t *bytes, size_t n, char *text);

/* How many bytes; -EINVAL: it is not of this form; -E2BIG: more than @most. Then *bytes is nothing.
 */
int hex_parse(const char *text, uint8_t *bytes, size_t most);

#endif
