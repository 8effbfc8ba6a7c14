// SPDX-License-Identifier: GPL-2.0
/*
 * Which slots the pages of a file in tmpfs have, or of other shared memory. Nobody else can
 * tell: /proc/PID/pagemap knows only of what page tables have, and of a page that is shared by
 * a file these have nothing once it is swapped out. The file's own tree has its slot.
 */
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/xarray.h>

#include "port.h"
#include "vswap_shmem.h"

/* Entries of a tree that are looked at in one go: most may be of pages in memory. */
#define ENTRIES		1024

/**
 * vswap_shmem_has() - may this be a file of shared memory?
 * @file: any file
 *
 * What isn't a page has another meaning in the trees of other file systems.
 *
 * Context: any.
 * Return: whether it is a regular file of tmpfs, which the kernel has for all shared memory.
 */
bool vswap_shmem_has(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return S_ISREG(inode->i_mode) && inode->i_sb->s_magic == TMPFS_MAGIC;
}

/* A page's slot in the area, or those of several pages, of a large folio; or 0: there is no slot 0. */
static u64 slot_of(void *entry, int swap_type)
{
	swp_entry_t swap;

	if (!xa_is_value(entry))
		return 0;
	swap = radix_to_swp_entry(entry);
	return swp_type(swap) == swap_type ? swp_offset(swap) : 0;
}

/*
 * Which pages the entry where @xas is stands for: @first, and those behind. As many as it says
 * now: the caller looks whether it is still the same.
 */
static unsigned long length_of(struct xa_state *xas, unsigned long *first)
{
	unsigned long nr = 1UL << xa_get_order(xas->xa, xas->xa_index);

	*first = round_down(xas->xa_index, nr);
	return nr;
}

/**
 * vswap_shmem_slots() - which slots the pages of a file have
 * @file: vswap_shmem_has() it
 * @first: the number of the first page to look at; set to the one to go on with, or 0 at the end
 * @slots: set to the slots of those that are swapped out
 * @nr: how many there is room for
 *
 * Nobody is kept from using the file meanwhile.
 *
 * Context: process; takes rcu_read_lock().
 * Return: how many were found, maybe 0 before the end, too.
 */
unsigned int vswap_shmem_slots(struct file *file, u64 *first, u64 *slots, unsigned int nr)
{
	XA_STATE(xas, &file->f_mapping->i_pages, *first);
	int swap_type = port_area_swap_type();
	unsigned int found = 0, looked = 0;
	unsigned long begin, pages;
	void *entry;
	u64 slot;

	rcu_read_lock();
	xas_for_each(&xas, entry, ULONG_MAX) {
		if (xas_retry(&xas, entry))
			continue;
		if (looked++ == ENTRIES)
			break;
		*first = max_t(u64, *first, xas.xa_index);
		slot = slot_of(entry, swap_type);
		if (!slot)
			continue;
		pages = length_of(&xas, &begin);
		if (unlikely(xas_reload(&xas) != entry)) {
			xas_reset(&xas);
			continue;
		}
		for (; *first < begin + pages && found < nr; ++*first)
			slots[found++] = slot + *first - begin;
		if (*first < begin + pages)
			break;
	}
	rcu_read_unlock();
	if (!entry)
		*first = 0;
	return found;
}
