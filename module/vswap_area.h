/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The swap area: /dev/vswap0, which swapon(2) activates, and the virtual slots
 * behind it.
 */
#ifndef VSWAP_AREA_H
#define VSWAP_AREA_H

#include <linux/types.h>

#define VSWAP_DEVICE	"vswap0"

int vswap_area_start(u64 max_slots, bool direct);
void vswap_area_stop(void);
bool vswap_area_is_open(void);

/* For sysfs. */
u32 vswap_area_limit(void);
u32 vswap_area_tables(void);
u64 vswap_area_memory(void);
unsigned long vswap_area_grow_steps(void);
unsigned long vswap_area_grow_failures(void);

#endif /* VSWAP_AREA_H */
