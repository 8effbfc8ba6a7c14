// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that tell the kernel what is to become of pages: madvise(2)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "torture.h"

#ifndef MADV_COLD
#define MADV_COLD		20
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#define MADV_POPULATE_WRITE	23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif

static int advise(struct zone *z, size_t first, size_t count, int advice)
{
	return madvise(zone_page(z, first), count * PAGE_BYTES, advice) ?
		-errno : 0;
}

/* ---- the content stays ---- */

int op_pageout(struct zone *z, size_t first, size_t count)
{
	return advise(z, first, count, MADV_PAGEOUT);
}

int op_cold(struct zone *z, size_t first, size_t count)
{
	return advise(z, first, count, MADV_COLD);
}

/* EFAULT is a page that can't be read; who looks at it will find out */
int op_populate(struct zone *z, size_t first, size_t count)
{
	const int err = advise(z, first, count, below(2) ? MADV_POPULATE_READ :
			       MADV_POPULATE_WRITE);

	return err == -EFAULT || err == -EHWPOISON ? -EAGAIN : err;
}

int op_willneed(struct zone *z, size_t first, size_t count)
{
	return advise(z, first, count, MADV_WILLNEED);
}

/* Pages that are out come back for it */
int op_collapse(struct zone *z, size_t first, size_t count)
{
	const size_t from = first / PMD_PAGES * PMD_PAGES;
	size_t end = (first + count + PMD_PAGES - 1) / PMD_PAGES * PMD_PAGES;

	if (end > z->r.pages)
		end = z->r.pages;
	return advise(z, from, end - from, MADV_COLLAPSE);
}

int op_merge(struct zone *z, size_t first, size_t count)
{
	return advise(z, first, count, MADV_MERGEABLE);
}

int op_unmerge(struct zone *z, size_t first, size_t count)
{
	const int err = advise(z, first, count, MADV_UNMERGEABLE);

	return err == -EFAULT || err == -EHWPOISON ? -EAGAIN : err;
}

int op_small(struct zone *z, size_t first, size_t count)
{
	return advise(z, first, count, MADV_NOHUGEPAGE);
}

int op_huge(struct zone *z, size_t first, size_t count)
{
	return advise(z, first, count, MADV_HUGEPAGE);
}

/* ---- it goes ---- */

static void dropped(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++)
		page_dropped(z, page);
}

/*
 * What is read from then on is the old content, or zeroes. Not in a forked child: without any swap, on a kernel of today, what a child gives up so was
 * zero in its parent now and then.
 */
int op_free(struct zone *z, size_t first, size_t count)
{
	const int err = advise(z, first, count, MADV_FREE);
	size_t page;

	for (page = first; page < first + count && !err; page++)
		z->flags[page] |= PAGE_FREED;
	return err;
}

int op_dontneed(struct zone *z, size_t first, size_t count)
{
	const int err = advise(z, first, count, MADV_DONTNEED);

	if (err)
		return err;
	dropped(z, first, count);
	if (below(2))
		range_check(z, first, count);
	return 0;
}

/* Every other page, so that what is left of a large folio is in pieces */
int op_thin(struct zone *z, size_t first, size_t count)
{
	const size_t step = 2 + below(3);
	size_t page;
	int err;

	for (page = first; page < first + count; page += step) {
		err = advise(z, page, 1, MADV_DONTNEED);
		if (err)
			return err;
		page_dropped(z, page);
	}
	return 0;
}

/*
 * A large folio that lost a part of it, goes out, is written to, goes out again:
 * rewritten as a whole beforehand, so that there is one
 */
int op_split(struct zone *z, size_t first, size_t count)
{
	const size_t hole = first + below(count);
	size_t page;
	int err;

	for (page = first; page < first + count; page++)
		page_renew(z, page);
	err = advise(z, hole, 1, MADV_DONTNEED);
	if (err)
		return err;
	page_dropped(z, hole);
	advise(z, first, count, MADV_PAGEOUT);
	for (page = first + below(8); page < first + count; page += 8)
		page_renew(z, page);
	advise(z, first, count, MADV_PAGEOUT);
	for (page = first; page < first + count; page += 4)
		page_check(z, page);
	return 0;
}
