/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/vswap0: a tiny block device with a swap header, for swapon(2) to activate.
 */
#ifndef VSWAP_DISK_H
#define VSWAP_DISK_H

#include <linux/types.h>

int vswap_disk_start(bool direct);
void vswap_disk_stop(void);
bool vswap_disk_is_open(void);

#endif /* VSWAP_DISK_H */
