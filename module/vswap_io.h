/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages out, pages in: from a folio to slot words and backends, and back.
 */
#ifndef VSWAP_IO_H
#define VSWAP_IO_H

#include <linux/blk_types.h>
#include <linux/mm_types.h>

#include "slots.h"

/* Told how a folio's transfer ended: 0 or -errno. Any context, interrupts included. */
typedef void (*vswap_end_fn)(void *data, int error);

int vswap_io_start(const char *checksum);
void vswap_io_stop(void);

int vswap_folio_out(struct slots *slots, u32 slot, struct folio *folio, blk_opf_t opf);
bool vswap_folio_in(struct slots *slots, u32 slot, struct folio *folio, bool take);
int vswap_folio_store(struct slots *slots, u32 slot, struct folio *folio);
int vswap_folio_write(struct slots *slots, u32 slot, struct folio *folio, vswap_end_fn end,
		      void *data);
bool vswap_folio_read(struct slots *slots, u32 slot, struct folio *folio, bool take,
		      vswap_end_fn end, void *data);

int vswap_page_out(struct slots *slots, u32 slot, struct page *page);
int vswap_page_in(struct slots *slots, u32 slot, struct page *page);

int vswap_words_write(const u64 *words, const unsigned short *cgroups, struct page *pages,
		      unsigned int nr);
int vswap_words_read(const u64 *words, struct page *pages, unsigned int nr);

void vswap_slots_forget(struct slots *slots, u32 slot, unsigned int nr);

#endif /* VSWAP_IO_H */
