// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/page-flags.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#include "sparse.h"
#include "vswap_payers.h"
#include "vswap_stats.h"

/*
 * The kernel sums up its statistics to tell whether memory.zswap.max allows more: so it is asked
 * once for as many bytes, and a payer has no more than that above the limit.
 */
#define CREDIT		(16 * (int)PAGE_SIZE)

/**
 * struct vswap_payer - a cgroup that pays for pages
 * @objcg: what the kernel charges: it outlives the cgroup, and is the parent's then
 * @slots: that have its number, and those who are just looking at one of them
 * @credit: bytes that may be charged before memory.zswap.max is asked about again, or less
 * @number: its number, never 0
 * @node: in the table of those that can be found
 * @rcu: until nobody looks at it any more
 */
struct vswap_payer {
	struct obj_cgroup *objcg;
	atomic_long_t slots;
	atomic_t credit;
	u32 number;
	struct hlist_node node;
	struct rcu_head rcu;
};

DEFINE_STATIC_KEY_FALSE(vswap_payers_key);

/*
 * @of_slot: the payer's number of each slot, 0: nobody
 * @numbers: the payers by number
 * @lock: protects @table, interrupts off; who looks only is within rcu_read_lock()
 * @table: the payers by @objcg; one of several is as good as the others
 */
static struct {
	struct sparse_array of_slot;
	struct xarray numbers;
	spinlock_t lock;
	DECLARE_HASHTABLE(table, 8);
} payers = {
	.numbers = XARRAY_INIT(payers.numbers, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_IRQ),
	.lock = __SPIN_LOCK_UNLOCKED(payers.lock),
};

/* ---- Numbers ---- */

static u16 *number_of(u32 slot)
{
	return (u16 *)payers.of_slot.base + slot;
}

/* The payer of a slot that the caller owns, or NULL. */
static struct vswap_payer *own_payer(u32 slot)
{
	u16 number = READ_ONCE(*number_of(slot));

	return number ? xa_load(&payers.numbers, number) : NULL;
}

static void forget(struct vswap_payer *payer)
{
	unsigned long flags;

	spin_lock_irqsave(&payers.lock, flags);
	hash_del_rcu(&payer->node);
	spin_unlock_irqrestore(&payers.lock, flags);

	xa_lock_irqsave(&payers.numbers, flags);
	__xa_erase(&payers.numbers, payer->number);
	xa_unlock_irqrestore(&payers.numbers, flags);

	port_charge_put(payer->objcg);
	kfree_rcu(payer, rcu);
}

/*
 * @objcg: the caller's reference goes to the payer. Returns it with one slot, or NULL for lack of
 * memory or of a number.
 */
static struct vswap_payer *new_payer(struct obj_cgroup *objcg)
{
	struct vswap_payer *payer = kmalloc(sizeof(*payer), GFP_NOIO | __GFP_NOWARN);
	unsigned long flags;

	if (!payer)
		goto err_put;
	payer->objcg = objcg;
	atomic_long_set(&payer->slots, 1);
	atomic_set(&payer->credit, 0);
	if (xa_alloc_irq(&payers.numbers, &payer->number, payer, XA_LIMIT(1, U16_MAX),
			 GFP_NOIO | __GFP_NOWARN))
		goto err_free;
	spin_lock_irqsave(&payers.lock, flags);
	hash_add_rcu(payers.table, &payer->node, (unsigned long)objcg);
	spin_unlock_irqrestore(&payers.lock, flags);
	return payer;

err_free:
	kfree(payer);
err_put:
	port_charge_put(objcg);
	return NULL;
}

/* One that there is, with one more slot, or NULL. */
static struct vswap_payer *find_payer(struct obj_cgroup *objcg)
{
	struct vswap_payer *payer;

	rcu_read_lock();
	hash_for_each_possible_rcu(payers.table, payer, node, (unsigned long)objcg)
		if (payer->objcg == objcg && atomic_long_inc_not_zero(&payer->slots))
			break;
	rcu_read_unlock();
	return payer;
}

