/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/vswap, see docs/abi.md.
 */
#ifndef VSWAP_SYSFS_H
#define VSWAP_SYSFS_H

struct vswap_backend;

int vswap_sysfs_start(void);
void vswap_sysfs_stop(void);
int vswap_sysfs_add_backend(struct vswap_backend *b);
void vswap_sysfs_remove_backend(struct vswap_backend *b);

#endif /* VSWAP_SYSFS_H */
