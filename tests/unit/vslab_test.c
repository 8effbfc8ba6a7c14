// SPDX-License-Identifier: GPL-2.0
#include "play.h"
#include "vslab_space.h"

#define THREADS		4
#define ROUNDS		20000
#define SHARED		256

static struct vslab_space space;
static struct vslab *const slab = &space.slab;

static s64 objects[VSLAB_TEST_SEGMENTS * VSLAB_MAX_OBJECTS];

static void sizes(void)
{
	unsigned int len;

	vslab_space_init(&space, 1, 1000);
	CHECK(slab->nr_classes < VSLAB_MAX_CLASSES);
	CHECK_EQ(slab->classes[0].size, VSLAB_MIN_OBJECT);
	CHECK_EQ(slab->classes[slab->nr_classes - 1].size, VSLAB_MAX_OBJECT);
	for (len = 1; len <= VSLAB_MAX_OBJECT; len++) {
		unsigned int c = slab->class_of[(len + 7) / 8];

		CHECK(slab->classes[c].size >= len);
		CHECK(!c || slab->classes[c - 1].size < (len + 7) / 8 * 8);
	}
	vslab_space_exit(&space);
}

/* As many as fit, of @len bytes. */
static unsigned int fill(unsigned int len)
{
	unsigned int nr = 0;

	while ((objects[nr] = vslab_alloc(slab, 0, len)) >= 0)
		nr++;
	CHECK_EQ(objects[nr], -ENOSPC);
	return nr;
}

static void free_every(unsigned int nr, unsigned int first, unsigned int step)
{
	unsigned int i;

	for (i = first; i < nr; i += step)
		vslab_free(slab, objects[i]);
}

/* Whole segments, so the limit is used to the last page. */
static void limit(void)
{
	unsigned int nr;

	vslab_space_init(&space, 1, 5 * VSLAB_SEGMENT_PAGES);
	nr = fill(VSLAB_MAX_OBJECT);
	CHECK_EQ(nr, 5 * (VSLAB_SEGMENT_SIZE / VSLAB_MAX_OBJECT));
	/* What is freed is found again, by smaller ones too. */
	vslab_free(slab, objects[3]);
	objects[3] = vslab_alloc(slab, 0, 100);
	CHECK(objects[3] >= 0);
	CHECK_EQ(vslab_alloc(slab, 0, 100), -ENOSPC);
	free_every(nr, 0, 1);
	vslab_space_exit(&space);
}

/* Empty segments keep their pages for a while; then they are another size's. */
static void empty_segments(void)
{
	unsigned int nr;

	vslab_space_init(&space, 1, 20 * VSLAB_SEGMENT_PAGES);
	nr = fill(1000);
	free_every(nr, 0, 1);
	CHECK(space.many_empty > 0);
	CHECK_EQ(space.pages, 20 * VSLAB_SEGMENT_PAGES);
	nr = fill(500);
	CHECK(nr >= 19 * (VSLAB_SEGMENT_SIZE / 512));
	free_every(nr, 0, 1);
	vslab_reap(slab, 2);
	/* And one that is open. */
	CHECK(space.pages <= 3 * VSLAB_SEGMENT_PAGES);
	vslab_space_exit(&space);
}

/* Three of four are gone: three of four segments can be had by moving a quarter. */
static void poor_segments(void)
{
	unsigned int nr, i, left = 0;
	unsigned long poor;

	vslab_space_init(&space, 1, 40 * VSLAB_SEGMENT_PAGES);
	nr = fill(1000);
	vslab_close(slab, 0);
	for (i = 0; i < nr; i++) {
		if (i % 4)
			vslab_free(slab, objects[i]);
		else
			objects[left++] = objects[i];
	}
	poor = vslab_choose_poor(slab);
	CHECK(poor > left / 2 && poor < left);
	for (i = 0; i < left; i++) {
		s64 old = objects[i];

		if (!vslab_is_poor(slab, old))
			continue;
		objects[i] = vslab_alloc(slab, 0, 1000);
		CHECK(objects[i] >= 0 && !vslab_is_poor(slab, objects[i]));
		vslab_free(slab, old);
	}
	vslab_forget_poor(slab);
	vslab_reap(slab, 0);
	CHECK(space.pages <= (40 / 4 + 2) * VSLAB_SEGMENT_PAGES);
	free_every(left, 0, 1);
	vslab_space_exit(&space);
}

/* Nothing is allocated in a poor one, and what stays there is found afterwards. */
static void poor_stay(void)
{
	unsigned int nr;

	vslab_space_init(&space, 1, 10 * VSLAB_SEGMENT_PAGES);
	nr = fill(1000);
	vslab_close(slab, 0);
	free_every(nr, 0, 2);
	CHECK(vslab_choose_poor(slab) > 0);
	vslab_forget_poor(slab);
	CHECK_EQ(vslab_choose_poor(slab) > 0, true);
	/* The last one of each goes as anywhere. */
	free_every(nr, 1, 2);
	vslab_forget_poor(slab);
	vslab_space_exit(&space);
}

