// SPDX-License-Identifier: GPL-2.0-only
// Whether XDP programs may call bpf_xdp_pull_data().
#include "nic/pull_data.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <stdbool.h>
#include <unistd.h>

static bool loads(int id)
{
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 64},
		{.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = id},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "espalier_probe", "GPL", code,
				    sizeof(code) / sizeof(*code), NULL);

	if (program < 0)
		return false;
	close(program);
	return true;
}

uint32_t pull_data_id(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, "bpf_xdp_pull_data", BTF_KIND_FUNC) : -1;

	btf__free(btf);
	return id > 0 && loads(id) ? (uint32_t)id : 0;
}
