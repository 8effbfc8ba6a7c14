/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/vswap, see docs/abi.md.
 */
#ifndef VSWAP_SYSFS_H
#define VSWAP_SYSFS_H

int vswap_sysfs_start(void);
void vswap_sysfs_stop(void);

#endif /* VSWAP_SYSFS_H */
