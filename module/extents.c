// SPDX-License-Identifier: GPL-2.0
/* The map from the pages of a swap file to the blocks of its disk. */
#include "extents.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>
#endif

#define EXTENTS_FIRST_ROOM	16

/**
 * extents_init() - set up an empty map
 * @map: the map
 */
void extents_init(struct extents *map)
{
	memset(map, 0, sizeof(*map));
}

/**
 * extents_exit() - free a map, which is empty then
 * @map: the map
 *
 * Context: Process context, may sleep.
 */
void extents_exit(struct extents *map)
{
	kvfree(map->ext);
	extents_init(map);
}

/* Make room for one more extent. Returns 0 or -ENOMEM. */
static int extents_reserve(struct extents *map)
{
	u32 room = map->room ? map->room * 2 : EXTENTS_FIRST_ROOM;
	struct extent *ext;

	if (map->nr < map->room)
		return 0;
	/* At 2^31 extents the doubling ends, at 32 GiB of them. */
	if (room <= map->room)
		return -ENOMEM;
	ext = kvmalloc_array(room, sizeof(*ext), GFP_KERNEL);
	if (!ext)
		return -ENOMEM;

	if (map->nr)
		memcpy(ext, map->ext, map->nr * sizeof(*ext));
	kvfree(map->ext);
	map->ext = ext;
	map->room = room;
	return 0;
}

/**
 * extents_add() - append pages to a map
 * @map: the map
 * @page: the first page of the file; the one after the last page added, or 0
 * @nr: how many pages, at least 1
 * @block: where the first one lies, in pages from the start of the disk
 *
 * Pages that continue the last extent on the disk too become part of it.
 *
 * Context: Process context, may sleep. One caller at a time, and no readers.
 * Return: 0, -EINVAL where the pages overlap those before, leave a gap, are none,
 * or are more than page and block numbers can count, or -ENOMEM. The map has not
 * changed after an error.
 */
int extents_add(struct extents *map, u32 page, u32 nr, u64 block)
{
	u32 next = extents_pages(map);
	struct extent *last;
	int err;

	if (page != next || !nr || nr > U32_MAX - next)
		return -EINVAL;
	if (block >= EXTENTS_MAX_BLOCK || nr > EXTENTS_MAX_BLOCK - block)
		return -EINVAL;

	last = map->nr ? &map->ext[map->nr - 1] : NULL;
	if (last && last->block + last->nr == block) {
		last->nr += nr;
		return 0;
	}
	err = extents_reserve(map);
	if (err)
		return err;
	map->ext[map->nr++] = (struct extent){ .page = page, .nr = nr, .block = block };
	return 0;
}

/**
 * extents_pages() - how many pages a map covers
 * @map: the map
 *
 * Return: The number of pages, which are those from page 0 on.
 */
u32 extents_pages(const struct extents *map)
{
	const struct extent *last;

	if (!map->nr)
		return 0;
	last = &map->ext[map->nr - 1];
	return last->page + last->nr;
}

/**
 * extents_lookup() - find where a page lies
 * @map: the map
 * @page: the page of the file
 * @nr_contiguous: set to how many pages, from this one on, lie one after the other
 *	on the disk: at least 1, or 0 where the map does not hold the page
 *
 * Context: Any. Takes no locks; the map must not be changed meanwhile.
 * Return: The block, in pages from the start of the disk, or EXTENTS_NONE.
 */
u64 extents_lookup(const struct extents *map, u32 page, u32 *nr_contiguous)
{
	u32 low = 0, high = map->nr, mid;
	const struct extent *e;

	*nr_contiguous = 0;
	if (page >= extents_pages(map))
		return EXTENTS_NONE;

	/* The extent at @low begins at or before the page, the one at @high after it. */
	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (map->ext[mid].page <= page)
			low = mid;
		else
			high = mid;
	}
	e = &map->ext[low];
	*nr_contiguous = e->nr - (page - e->page);
	return e->block + (page - e->page);
}
