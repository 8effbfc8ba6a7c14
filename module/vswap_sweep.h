/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A pool whose objects can't move by themselves gives back memory: the few that are in segments
 * with many holes are copied elsewhere in it, found by the words of their slots.
 */
#ifndef VSWAP_SWEEP_H
#define VSWAP_SWEEP_H

#include "slots.h"

void vswap_sweep_start(struct slots *slots, void (*swept)(void));
void vswap_sweep_stop(void);
void vswap_sweep_look(void);
unsigned long vswap_sweep_pages(void);
void vswap_sweep_want(void);
void vswap_sweep_wait(void);

#endif /* VSWAP_SWEEP_H */
