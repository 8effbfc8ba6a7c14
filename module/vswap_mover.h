/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages move from one backend to another while they are swapped: no page table
 * and no swap entry is touched, only the slot's word changes.
 */
#ifndef VSWAP_MOVER_H
#define VSWAP_MOVER_H

#include <linux/atomic.h>
#include <linux/mutex.h>

#include "backend.h"
#include "slots.h"

/* Batches that are under way at once if there is memory: of an evacuation; of write-back. */
#define VSWAP_EVACUATION_BATCHES	8
#define VSWAP_WRITE_BACK_BATCHES	4

/* The most pages of one. */
#define VSWAP_BATCH_PAGES		128

/*
 * The way of a round of an evacuation; a pool has no reverse map, and begins with clusters:
 *
 *	PLACES --------> CLUSTERS -----------> OVER
 *	  ^    end of the       | all have      | vswap_mover_evacuation_again()
 *	  |    reverse map        been seen     |
 *	  +-------------------------------------+
 */
enum vswap_evacuation_stage {
	EVACUATE_PLACES,	/* by the reverse map of a file, front to back */
	EVACUATE_CLUSTERS,	/* by slot words: what is in packed blocks, or a pool */
	EVACUATE_OVER,
};

/**
 * struct vswap_evacuation - a walk over all that a backend holds
 * @from: the backend
 * @force: give up pages that can't be read
 * @moved: pages moved since it began at the front
 * @unreadable: pages that couldn't be read since then
 * @lock: protects what follows, but for @movers: which pages are next
 * @stage: where it is
 * @place: EVACUATE_PLACES: the place where it goes on
 * @slot: EVACUATE_CLUSTERS: likewise, the slot
 * @nr_clusters: how many it has been through
 * @nr_movers: batches that can be under way at once
 * @movers: what each of them has in its hands
 */
struct vswap_evacuation {
	struct vswap_backend *from;
	bool force;
	atomic_long_t moved;
	atomic_long_t unreadable;
	struct mutex lock;
	enum vswap_evacuation_stage stage;
	u64 place;
	u32 slot;
	u32 nr_clusters;
	unsigned int nr_movers;
	struct mover *movers[VSWAP_EVACUATION_BATCHES];
};

extern bool vswap_mover_packs;

int vswap_mover_start(void);
void vswap_mover_stop(void);
int vswap_mover_writers_get(unsigned long pages);
void vswap_mover_writers_put(void);
int vswap_mover_write_back(struct slots *slots, bool recompress);
int vswap_mover_write_cluster(struct slots *slots, u32 *slot);
void vswap_mover_evacuation_init(struct vswap_evacuation *walk, struct vswap_backend *from,
				 bool force);
void vswap_mover_evacuation_again(struct vswap_evacuation *walk);
int vswap_mover_evacuation_ready(struct vswap_evacuation *walk, unsigned long pages);
int vswap_mover_evacuate(struct slots *slots, struct vswap_evacuation *walk, unsigned int i);
void vswap_mover_evacuation_thin(struct vswap_evacuation *walk, unsigned int nr);

#endif /* VSWAP_MOVER_H */
