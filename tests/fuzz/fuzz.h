/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzzers share. Each is one file with LLVMFuzzerTestOneInput(), docs/fuzzing.md. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What must hold whatever the input was; libFuzzer keeps the input of an abort(). */
#define MUST(condition)                                                                         \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                               \
	} while (0)

/* A file in memory that holds @data; its path, until the next call. For readers that open a path.
 */
const char *fuzz_file(const void *data, size_t size);

/* A copy that ends where the data ends, so that a read past it is seen. To be freed. */
void *fuzz_copy(const void *data, size_t size);

/* The next @n bytes of an input, NULL when it has fewer left. */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};
const uint8_t *fuzz_take(struct fuzz_input *input, size_t n);

#endif
