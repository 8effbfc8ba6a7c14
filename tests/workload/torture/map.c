// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that change where pages are mapped, and how
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "torture.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

#define PMD_BYTES	(PMD_PAGES * PAGE_BYTES)

static int remap(uint8_t *from, uint8_t *to, size_t bytes, int flags)
{
	return mremap(from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED | flags,
		      to) == MAP_FAILED ? -errno : 0;
}

/* Kernels move only what is in one VMA: a range that isn't goes in halves */
static int carry(uint8_t *from, uint8_t *to, size_t pages)
{
	const size_t half = pages / 2;
	int err = remap(from, to, pages * PAGE_BYTES, 0);

	if (err != -EFAULT || pages == 1)
		return err;
	err = carry(from, to, half);
	return err ? err : carry(from + half * PAGE_BYTES,
				 to + half * PAGE_BYTES, pages - half);
}

/* Half of it is here, half there: nothing that this process says counts now */
static _Noreturn void torn(int err)
{
	fail("mremap: %s", strerror(-err));
	_exit(EXIT_ERROR);
}

static void check_at(struct zone *z, size_t first, size_t count, uint8_t *mem)
{
	size_t page;

	for (page = first; page < first + count; page++) {
		range_lock(z, page, 1);	/* others may have it mapped */
		page_check_at(z, page, mem + (page - first) * PAGE_BYTES);
		range_unlock(z, page, 1);
	}
}

/* Away, out, looked at there, and back */
int op_move(struct zone *z, size_t first, size_t count)
{
	uint8_t *home = zone_page(z, first);
	uint8_t *away = map_somewhere(count * PAGE_BYTES, PROT_NONE);
	int err;

	if (!away)
		return -ENOMEM;
	layout_lock();
	err = carry(home, away, count);
	if (err)
		torn(err);
	madvise(away, count * PAGE_BYTES, MADV_PAGEOUT);
	check_at(z, first, count / 2, away);
	err = carry(away, home, count);
	if (err)
		torn(err);
	layout_unlock();
	return 0;
}

/* All of the zone, and not to where large pages fit as they did */
int op_relocate(struct zone *z, size_t first, size_t count)
{
	const size_t bytes = z->r.pages * PAGE_BYTES;
	const size_t shift = below(2) ? below(PMD_PAGES) * PAGE_BYTES : 0;
	const size_t room = bytes + 2 * PMD_BYTES;
	uint8_t *start = map_somewhere(room, PROT_NONE);
	uint8_t *to;
	int err;

	(void)first;
	(void)count;
	if (!start)
		return -ENOMEM;
	to = (uint8_t *)(((uintptr_t)start + PMD_BYTES - 1) &
			 ~(uintptr_t)(PMD_BYTES - 1)) + shift;
	if (to > start)
		munmap(start, to - start);
	if (to + bytes < start + room)
		munmap(to + bytes, start + room - to - bytes);
	err = carry(z->r.mem, to, z->r.pages);
	if (err)
		torn(err);
	z->r.mem = to;
	return 0;
}

/* The pages go, and their place stays and is empty */
int op_leave(struct zone *z, size_t first, size_t count)
{
	const size_t bytes = count * PAGE_BYTES;
	uint8_t *home = zone_page(z, first);
	uint8_t *away = map_somewhere(bytes, PROT_NONE);
	int err;

	if (!away)
		return -ENOMEM;
	err = remap(home, away, bytes, MREMAP_DONTUNMAP);
	if (err) {
		munmap(away, bytes);
		return err == -EFAULT ? -EAGAIN : err;	/* several VMAs */
	}
	madvise(away, bytes, MADV_PAGEOUT);
	if (*(volatile uint64_t *)home)
		fail("what mremap has left behind isn't empty");
	check_at(z, first, count, away);
	err = carry(away, home, count);
	if (err)
		torn(err);
	return 0;
}

int op_protect(struct zone *z, size_t first, size_t count)
{
	const size_t bytes = count * PAGE_BYTES;
	uint8_t *mem = zone_page(z, first);

	if (mprotect(mem, bytes, PROT_NONE))
		return -errno;
	madvise(mem, bytes, MADV_PAGEOUT);
	if (mprotect(mem, bytes, PROT_READ))
		fail("mprotect: %s", strerror(errno));
	range_verify(z, first, count / 2);
	if (mprotect(mem, bytes, PROT_READ | PROT_WRITE))
		fail("mprotect: %s", strerror(errno));
	return 0;
}

int op_mlock(struct zone *z, size_t first, size_t count)
{
	const size_t bytes = count * PAGE_BYTES;
	uint8_t *mem = zone_page(z, first);
	int err = 0;

	madvise(mem, bytes, MADV_PAGEOUT);
	if (mlock(mem, bytes))
		err = -errno;
	range_verify(z, first, count);
	if (munlock(mem, bytes))
		fail("munlock: %s", strerror(errno));
	return err;
}

/* Other memory in its place */
int op_renew(struct zone *z, size_t first, size_t count)
{
	size_t page;

	if (mmap(zone_page(z, first), count * PAGE_BYTES, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) ==
	    MAP_FAILED)
		return -errno;
	for (page = first; page < first + count; page++)
		page_dropped(z, page);
	return 0;
}
