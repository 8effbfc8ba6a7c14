/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages move from one backend to another while they are swapped: no page table
 * and no swap entry is touched, only the slot's word changes.
 */
#ifndef VSWAP_MOVER_H
#define VSWAP_MOVER_H

#include "backend.h"
#include "slots.h"

/**
 * struct vswap_evacuation - a walk over all that a backend holds
 * @from: the backend
 * @force: give up pages that can't be read
 * @place: where it goes on
 * @packed: it has come to what is in packed blocks
 * @moved: pages moved since it began at the front
 * @unreadable: pages that couldn't be read since then
 * @mover: what it has in its hands
 */
struct vswap_evacuation {
	struct vswap_backend *from;
	bool force;
	u64 place;
	bool packed;
	unsigned long moved;
	unsigned long unreadable;
	struct mover *mover;
};

extern bool vswap_mover_packs;

int vswap_mover_start(void);
void vswap_mover_stop(void);
int vswap_mover_write_back(struct slots *slots);
int vswap_mover_write_cluster(struct slots *slots, u32 *slot);
int vswap_mover_evacuate(struct slots *slots, struct vswap_evacuation *walk);
void vswap_mover_evacuated(struct vswap_evacuation *walk);

#endif /* VSWAP_MOVER_H */
