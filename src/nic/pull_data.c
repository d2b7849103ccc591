// SPDX-License-Identifier: GPL-2.0-only
// Whether XDP programs may call bpf_xdp_pull_data().
#include "nic/pull_data.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <unistd.h>

/* A program that calls @id: @id, 0 if the kernel refuses the call, or a negative errno. */
static int loads(int id)
{
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 64},
		{.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = id},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "espalier_probe", "GPL", code,
				    sizeof(code) / sizeof(*code), NULL);

	if (program == -EINVAL || program == -EACCES)
		return 0;
	if (program < 0)
		return program;
	close(program);
	return id;
}

int pull_data_find(const struct btf *btf)
{
	int id;

	if (!btf)
		return -EOPNOTSUPP;
	id = btf__find_by_name_kind(btf, "bpf_xdp_pull_data", BTF_KIND_FUNC);
	return id > 0 ? loads(id) : 0;
}

uint32_t pull_data_id(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = pull_data_find(btf);

	btf__free(btf);
	return id > 0 ? (uint32_t)id : 0;
}
