/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/vswap-control: backends come, change and go while pages are swapped.
 */
#ifndef VSWAP_CONTROL_H
#define VSWAP_CONTROL_H

#include "vswap_ioctl.h"

int vswap_control_start(void);
void vswap_control_stop(void);

#endif /* VSWAP_CONTROL_H */
