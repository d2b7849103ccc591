/* SPDX-License-Identifier: GPL-2.0-only */
/* The sysfs that is mounted at /sys, where it is that of our network namespace. */
#ifndef NIC_SYSFS_HOST_H
#define NIC_SYSFS_HOST_H

/*
 * A descriptor of /sys for openat(), for who may not mount (without CAP_SYS_ADMIN, as under the
 * unit). Only if it shows our network namespace: it has just the interfaces that we have, each with
 * the same number and hardware address, and one of them has an address; under nsenter and in
 * containers it may be another's. -EXDEV: it is, or that cannot be told; -ENODEV: it is no sysfs;
 * or another negative errno.
 */
int sysfs_host(void);

#endif
