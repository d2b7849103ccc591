/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of a function of the kernel without the kernel's type information: BPF programs call a
 * number that is nobody's (core/pull_data.h), and what has the kernel's number puts that in its
 * place.
 */
#ifndef SAS_PROGRAM_CALL_H
#define SAS_PROGRAM_CALL_H

#include <linux/types.h>

struct bpf_object;

/*
 * In all programs of @object, which is not loaded yet: calls of @number become calls of the
 * kernel's function of this BTF id. 0 or a negative errno.
 */
int program_call(struct bpf_object *object, __s32 number, __u32 btf_id);

#endif