/**
 * vswap_payer_get() - who pays for a slot that may be anybody's
 * @slot: a slot whose word the caller holds as a mover does
 *
 * Context: process.
 * Return: the payer, for vswap_payer_put(); NULL: nobody. It was the payer of what the word
 * stands for if the word is still there afterwards.
 */
struct vswap_payer *vswap_payer_get(u32 slot)
{
	struct vswap_payer *payer;

	rcu_read_lock();
	payer = own_payer(slot);
	if (payer && !atomic_long_inc_not_zero(&payer->slots))
		payer = NULL;
	rcu_read_unlock();
	return payer;
}

/**
 * vswap_payer_put() - the reverse of vswap_payer_get()
 * @payer: what that returned
 *
 * Context: any, interrupts off included.
 */
void vswap_payer_put(struct vswap_payer *payer)
{
	if (payer && atomic_long_dec_and_test(&payer->slots))
		forget(payer);
}

/* ---- Slots ---- */

/**
 * vswap_slot_set_payer() - a page is about to be stored
 * @slot: its slot, which the caller owns; nothing is stored there
 * @folio: the folio that the page is in
 *
 * What the kernel writes past its swap cache, nobody pays for; nor what is stored while all
 * numbers are taken, or there is no memory for one more payer: reclaim goes on.
 *
 * Context: reclaim, may sleep.
 */
void vswap_slot_set_payer(u32 slot, struct folio *folio)
{
	struct obj_cgroup *objcg = folio_test_swapcache(folio) ? port_charge_payer(folio) : NULL;
	struct vswap_payer *payer;

	/* Of what a mover gave up, since it couldn't be read. */
	vswap_slot_drop_payer(slot);
	if (!objcg)
		return;
	payer = find_payer(objcg);
	if (payer)
		port_charge_put(objcg);
	else
		payer = new_payer(objcg);
	if (payer)
		WRITE_ONCE(*number_of(slot), payer->number);
	else
		vswap_stat_add(VSWAP_UNPAID_PAGES, 1);
}

/**
 * vswap_slot_drop_payer() - a slot holds nothing that a backend has
 * @slot: the slot, which the caller owns; maybe it had no payer
 *
 * Context: any, interrupts off included.
 */
void vswap_slot_drop_payer(u32 slot)
{
	struct vswap_payer *payer = own_payer(slot);

	if (!payer)
		return;
	WRITE_ONCE(*number_of(slot), 0);
	vswap_payer_put(payer);
}

/**
 * vswap_slot_charge() - the pool has taken a page
 * @slot: its slot, which the caller owns
 * @bytes: the length of the object
 *
 * Context: reclaim.
 */
void vswap_slot_charge(u32 slot, unsigned int bytes)
{
	struct vswap_payer *payer = own_payer(slot);

	if (!payer)
		return;
	vswap_payer_charge(payer, bytes);
	port_charge_count(payer->objcg, PORT_CHARGE_OUT);
}

/**
 * vswap_slot_uncharge() - the reverse of vswap_slot_charge()
 * @slot: its slot, which the caller owns
 * @bytes: likewise
 *
 * Context: any, interrupts off included.
 */
void vswap_slot_uncharge(u32 slot, unsigned int bytes)
{
	struct vswap_payer *payer = own_payer(slot);

	if (payer)
		port_charge_sub(payer->objcg, bytes);
}

/**
 * vswap_slot_count() - something has become of a page in the pool
 * @slot: its slot, which may be anybody's
 * @event: what
 *
 * Context: process.
 */
void vswap_slot_count(u32 slot, enum port_charge_event event)
{
	struct vswap_payer *payer;

	/* Who only reads doesn't always keep the slot: the payer may be going. */
	rcu_read_lock();
	payer = own_payer(slot);
	if (payer)
		port_charge_count(payer->objcg, event);
	rcu_read_unlock();
}

