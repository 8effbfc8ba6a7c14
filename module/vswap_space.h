/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The space of virtual slots behind the area: the memory for them, how it grows while it is
 * used, and what the area advertises.
 */
#ifndef VSWAP_SPACE_H
#define VSWAP_SPACE_H

#include <linux/blkdev.h>
#include <linux/jiffies.h>
#include <linux/types.h>

#include "slots.h"

struct vswap_place;

/* So many slots are looked at in one go. */
#define VSWAP_LOOK_SLOTS	64

/* To be used within port_area_get(), or by who owns one of them. */
extern struct slots vswap_slots;

int vswap_space_start(u64 max_slots);
void vswap_space_stop(void);
int vswap_space_prepare(struct gendisk *disk);
void vswap_space_discard(void);
void vswap_space_want_slots(void);
void vswap_space_want_capacity(void);
void vswap_space_is_full(void);
void vswap_space_update_capacity(void);

u32 vswap_space_first_slots(void);
u32 vswap_space_limit(void);
u32 vswap_space_tables(void);
u64 vswap_space_memory(void);
unsigned long vswap_space_grow_steps(void);
unsigned long vswap_space_grow_failures(void);

unsigned int vswap_space_look_at(u64 slot, struct vswap_place *places, unsigned int nr);

/**
 * vswap_space_seconds() - the time, as slots_touch() is told it
 *
 * Context: any.
 * Return: seconds since some time; wraps.
 */
static inline u32 vswap_space_seconds(void)
{
	return jiffies / HZ;
}

#endif /* VSWAP_SPACE_H */
