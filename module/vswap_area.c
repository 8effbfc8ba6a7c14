// SPDX-License-Identifier: GPL-2.0
/*
 * The swap area as a family sees it: slots that are taken, written, read and freed. One area
 * at a time; what the kernel keeps per slot is the family's business.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/smp.h>

#include "port.h"
#include "vswap_area.h"
#include "vswap_auto.h"
#include "vswap_evacuate.h"
#include "vswap_io.h"
#include "vswap_round.h"
#include "vswap_space.h"
#include "vswap_stats.h"
#include "vswap_writeback.h"

/* While pages move: is there capacity as advertised, and room in the pool. */
static void look_at_backends(void)
{
	vswap_space_want_capacity();
	vswap_writeback_look();
}

/**
 * vswap_area_alloc() - slots for a folio
 * @order: of the folio
 *
 * Context: reclaim, may sleep; within port_area_get().
 * Return: the first of 1 << @order slots, or -errno.
 */
s64 vswap_area_alloc(unsigned int order)
{
	s64 slot = slots_alloc(&vswap_slots, raw_smp_processor_id(), order);

	/* Now and then is enough: once in a cluster. */
	if (slot < 0 || !(slot % SLOTS_PER_CLUSTER))
		look_at_backends();
	return slot;
}

/**
 * vswap_area_forget() - drop what slots hold, keep the slots
 * @slot: the first
 * @nr: how many, all in one cluster
 *
 * Context: any.
 */
void vswap_area_forget(u32 slot, unsigned int nr)
{
	vswap_slots_forget(&vswap_slots, slot, nr);
}

/**
 * vswap_area_free() - give slots back
 * @slot: the first, after vswap_area_forget()
 * @nr: how many, all in one cluster
 *
 * Context: any.
 */
void vswap_area_free(u32 slot, unsigned int nr)
{
	WARN_ON_ONCE(slots_free(&vswap_slots, slot, nr));
}

static inline void look_at_out(u32 slot, unsigned int nr)
{
	slots_touch(&vswap_slots, slot, vswap_space_seconds());
	vswap_writeback_count(nr);
	if (vswap_auto_is_on())
		vswap_auto_out(slot, nr);
}

static inline void look_at_in(u32 slot, unsigned int nr)
{
	if (vswap_auto_is_on())
		vswap_auto_in(slot, nr, slot_word_ptr(&vswap_slots, slot));
}

/**
 * vswap_area_out() - store a folio
 * @slot: its first slot
 * @folio: see vswap_folio_out()
 * @opf: likewise
 *
 * Return: see vswap_folio_out().
 */
int vswap_area_out(u32 slot, struct folio *folio, blk_opf_t opf)
{
	int err;

	look_at_out(slot, folio_nr_pages(folio));
	err = vswap_folio_out(&vswap_slots, slot, folio, opf);
	if (err)
		vswap_space_is_full();
	return err;
}

/**
 * vswap_area_in() - read a folio back
 * @slot: its first slot
 * @folio: see vswap_folio_in()
 */
void vswap_area_in(u32 slot, struct folio *folio)
{
	unsigned int nr = folio_nr_pages(folio);

	look_at_in(slot, nr);
	if (vswap_folio_in(&vswap_slots, slot, folio, READ_ONCE(vswap_pool_is_short)))
		vswap_writeback_count(nr);
}

static int take_slots(u32 slot, struct folio *folio)
{
	int err = slots_take(&vswap_slots, slot, folio_nr_pages(folio));

	if (err)
		return err;
	look_at_out(slot, folio_nr_pages(folio));
	return 0;
}

static void look_after_write(u32 slot, int err)
{
	if (err)
		vswap_space_is_full();
	/* Now and then is enough: once in a cluster. */
	else if (!(slot % SLOTS_PER_CLUSTER))
		vswap_area_look();
}

/**
 * vswap_area_write() - store a folio under writeback whose slots the kernel chose
 * @slot: its first slot
 * @folio: see vswap_folio_write()
 * @end: likewise
 * @data: likewise
 */
void vswap_area_write(u32 slot, struct folio *folio, vswap_end_fn end, void *data)
{
	int err = take_slots(slot, folio);

	if (err)
		end(data, err);
	else
		err = vswap_folio_write(&vswap_slots, slot, folio, end, data);
	look_after_write(slot, err);
}

/**
 * vswap_area_store() - store a locked folio whose slots the kernel chose
 * @slot: its first slot
 * @folio: see vswap_folio_store()
 *
 * Return: see vswap_folio_store().
 */
int vswap_area_store(u32 slot, struct folio *folio)
{
	int err = take_slots(slot, folio) ?: vswap_folio_store(&vswap_slots, slot, folio);

	look_after_write(slot, err);
	return err;
}

