/* SPDX-License-Identifier: GPL-2.0 */
/*
 * zswap_charge=1: which cgroup pays for the page of each slot. What is compressed in the pool is
 * charged to it, as the kernel's own zswap does.
 *
 * A payer has a number, and a slot the number of its payer, 16 bits beside its word, from when a
 * backend is looked for until its owner drops what it holds: also while the page is in a file,
 * from where it may come to the pool. So what is charged goes with the word: to the pool, and
 * away from there, whoever changes it; and it is taken from whom it was charged to, whatever has
 * become of the cgroup. The number is the slot's owner's, as the word is, but nobody else writes
 * it. A mover that holds the word may read it: what it finds holds if its exchange of the word
 * succeeds. Where nobody asked for it, nothing is looked at.
 */
#ifndef VSWAP_PAYERS_H
#define VSWAP_PAYERS_H

#include <linux/jump_label.h>
#include <linux/mm_types.h>
#include <linux/types.h>

#include "kernel/compat/compat.h"

struct vswap_payer;

DECLARE_STATIC_KEY_FALSE(vswap_payers_key);

/* Does anybody pay? */
static __always_inline bool vswap_payers_are_on(void)
{
	return static_branch_unlikely(&vswap_payers_key);
}

int vswap_payers_start(void);
int vswap_payers_prepare(u32 limit, u32 nr_slots);
int vswap_payers_grow(u32 nr_slots);
void vswap_payers_discard(void);
u64 vswap_payers_memory(void);

/* By the slot's owner. */
void vswap_slot_set_payer(u32 slot, struct folio *folio);
void vswap_slot_charge(u32 slot, unsigned int bytes);
void vswap_slot_uncharge(u32 slot, unsigned int bytes);
void vswap_slot_drop_payer(u32 slot);

/* By anybody. */
void vswap_slot_count(u32 slot, enum port_charge_event event);
bool vswap_slot_may_charge(u32 slot);
struct vswap_payer *vswap_payer_get(u32 slot);
void vswap_payer_put(struct vswap_payer *payer);
void vswap_payer_charge(struct vswap_payer *payer, unsigned int bytes);
void vswap_payer_uncharge(struct vswap_payer *payer, unsigned int bytes, bool written);

#endif /* VSWAP_PAYERS_H */