/* Nothing is allocated in a pinned one; what becomes of it meanwhile counts afterwards. */
static void pinned(void)
{
	unsigned int nr;
	u32 segment;

	vslab_space_init(&space, 1, 2 * VSLAB_SEGMENT_PAGES);
	objects[0] = vslab_alloc(slab, 0, 1000);
	segment = objects[0] >> VSLAB_SEGMENT_SHIFT;
	/* Somebody allocates from it. */
	CHECK(!vslab_pin(slab, segment));
	vslab_free(slab, objects[0]);
	vslab_close(slab, 0);
	nr = fill(1000);
	segment = objects[0] >> VSLAB_SEGMENT_SHIFT;
	CHECK(vslab_pin(slab, segment));
	CHECK(!vslab_pin(slab, segment));
	vslab_free(slab, objects[0]);
	CHECK_EQ(vslab_alloc(slab, 0, 1000), -ENOSPC);
	vslab_unpin(slab, segment);
	objects[0] = vslab_alloc(slab, 0, 1000);
	CHECK_EQ(objects[0] >> VSLAB_SEGMENT_SHIFT, segment);
	vslab_close(slab, 0);
	CHECK(vslab_pin(slab, segment));
	free_every(nr, 0, 1);
	vslab_unpin(slab, segment);
	/* It is empty, so there is nothing to pin. */
	CHECK(!vslab_pin(slab, segment));
	vslab_space_exit(&space);
}

/* Pages that can't be had now are given back later. */
static void locked_pages(void)
{
	unsigned int nr;

	vslab_space_init(&space, 1, 4 * VSLAB_SEGMENT_PAGES);
	nr = fill(1000);
	vslab_close(slab, 0);
	free_every(nr, 0, 1);
	space.locked = 3;
	vslab_reap(slab, 0);
	CHECK_EQ(space.pages, 3 * VSLAB_SEGMENT_PAGES + 3);
	space.locked = 0;
	/* They are used as they are. */
	nr = fill(1000);
	CHECK_EQ(space.pages, 4 * VSLAB_SEGMENT_PAGES);
	free_every(nr, 0, 1);
	vslab_close(slab, 0);
	vslab_reap(slab, 0);
	CHECK_EQ(space.pages, 0);
	vslab_space_exit(&space);
}

static void no_memory(void)
{
	vslab_space_init(&space, 1, 10);
	test_fail_alloc(1);
	CHECK_EQ(vslab_init(&(struct vslab){}, space.segments, 2, 1, slab->ops, &space), -ENOMEM);
	vslab_space_exit(&space);
}

/* ---- Threads ---- */

/* Objects that anybody may free; 0 where there is none. */
static s64 shared[SHARED];
static bool over;

/* An object holds its own offset, front and back, while it is somebody's. */
static void mark(s64 offset, unsigned int len)
{
	memcpy(space.memory + offset, &offset, sizeof(offset));
	memcpy(space.memory + offset + len - sizeof(offset), &offset, sizeof(offset));
}

static void check_mark(s64 offset)
{
	s64 seen;

	memcpy(&seen, space.memory + offset, sizeof(seen));
	CHECK_EQ(seen, offset);
}

static void put(s64 offset)
{
	if (!offset)
		return;
	check_mark(offset);
	vslab_free(slab, offset);
}

static void *allocate_and_free(void *arg)
{
	unsigned int set = (unsigned long)arg, i, len;
	u64 random = set + 1;

	for (i = 0; i < ROUNDS; i++) {
		u64 r = test_random(&random);
		s64 offset;

		len = 16 + r % 3000;
		offset = vslab_alloc(slab, set, len);
		if (offset >= 0)
			mark(offset, len);
		put(xchg(&shared[(r >> 32) % SHARED], offset < 0 ? 0 : offset));
	}
	return NULL;
}

static void *tidy(void *arg)
{
	(void)arg;
	while (!READ_ONCE(over)) {
		vslab_choose_poor(slab);
		vslab_reap(slab, 1);
		vslab_forget_poor(slab);
	}
	return NULL;
}

/* Nobody writes to a segment that is pinned, whoever reads or frees what is there. */
static void *pin(void *arg)
{
	static u8 copy[VSLAB_SEGMENT_SIZE];
	u32 segment = 0;

	(void)arg;
	while (!READ_ONCE(over)) {
		const u8 *bytes;
		size_t size;

		if (++segment >= READ_ONCE(slab->fresh))
			segment = 1;
		if (READ_ONCE(slab->fresh) == 1 || !vslab_pin(slab, segment))
			continue;
		bytes = space.memory + ((size_t)segment << VSLAB_SEGMENT_SHIFT);
		size = (size_t)slab->segments[segment].pages << VSLAB_PAGE_SHIFT;
		memcpy(copy, bytes, size);
		sched_yield();
		CHECK(!memcmp(copy, bytes, size));
		vslab_unpin(slab, segment);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t thread[THREADS], tidier, pinner;
	unsigned long i;

	vslab_space_init(&space, THREADS, 400);
	WRITE_ONCE(over, false);
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&thread[i], NULL, allocate_and_free, (void *)i));
	CHECK(!pthread_create(&tidier, NULL, tidy, NULL));
	CHECK(!pthread_create(&pinner, NULL, pin, NULL));
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	WRITE_ONCE(over, true);
	pthread_join(tidier, NULL);
	pthread_join(pinner, NULL);
	for (i = 0; i < SHARED; i++)
		put(xchg(&shared[i], 0));
	vslab_space_exit(&space);
}

static void random_scripts(void)
{
	play_random(vslab_play, 150, 600);
}

static const struct test tests[] = {
	TEST(sizes),
	TEST(limit),
	TEST(empty_segments),
	TEST(poor_segments),
	TEST(poor_stay),
	TEST(pinned),
	TEST(locked_pages),
	TEST(no_memory),
	TEST(threads),
	TEST(random_scripts),
};

int main(void)
{
	return test_main("vslab", tests, ARRAY_SIZE(tests));
}