static bool may_charge(struct vswap_payer *payer)
{
	if (atomic_read(&payer->credit) > 0)
		return true;
	if (!port_charge_may(payer->objcg))
		return false;
	atomic_set(&payer->credit, CREDIT);
	return true;
}

/**
 * vswap_slot_may_charge() - may the pool take a page, by memory.zswap.max
 * @slot: its slot, which the caller owns, or whose word it holds as a mover does
 *
 * Context: process, may sleep.
 */
bool vswap_slot_may_charge(u32 slot)
{
	struct vswap_payer *payer = vswap_payer_get(slot);
	bool may = !payer || may_charge(payer);

	vswap_payer_put(payer);
	return may;
}

/**
 * vswap_payer_charge() - the pool takes a page
 * @payer: who pays, or NULL
 * @bytes: the length of the object
 *
 * Context: process.
 */
void vswap_payer_charge(struct vswap_payer *payer, unsigned int bytes)
{
	if (!payer)
		return;
	/* What moves within pools doesn't ask: it mustn't wrap. */
	if (atomic_read(&payer->credit) > 0)
		atomic_sub(bytes, &payer->credit);
	port_charge_add(payer->objcg, bytes);
}

/**
 * vswap_payer_uncharge() - the reverse of vswap_payer_charge()
 * @payer: likewise
 * @bytes: likewise
 * @written: because the page has been written back
 *
 * Context: process.
 */
void vswap_payer_uncharge(struct vswap_payer *payer, unsigned int bytes, bool written)
{
	if (!payer)
		return;
	port_charge_sub(payer->objcg, bytes);
	if (written)
		port_charge_count(payer->objcg, PORT_CHARGE_WRITTEN);
}

/* ---- Coming and going ---- */

static size_t bytes_of(u32 nr_slots)
{
	return (size_t)nr_slots * sizeof(u16);
}

/**
 * vswap_payers_prepare() - memory for the first slots, if anybody pays
 * @limit: slots there may ever be
 * @nr_slots: slots there are
 *
 * Context: process, may sleep; there is no area.
 * Return: 0 or -ENOMEM with nothing kept.
 */
int vswap_payers_prepare(u32 limit, u32 nr_slots)
{
	int err;

	if (!vswap_payers_are_on())
		return 0;
	err = sparse_array_reserve(&payers.of_slot, bytes_of(limit)) ?:
	      sparse_array_map(&payers.of_slot, bytes_of(nr_slots));
	if (err)
		sparse_array_free(&payers.of_slot);
	return err;
}

/**
 * vswap_payers_grow() - memory for more slots, if anybody pays
 * @nr_slots: slots there will be
 *
 * Context: process, may sleep; one caller at a time.
 * Return: 0 or -ENOMEM.
 */
int vswap_payers_grow(u32 nr_slots)
{
	return vswap_payers_are_on() ? sparse_array_map(&payers.of_slot, bytes_of(nr_slots)) : 0;
}

/**
 * vswap_payers_discard() - the reverse of vswap_payers_prepare()
 *
 * Context: process, may sleep; no slot is in use.
 */
void vswap_payers_discard(void)
{
	if (!xa_empty(&payers.numbers))
		pr_err("leak: a cgroup still pays for pages\n");
	sparse_array_free(&payers.of_slot);
}

/**
 * vswap_payers_memory() - memory taken for the payers of slots
 *
 * Return: bytes.
 */
u64 vswap_payers_memory(void)
{
	return payers.of_slot.mapped;
}

/**
 * vswap_payers_start() - charge what is stored from now on
 *
 * Context: process, may sleep; nothing is stored, and symbols can be looked up.
 * Return: 0, or -errno with one line in the log, see port_charge_init().
 */
int vswap_payers_start(void)
{
	int err = port_charge_init();

	if (err)
		return err;
	hash_init(payers.table);
	static_branch_enable(&vswap_payers_key);
	return 0;
}
