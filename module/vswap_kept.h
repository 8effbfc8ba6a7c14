/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packed blocks that were read from swap files, kept in RAM for their other pages: kept.h with
 * pages of the kernel's. A key is what vswap_tier_block_key() says.
 */
#ifndef VSWAP_KEPT_H_
#define VSWAP_KEPT_H_

#include <linux/mm_types.h>

#include "kept.h"

extern struct kept vswap_kept;

void vswap_kept_start(void);
void vswap_kept_stop(void);
void vswap_kept_add(u64 key, struct page *page, unsigned int nr, u64 taken);

#endif /* VSWAP_KEPT_H_ */
