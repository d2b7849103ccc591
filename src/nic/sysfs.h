/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysfs of a network namespace, through a private mount that nobody else sees. /sys/class/net shows
 * the namespace in which /sys was mounted, which under nsenter is another one: never use it.
 */
#ifndef NIC_SYSFS_H
#define NIC_SYSFS_H

#include <stddef.h>

/*
 * A descriptor of the root of a fresh, detached sysfs mount of the namespace behind NETNS_FD, or of
 * the calling thread's for -1. For openat(); close() takes the mount away. Needs CAP_SYS_ADMIN; without it, for
 * -1, /sys is taken where it is that of the thread's namespace (nic/sysfs_host.h).
 * Negative errno. The thread's namespace is as before, or the process is aborted.
 */
int sysfs_open(int netns_fd);

/*
 * For a while a mount of our own namespace: @kept where the caller keeps one, or with 0 a new one,
 * which wants CAP_SYS_ADMIN. A descriptor for sysfs_give(), or a negative errno.
 */
int sysfs_take(int kept);
void sysfs_give(int kept, int taken);

/*
 * Read or write a small file below class/net/IFNAME of the mount, such as "queues/rx-0/rps_cpus".
 * Read strips the final newline; returns the length. -ENODEV: no such interface; -EINVAL: a name
 * that is no interface name, or a path that climbs; -EFBIG: more than LEN - 1.
 */
int sysfs_if_read(int sysfs, const char *ifname, const char *path, char *buf, size_t len);
int sysfs_if_write(int sysfs, const char *ifname, const char *path, const char *value);

/* NUMA node of the NIC; -1 if unknown or it has none. */
int sysfs_numa_node(int sysfs, const char *ifname);

/* Number of SR-IOV virtual functions enabled; 0 if it has none. */
int sysfs_numvfs(int sysfs, const char *ifname);

/*
 * Interrupts of the NIC's device (device/msi_irqs, of a virtio device its parent's), sorted. At
 * most MAX are stored; the number there are is returned, 0 if it has none that we can see.
 */
int sysfs_irqs(int sysfs, const char *ifname, int *irqs, int max);

/* CPU list that an interrupt may go to: /proc/irq/N/smp_affinity_list. Length or negative errno. */
int sysfs_irq_affinity(int irq, char *buf, size_t len);

#endif
