/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The backends together: which of them takes a page. The only room that knows
 * more than one backend.
 */
#ifndef VSWAP_TIER_H
#define VSWAP_TIER_H

#include "backend.h"

#define VSWAP_MAX_BACKENDS	8

int vswap_tier_open(const char *names, const struct vswap_backend_params *params);
void vswap_tier_close(void);

int vswap_tier_place(struct page *page, u32 slot, u64 *word);
bool vswap_tier_writes_back(void);
int vswap_tier_place_on_disk(struct page *page, u32 slot, u64 *word);
unsigned int vswap_tier_pool_fullness(void);
void vswap_tier_compact_pool(void);
void vswap_tier_release(u64 word);
struct vswap_backend *vswap_tier_backend(u64 word);
unsigned long vswap_tier_capacity(void);
unsigned long vswap_tier_used(void);

struct vswap_backend *vswap_tier_get(unsigned int rank);

/* The place inside its swap file that a SLOT_FILE word stands for, in pages. */
static inline u32 vswap_tier_file_slot(u64 word)
{
	return (u32)slot_payload(word);
}

#endif /* VSWAP_TIER_H */
