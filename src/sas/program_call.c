// SPDX-License-Identifier: GPL-2.0-only
// Calls of a function of the kernel without the kernel's type information.
#include "sas/program_call.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int call_in(struct bpf_program *program, __s32 number, __u32 btf_id)
{
	size_t count = bpf_program__insn_cnt(program);
	struct bpf_insn *code = malloc(count * sizeof(*code));
	int err;

	if (!code)
		return -ENOMEM;
	memcpy(code, bpf_program__insns(program), count * sizeof(*code));
	for (size_t i = 0; i < count; i++) {
		if (code[i].code != (BPF_JMP | BPF_CALL) || code[i].src_reg ||
		    code[i].imm != number)
			continue;
		code[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
		code[i].imm = (__s32)btf_id;
	}
	err = bpf_program__set_insns(program, code, count);
	free(code);
	return err;
}

int program_call(struct bpf_object *object, __s32 number, __u32 btf_id)
{
	struct bpf_program *program;
	int err = 0;

	bpf_object__for_each_program(program, object) if (!err) err =
		call_in(program, number, btf_id);
	return err;
}
