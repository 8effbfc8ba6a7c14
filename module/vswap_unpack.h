/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading pages out of packed blocks: one transfer for a block, by way of a page of our
 * own; then they are decompressed to where they belong.
 */
#ifndef VSWAP_UNPACK_H
#define VSWAP_UNPACK_H

#include "backend.h"

int vswap_unpack_start(void);
void vswap_unpack_stop(void);
unsigned int vswap_unpack(const u64 *words, unsigned int nr, u64 first, struct vswap_io *io,
			  struct page *page);

#endif /* VSWAP_UNPACK_H */
