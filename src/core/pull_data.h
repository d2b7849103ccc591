/* SPDX-License-Identifier: GPL-2.0-only */
/* What BPF programs call in place of bpf_xdp_pull_data() until user space knows its number. */
#ifndef CORE_PULL_DATA_H
#define CORE_PULL_DATA_H

#define PULL_DATA_CALL 0x50554c4c /* "PULL": no helper's number */

#endif
