/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Write-back: when, and how much, the oldest pages of the pool are to go to a swap file.
 */
#ifndef VSWAP_WRITEBACK_H
#define VSWAP_WRITEBACK_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * struct vswap_writeback_params - what the user said about it
 * @high_percent: pages are written back when the pool is as full as this, in percent of
 *	its limit; 0: never by itself
 * @low_percent: until it is below this; from there on, what is read back leaves no copy in it,
 *	until it is below half of this
 * @shrinker: pages are written back when memory is short; may change at any time
 * @idle_seconds: pages are written back that were not used for so long; 0: never. May
 *	change at any time, and vswap_writeback_look_for_idle() is to be called then
 */
struct vswap_writeback_params {
	unsigned int high_percent;
	unsigned int low_percent;
	bool shrinker;
	unsigned int idle_seconds;
};

/* After how many pages of a processor's, out or taken back from the pool, that is looked at. */
#define VSWAP_POOL_LOOK_PAGES	16

DECLARE_PER_CPU(unsigned int, vswap_pages_moved);
extern bool vswap_pool_is_short;

int vswap_writeback_start(const struct vswap_writeback_params *params);
void vswap_writeback_stop(void);
void vswap_writeback_look(void);
void vswap_writeback_look_for_idle(void);
int vswap_writeback_pages(unsigned long nr);

/**
 * vswap_writeback_count() - pages came to the pool, or were taken from there
 * @nr: how many
 *
 * Pages that are stored again have their slots already: these say nothing of the pool.
 *
 * Context: any.
 */
static inline void vswap_writeback_count(unsigned int nr)
{
	if (this_cpu_add_return(vswap_pages_moved, nr) % VSWAP_POOL_LOOK_PAGES < nr)
		vswap_writeback_look();
}

#endif /* VSWAP_WRITEBACK_H */
