// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on files in memory: tmpfs and memfd
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "torture.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

int op_punch(struct zone *z, size_t first, size_t count)
{
	const int err = region_drop(&z->r, first, count);
	size_t page;

	for (page = first; page < first + count && !err; page++)
		page_dropped(z, page);
	return err;
}

/* The end of the file goes, and comes back empty */
int op_truncate(struct zone *z, size_t first, size_t count)
{
	const size_t from = z->r.pages - count;
	const off_t all = (off_t)z->r.pages * PAGE_BYTES;
	size_t page;

	(void)first;
	if (ftruncate(z->r.fd, (off_t)from * PAGE_BYTES))
		return -errno;
	if (ftruncate(z->r.fd, all)) {
		fail("ftruncate: what was there can't be had again");
		_exit(EXIT_ERROR);
	}
	for (page = from; page < z->r.pages; page++)
		page_dropped(z, page);
	return 0;
}

/* read(2) and write(2), in two parts */
int op_syscalls(struct zone *z, size_t first, size_t count)
{
	static _Thread_local uint64_t copy[PAGE_WORDS];
	const size_t split = below(2) ? below(PAGE_BYTES) : 0;
	size_t page;
	int err;

	for (page = first; page < first + count; page++) {
		err = region_read(&z->r, page, copy, split);
		page_check_at(z, page, err ? zone_page(z, page) : (void *)copy);
		if (err == -EIO)
			continue;	/* it was lost, and that is known now */
		if (err)
			return err;
		page_next(z, page);
		err = region_write(&z->r, page, self.expect, split);
		if (!err) {
			page_renewed(z, page);
			continue;
		}
		z->flags[page] = PAGE_UNKNOWN;
		return err == -EIO ? -EAGAIN : err;
	}
	return 0;
}

/* Through another mapping, from which it goes out, too */
int op_second(struct zone *z, size_t first, size_t count)
{
	const size_t bytes = count * PAGE_BYTES;
	uint8_t *mem;
	size_t page;

	layout_lock();
	mem = mmap(NULL, bytes, PROT_READ, MAP_SHARED, z->r.fd,
		   (off_t)first * PAGE_BYTES);
	layout_unlock();
	if (mem == MAP_FAILED)
		return -errno;
	madvise(mem, bytes, MADV_PAGEOUT);
	for (page = first; page < first + count; page++)
		page_check_at(z, page, mem + (page - first) * PAGE_BYTES);
	munmap(mem, bytes);
	return 0;
}
