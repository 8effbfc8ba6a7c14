/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_FSTAB_H
#define VSWAPCTL_FSTAB_H

#include <stdbool.h>

/* Does /etc/fstab name this device, by its path or by what the path is made of, as UUID=? */
bool fstab_has(const char *device);

#endif
