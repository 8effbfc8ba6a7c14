/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The swap area: /dev/vswap0, which swapon(2) activates, and the virtual slots
 * behind it.
 */
#ifndef VSWAP_AREA_H
#define VSWAP_AREA_H

#include <linux/types.h>

#define VSWAP_DEVICE	"vswap0"

struct vswap_backend;

/**
 * struct vswap_area_params - what the user said about the area
 * @max_slots: bound of the virtual space in slots, 0 for what the kernel can address
 * @direct: pages with one user bypass the swap cache when they are read back
 * @high_percent: pages are written back when the pool is as full as this, in percent of
 *	its limit; 0: never by itself
 * @low_percent: until it is below this; from there on, what is read back leaves no copy in it,
 *	until it is below half of this
 * @shrinker: pages are written back when memory is short; may change at any time
 * @idle_seconds: pages are written back that were not used for so long; 0: never. May
 *	change at any time, and vswap_area_look_for_idle() is to be called then
 */
struct vswap_area_params {
	u64 max_slots;
	bool direct;
	unsigned int high_percent;
	unsigned int low_percent;
	bool shrinker;
	unsigned int idle_seconds;
};

int vswap_area_start(const struct vswap_area_params *params);
void vswap_area_stop(void);
bool vswap_area_is_open(void);
int vswap_area_write_back(unsigned long nr);
void vswap_area_look_for_idle(void);
int vswap_area_evacuate(struct vswap_backend *b, bool force);
void vswap_area_rescue(void);
void vswap_area_update_capacity(void);
void vswap_area_pause(bool paused);

/* For sysfs. */
u32 vswap_area_limit(void);
u32 vswap_area_tables(void);
u64 vswap_area_memory(void);
unsigned long vswap_area_grow_steps(void);
unsigned long vswap_area_grow_failures(void);

#endif /* VSWAP_AREA_H */
