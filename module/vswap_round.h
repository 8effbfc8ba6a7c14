/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several batches of pages that move are under way at once, each by a task of its own.
 */
#ifndef VSWAP_ROUND_H
#define VSWAP_ROUND_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "vswap_mover.h"

/* For all who move pages; frozen before the snapshot for a hibernation. */
extern struct workqueue_struct *vswap_mover_queue;

/**
 * struct vswap_round - batches that are under way at once
 * @begin: is there more to do; called before each batch, by any of the tasks; or NULL
 * @batch: one of them, by the task @i, within port_area_get(); returns 1 if there may be more
 *	to do, 0 or -errno
 * @stop: there is nothing more to do, or to be gained
 * @err: the first error
 * @helpers: all tasks but the caller
 */
struct vswap_round {
	bool (*begin)(struct vswap_round *round);
	int (*batch)(struct vswap_round *round, unsigned int i);
	bool stop;
	int err;
	struct vswap_round_helper {
		struct work_struct work;
		struct vswap_round *round;
		unsigned int i;
	} helpers[VSWAP_EVACUATION_BATCHES - 1];
};

int vswap_round_start(void);
void vswap_round_stop(void);
void vswap_round_pause(bool paused);
int vswap_round_run(struct vswap_round *round, unsigned int nr);

#endif /* VSWAP_ROUND_H */
