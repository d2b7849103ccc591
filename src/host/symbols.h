/* SPDX-License-Identifier: GPL-2.0-only */
/* Where functions of the running kernel lie (/proc/kallsyms). */
#ifndef HOST_SYMBOLS_H
#define HOST_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbol {
	size_t name; /* index into the names that were asked for */
	uint64_t start;
	uint32_t size; /* up to the next function */
};

/*
 * Finds functions by name, and the parts that a compiler made of them ("name.cold",
 * "name.constprop.0"), in the kernel and its modules; BPF programs are left out. How many, at most
 * @room, or a negative errno; -EACCES: the kernel tells us no addresses (kernel.kptr_restrict).
 */
int symbols_find(const char *path, const char *const *names, size_t n, struct symbol *out,
		 size_t room);

#endif
