/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Evacuation: all pages of a backend move to others, when it is to be removed, or has failed.
 */
#ifndef VSWAP_EVACUATE_H
#define VSWAP_EVACUATE_H

#include <linux/types.h>

struct vswap_backend;

void vswap_evacuate_start(void);
void vswap_evacuate_stop(void);
int vswap_evacuate(struct vswap_backend *b, bool force);
void vswap_evacuate_failed(void);

#endif /* VSWAP_EVACUATE_H */
