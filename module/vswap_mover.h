/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages move from one backend to another while they are swapped: no page table
 * and no swap entry is touched, only the slot's word changes.
 */
#ifndef VSWAP_MOVER_H
#define VSWAP_MOVER_H

#include "slots.h"

int vswap_mover_start(void);
void vswap_mover_stop(void);
int vswap_mover_batch(struct slots *slots);

#endif /* VSWAP_MOVER_H */