/**
 * vswap_area_write_page() - store a page that came as block I/O
 * @slot: its slot; where the kernel chose it, it may not be in use here yet
 * @page: the page
 *
 * Context: process, may sleep; of a worker.
 * Return: 0, or -errno: the page stays in memory, dirty, and the kernel's log says so.
 */
int vswap_area_write_page(u32 slot, struct page *page)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	int err = slots_take(&vswap_slots, slot, 1) ?: vswap_page_out(&vswap_slots, slot, page);

	memalloc_noreclaim_restore(noreclaim);
	look_after_write(slot, err);
	return err;
}

/**
 * vswap_area_read() - read a folio of the swap cache back
 * @slot: its first slot
 * @folio: see vswap_folio_read()
 * @end: likewise
 * @data: likewise
 */
void vswap_area_read(u32 slot, struct folio *folio, vswap_end_fn end, void *data)
{
	unsigned int nr = folio_nr_pages(folio);

	look_at_in(slot, nr);
	if (vswap_folio_read(&vswap_slots, slot, folio, READ_ONCE(vswap_pool_is_short), end, data))
		vswap_writeback_count(nr);
}

/* The word of a slot that may be anybody's, see slots_peek(). */
static u64 peek(u32 slot)
{
	u64 word;

	rcu_read_lock();
	word = slots_peek(&vswap_slots, slot);
	rcu_read_unlock();
	return word;
}

/**
 * vswap_area_words() - what slots hold that the kernel chose
 * @slot: the first, which may be free by now
 *
 * Context: any, within rcu_read_lock().
 * Return: a word for it and for each one behind it in the cluster, 0 where nothing has been
 * written; or NULL if that is so of the whole cluster.
 */
const u64 *vswap_area_words(u32 slot)
{
	return slot_word_ptr(&vswap_slots, slot);
}

/**
 * vswap_area_look() - look whether slots and capacity are as they should be
 *
 * Context: any.
 */
void vswap_area_look(void)
{
	vswap_space_want_slots();
	look_at_backends();
}

/**
 * vswap_area_set_zero() - a slot's page is all zero
 * @slot: a slot the caller owns
 *
 * Context: any.
 */
void vswap_area_set_zero(u32 slot)
{
	vswap_slots_forget(&vswap_slots, slot, 1);
	/* Zero fits a word: nothing is allocated. */
	slot_set_fill(&vswap_slots, slot, 0);
	vswap_stat_add(VSWAP_FILL_PAGES, 1);
}

/**
 * vswap_area_in_ram() - can a slot be read without a disk
 * @slot: a slot in use
 *
 * Context: any.
 */
bool vswap_area_in_ram(u32 slot)
{
	return !slot_in_file(peek(slot));
}

/**
 * vswap_area_has_copy() - does a page in memory have a copy in RAM besides
 * @slot: its slot
 *
 * Context: any.
 */
bool vswap_area_has_copy(u32 slot)
{
	u64 word = peek(slot);

	return !slot_in_file(word) && slot_tag(word) > SLOT_EMPTY;
}

/**
 * vswap_area_pause() - the machine is about to sleep, or is awake again
 * @paused: nothing is moved between backends until further notice
 *
 * Context: process, may sleep.
 */
void vswap_area_pause(bool paused)
{
	vswap_round_pause(paused);
	if (paused)
		return;
	look_at_backends();
	vswap_evacuate_failed();
}

/**
 * vswap_area_refuse_image() - say that a hibernation found no area for its image but ours
 *
 * Context: any.
 */
void vswap_area_refuse_image(void)
{
	pr_err("hibernation refused: its image can't be on /dev/%s; swapon another area, and name it in /sys/power/resume\n",
	       VSWAP_DEVICE);
}

/**
 * vswap_area_start() - get ready to store pages, and to look after them
 * @params: what the user said about it
 *
 * Context: process, may sleep; backends, vswap_io and vswap_mover are ready.
 * Return: 0, or -errno with nothing left behind.
 */
int vswap_area_start(const struct vswap_area_params *params)
{
	int err;

	err = vswap_space_start(params->max_slots);
	if (err)
		return err;
	err = vswap_round_start();
	if (err)
		goto err_space;
	vswap_evacuate_start();
	err = vswap_writeback_start(&params->writeback);
	if (err)
		goto err_round;
	return 0;

err_round:
	vswap_evacuate_stop();
	vswap_round_stop();
err_space:
	vswap_space_stop();
	return err;
}

/**
 * vswap_area_stop() - the reverse of vswap_area_start()
 *
 * Context: process, may sleep; the area is PORT_AREA_NONE, and no hook is left.
 */
void vswap_area_stop(void)
{
	vswap_writeback_stop();
	vswap_evacuate_stop();
	vswap_round_stop();
	vswap_space_stop();
}
