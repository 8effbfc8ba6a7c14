// SPDX-License-Identifier: GPL-2.0
#include "vslab_space.h"

#define PAGE	(1U << VSLAB_PAGE_SHIFT)

/* What is in a page that isn't there: whoever reads it will notice. */
#define GONE	0xdb

/* One room at a time has it; all of it is gone in between. */
static u8 memory[VSLAB_TEST_SEGMENTS << VSLAB_SEGMENT_SHIFT];

static int grow(void *owner, u32 segment)
{
	(void)owner;
	CHECK_EQ(shim_locks_held, 0);
	CHECK(segment > 0 && segment < VSLAB_TEST_SEGMENTS);
	return 0;
}

static u8 *page_at(struct vslab_space *space, u32 segment, unsigned int page)
{
	return space->memory + ((size_t)segment << VSLAB_SEGMENT_SHIFT) + page * PAGE;
}

static int map(void *owner, u32 segment, unsigned int page)
{
	struct vslab_space *space = owner;

	CHECK_EQ(shim_locks_held, 0);
	CHECK(page < VSLAB_SEGMENT_PAGES);
	if (__atomic_add_fetch(&space->pages, 1, __ATOMIC_SEQ_CST) > READ_ONCE(space->limit)) {
		__atomic_sub_fetch(&space->pages, 1, __ATOMIC_SEQ_CST);
		return -ENOSPC;
	}
	memset(page_at(space, segment, page), 0, PAGE);
	return 0;
}

static unsigned int unmap(void *owner, u32 segment, unsigned int pages)
{
	struct vslab_space *space = owner;
	unsigned int left = min_t(unsigned int, READ_ONCE(space->locked), pages);

	CHECK_EQ(shim_locks_held, 0);
	memset(page_at(space, segment, left), GONE, (pages - left) * PAGE);
	__atomic_sub_fetch(&space->pages, pages - left, __ATOMIC_SEQ_CST);
	return left;
}

static void many_empty(void *owner)
{
	struct vslab_space *space = owner;

	__atomic_add_fetch(&space->many_empty, 1, __ATOMIC_SEQ_CST);
}

static const struct vslab_ops ops = {
	.grow = grow,
	.map = map,
	.unmap = unmap,
	.many_empty = many_empty,
};

void vslab_space_init(struct vslab_space *space, unsigned int nr_sets, long limit)
{
	memset(space, 0, sizeof(*space));
	space->memory = memory;
	space->limit = limit;
	CHECK_EQ(vslab_init(&space->slab, space->segments, VSLAB_TEST_SEGMENTS, nr_sets, &ops,
			    space), 0);
}

void vslab_space_exit(struct vslab_space *space)
{
	vslab_exit(&space->slab);
	CHECK_EQ(space->pages, 0);
	CHECK_EQ(test_allocs(), 0);
}
