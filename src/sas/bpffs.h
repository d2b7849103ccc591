/* SPDX-License-Identifier: GPL-2.0-only */
/* bpffs: where it is, whether root's names are safe in it, and mounting it. */
#ifndef SAS_BPFFS_H
#define SAS_BPFFS_H

#include <stdbool.h>

#define BPFFS	   "/sys/fs/bpf"
#define BPFFS_INIT "/proc/1/root/sys/fs/bpf" /* in the mount namespace of process 1 */

bool bpffs_is(int fd);

/* A descriptor of the root of the bpffs at @path; -ENOENT if none is mounted there. */
int bpffs_open(const char *path);

/* Anybody may make names in it (mode 1777), but can nobody but root take root's away? */
bool bpffs_keeps_names(int bpffs);

/* Mounts bpffs at BPFFS, unless somebody has done so meanwhile. Its descriptor, or a negative errno. */
int bpffs_mount(void);

/*
 * Would a mount made here outlive this process, and be seen by others? So it is in the mount namespace
 * of process 1; elsewhere, or where that cannot be told, it lasts as long as the mount namespace.
 */
bool bpffs_mount_lasts(void);

#endif
