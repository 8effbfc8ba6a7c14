/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernel families, as the rest of the module sees it: the same on all.
 * family/area.c is behind it; it knows the family by a table. docs/porting.md has the facts
 * of each.
 *
 * The area is one of the kernel's swap areas (a struct swap_info_struct) whose
 * per-slot arrays were exchanged for sparse ones that grow in place. There is one
 * at a time.
 */
#ifndef VSWAP_PORT_H
#define VSWAP_PORT_H

#include <linux/blk_types.h>
#include <linux/mm_types.h>
#include <linux/types.h>

#include "kernel/compat/compat.h"
#include "vswap_io.h"

/* Slots come in whole swap address spaces of the kernel: 64 MiB. */
#define PORT_SLOTS_STEP		(1U << 14)

/* ---- The area ---- */

/*
 * The one function by which a family is called by name: it finds all that it relies on, and
 * hands its table to the engine. Process, may sleep, when symbols can be looked up. Returns 0, or
 * -ENOEXEC with one line in the log for each thing missing.
 */
int vswap_family_init(void);

int port_start(struct block_device *bdev, bool direct);
void port_stop(void);

u32 port_slots_limit(void);
int port_highest_priority(void);

/*
 * The way of an area:
 *
 *	       port_area_prepare()            swapon(2)
 *	NONE ----------------------> PREPARED ---------> ADOPTED
 *	  ^                              |                  | the end of swapoff(2)
 *	  |                              v                  v
 *	  +-------------------------------------------- GONE
 *	       port_area_discard()
 *
 * While it is adopted it is on, but for the beginning and the end: swapon(2) hasn't come to the
 * end yet, or swapoff(2) lets nobody in any more. port_area_get() says so.
 */
enum port_area_state {
	PORT_AREA_NONE,		/* no arrays */
	PORT_AREA_PREPARED,	/* arrays that nobody else knows */
	PORT_AREA_ADOPTED,	/* the kernel has them */
	PORT_AREA_GONE,		/* it is through with them */
};

int port_area_prepare(u32 limit, u32 nr_slots, unsigned long capacity);
void port_area_discard(void);
bool port_area_is_on(void);
enum port_area_state port_area_state(void);
bool port_area_get(void);
void port_area_put(void);
int port_area_grow(u32 nr_slots, void (*grown)(u32 nr_slots));
u32 port_area_slots(void);
bool port_area_is_short(u32 nr_free, u32 low_water);
void port_area_make_ready(void);
void port_area_set_capacity(unsigned long pages);
unsigned long port_area_used(void);
unsigned long port_area_zero_pages(unsigned long held);
unsigned long port_area_capacity(void);
int port_area_priority(void);
int port_area_swap_type(void);
u64 port_area_memory(void);
void port_area_slot_freed(u32 slot);
unsigned short port_slot_cgroup(u32 slot);
struct mem_cgroup *port_cgroup_by_id(unsigned short id);
bool port_io_max_holds_swap(void);
bool port_slot_may_leave(u32 slot);

/* ---- What a family calls, in vswap_area.c ---- */

void vswap_area_refuse_image(void);

void vswap_area_forget(u32 slot, unsigned int nr);
void vswap_area_free(u32 slot, unsigned int nr);

/* Where the family allocates: */
s64 vswap_area_alloc(unsigned int order);
int vswap_area_out(u32 slot, struct folio *folio, blk_opf_t opf);
void vswap_area_in(u32 slot, struct folio *folio);
void vswap_area_set_zero(u32 slot);
bool vswap_area_in_ram(u32 slot);
bool vswap_area_has_copy(u32 slot);
/* Where the kernel allocates: */
int vswap_area_store(u32 slot, struct folio *folio);
void vswap_area_write(u32 slot, struct folio *folio, vswap_end_fn end, void *data);
void vswap_area_read(u32 slot, struct folio *folio, vswap_end_fn end, void *data);
const u64 *vswap_area_words(u32 slot);
void vswap_area_look(void);

#endif /* VSWAP_PORT_H */
