/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The swap area as a whole. What a family calls of it is in port.h.
 */
#ifndef VSWAP_AREA_H
#define VSWAP_AREA_H

#include <linux/mm_types.h>
#include <linux/types.h>

#include "vswap_writeback.h"

#define VSWAP_DEVICE	"vswap0"

/**
 * struct vswap_area_params - what the user said about the area
 * @max_slots: bound of the virtual space in slots, 0 for what the kernel can address
 * @writeback: see there
 */
struct vswap_area_params {
	u64 max_slots;
	struct vswap_writeback_params writeback;
};

int vswap_area_start(const struct vswap_area_params *params);
void vswap_area_stop(void);
void vswap_area_pause(bool paused);
int vswap_area_write_page(u32 slot, struct page *page);

#endif /* VSWAP_AREA_H */
