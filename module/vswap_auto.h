/* SPDX-License-Identifier: GPL-2.0 */
/*
 * zswap_max_pool=auto: what pool_size.h has to be told, and who has to know what it says. Where
 * nobody asked for it, nothing is looked at.
 */
#ifndef VSWAP_AUTO_H
#define VSWAP_AUTO_H

#include <linux/jump_label.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

#include "pool_size.h"

/* What is timed. */
enum vswap_auto_cost { VSWAP_AUTO_LOAD, VSWAP_AUTO_STORE, VSWAP_AUTO_NR_COSTS };

/**
 * struct vswap_auto_pool - what the pool is asked for
 * @pages: pages of memory that it takes
 * @held: pages that it holds
 * @stores: how many were put there so far
 * @hits: and read there
 */
struct vswap_auto_pool {
	unsigned long pages;
	unsigned long held;
	unsigned long stores;
	unsigned long hits;
};

DECLARE_STATIC_KEY_FALSE(vswap_auto_key);

/* Does the pool look for its size? */
static __always_inline bool vswap_auto_is_on(void)
{
	return static_branch_unlikely(&vswap_auto_key);
}

/* The time, in nanoseconds; 0: nobody wants to know. */
static inline u64 vswap_auto_clock(void)
{
	return vswap_auto_is_on() ? ktime_get_ns() : 0;
}

int vswap_auto_start(unsigned long most);
void vswap_auto_stop(void);
void vswap_auto_exit(void);
void vswap_auto_set_most(unsigned long most);
bool vswap_auto_is_aside(void);
unsigned long vswap_auto_limit(void);

bool vswap_auto_turn(void);
bool vswap_auto_welcome(void);
void vswap_auto_time(enum vswap_auto_cost cost, u64 began);
void vswap_auto_time_read(u64 began, unsigned int nr);
void vswap_auto_out(u32 slot, unsigned int nr);
void vswap_auto_in(u32 slot, unsigned int nr, const u64 *words);
void vswap_auto_look(const struct vswap_auto_pool *pool);

#endif /* VSWAP_AUTO_H */
