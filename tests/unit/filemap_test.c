// SPDX-License-Identifier: GPL-2.0
#include "filemap.h"
#include "play.h"

#define VSLOT	1000

static const struct filemap_ops ops = {
	.alloc = test_size_alloc,
	.free = test_free,
};

static struct filemap fm;

static void init(u32 nr_slots, unsigned int nr_cpus)
{
	CHECK_EQ(filemap_init(&fm, nr_slots, nr_cpus, &ops), 0);
}

/* Expect @nr slots; returns the first. */
static u32 alloc(unsigned int cpu, unsigned int want, unsigned int nr)
{
	u32 first = U32_MAX, i;

	CHECK_EQ(filemap_alloc(&fm, cpu, want, VSLOT, &first), nr);
	for (i = 0; i < nr; i++)
		CHECK_EQ(filemap_owner(&fm, first + i), VSLOT + i);
	return first;
}

static void must_free(u32 first, unsigned int nr)
{
	u32 i;

	CHECK_EQ(filemap_free(&fm, first, nr), 0);
	for (i = 0; i < nr; i++)
		CHECK_EQ(filemap_owner(&fm, first + i), FILEMAP_NOBODY);
}

static void bad_arguments(void)
{
	u32 first;

	CHECK_EQ(filemap_init(&fm, 0, 1, &ops), -EINVAL);
	CHECK_EQ(filemap_exit(&fm), 0);
	CHECK_EQ(filemap_init(&fm, 10, 0, &ops), -EINVAL);
	init(10, 2);
	CHECK_EQ(filemap_alloc(&fm, 2, 1, VSLOT, &first), -EINVAL);
	CHECK_EQ(filemap_alloc(&fm, 0, 0, VSLOT, &first), -EINVAL);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, FILEMAP_NOBODY, &first), -EINVAL);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, FILEMAP_MAX_PACKED, &first), -EINVAL);
	CHECK_EQ(filemap_alloc_packed(&fm, 2, 1, &first), -EINVAL);
	CHECK_EQ(filemap_alloc_packed(&fm, 0, 0, &first), -EINVAL);
	CHECK_EQ(filemap_alloc_packed(&fm, 0, FILEMAP_MAX_PACKED + 1, &first), -EINVAL);
	CHECK_EQ(filemap_alloc(&fm, 0, 2, U32_MAX, &first), -EINVAL);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, U32_MAX, &first), 1);
	CHECK_EQ(filemap_owner(&fm, first), U32_MAX);
	CHECK_EQ(filemap_owner(&fm, 10), FILEMAP_NOBODY);
	CHECK_EQ(filemap_owner(&fm, U32_MAX), FILEMAP_NOBODY);
	CHECK_EQ(filemap_free(&fm, first, 0), -EINVAL);
	CHECK_EQ(filemap_free(&fm, first, 2), -EINVAL);
	CHECK_EQ(filemap_free(&fm, 10, 1), -EINVAL);
	CHECK_EQ(filemap_free(&fm, 1, U32_MAX), -EINVAL);
	CHECK_EQ(filemap_free(&fm, 0, 1), -EINVAL);
	must_free(first, 1);
	CHECK_EQ(filemap_exit(&fm), 0);
}

static void header_only(void)
{
	u32 first;

	init(1, 1);
	CHECK_EQ(filemap_capacity(&fm), 0);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, VSLOT, &first), -ENOSPC);
	CHECK_EQ(filemap_exit(&fm), 0);
}

static void sequential(void)
{
	u32 i, next = 1;

	init(100000, 1);
	for (i = 0; i < 63; i++, next += 16)
		CHECK_EQ(alloc(0, 16, 16), next);
	for (; next < 3000; next++)
		CHECK_EQ(alloc(0, 1, 1), next);
	CHECK_EQ(filemap_used(&fm), 2999);
	CHECK_EQ(filemap_exit(&fm), 2999);
}

/* What was freed behind the cursor is used when the cursor comes round. */
static void next_fit(void)
{
	u32 i;

	init(3000, 1);
	for (i = 1; i < 2000; i++)
		alloc(0, 1, 1);
	must_free(5, 1);
	must_free(1500, 1);
	for (i = 2000; i < 3000; i++)
		CHECK_EQ(alloc(0, 1, 1), i);
	CHECK_EQ(alloc(0, 1, 1), 5);
	CHECK_EQ(alloc(0, 1, 1), 1500);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, VSLOT, &i), -ENOSPC);
	CHECK_EQ(filemap_exit(&fm), 2999);
}

static void cpus_apart(void)
{
	u32 last[4], i, cpu, slot, breaks = 0;

	init(64 * 1024, 4);
	for (cpu = 0; cpu < 4; cpu++)
		last[cpu] = alloc(cpu, 1, 1);
	for (i = 1; i < 15 * 1024; i++) {
		for (cpu = 0; cpu < 4; cpu++) {
			slot = alloc(cpu, 1, 1);
			breaks += slot != last[cpu] + 1;
			last[cpu] = slot;
		}
	}
	CHECK_EQ(breaks, 0);
	/* One CPU has all the file to itself when the others are idle. */
	while (filemap_used(&fm) < filemap_capacity(&fm))
		alloc(0, 1, 1);
	CHECK_EQ(filemap_exit(&fm), 64 * 1024 - 1);
}

/* A CPU that comes to where another one is goes on behind it. */
static void keep_out_of_others_chunk(void)
{
	u32 i;

	init(8 * 1024, 2);
	CHECK_EQ(alloc(1, 5, 5), 4 * 1024);
	for (i = 1; i < 4 * 1024; i++)
		CHECK_EQ(alloc(0, 1, 1), i);
	CHECK_EQ(alloc(0, 1, 1), 5 * 1024);
	CHECK_EQ(alloc(1, 1, 1), 4 * 1024 + 5);
	CHECK_EQ(filemap_exit(&fm), 4 * 1024 + 6);
}

/* More CPUs than chunks. */
static void small_file(void)
{
	u32 i;

	init(1500, 16);
	for (i = 0; i < 1499; i++)
		alloc(i % 16, 1, 1);
	CHECK_EQ(filemap_alloc(&fm, 3, 1, VSLOT, &i), -ENOSPC);
	CHECK_EQ(filemap_exit(&fm), 1499);
}

static void runs(void)
{
	u32 i, first;

	init(2048, 1);
	CHECK_EQ(alloc(0, 5000, 1024), 1024);	/* all of the chunk without the header */
	CHECK_EQ(alloc(0, 1024, 1023), 1);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, VSLOT, &first), -ENOSPC);

	for (i = 100; i < 200; i += 2)
		must_free(i, 1);
	must_free(300, 3);
	must_free(400, 8);
	must_free(500, 20);
	CHECK_EQ(alloc(0, 8, 8), 400);
	CHECK_EQ(alloc(0, 100, 20), 500);
	CHECK_EQ(alloc(0, 2, 2), 300);
	CHECK_EQ(alloc(0, 2, 1), 302);
	CHECK_EQ(alloc(0, 3, 1), 100);
	CHECK_EQ(filemap_used(&fm), 2047 - 49);
	CHECK_EQ(filemap_exit(&fm), 2047 - 49);
}

/* A large folio after the other: each in one piece, the gaps left to what is smaller. */
static void folio_runs(void)
{
	u32 i;

	init(4 * 1024, 1);
	CHECK_EQ(alloc(0, 512, 512), 1);
	for (i = 0; i < 6; i++)
		CHECK_EQ(alloc(0, 512, 512), 1024 + i * 512);
	/* None is left: the longest one. */
	CHECK_EQ(alloc(0, 512, 511), 513);
	CHECK_EQ(filemap_used(&fm), filemap_capacity(&fm));

	/* In pieces: what is nearest, when a run of one will do. */
	for (i = 1024; i < 2048; i += 2)
		must_free(i, 1);
	must_free(3000, 16);
	CHECK_EQ(alloc(0, 512, 16), 3000);
	CHECK_EQ(alloc(0, 16, 1), 1024);
	CHECK_EQ(alloc(0, 1, 1), 1026);
	CHECK_EQ(filemap_exit(&fm), 4 * 1024 - 1 - 510);
}

static void free_across_chunks(void)
{
	init(5 * 1024, 1);
	alloc(0, 1024, 1024);
	alloc(0, 1024, 1024);
	alloc(0, 1024, 1024);
	CHECK_EQ(fm.nr_held, 4);
	must_free(2000, 1100);
	must_free(1024, 976);
	CHECK_EQ(filemap_free(&fm, 3050, 100), -EINVAL);
	must_free(3100, 996);
	CHECK_EQ(filemap_used(&fm), 0);
	CHECK_EQ(fm.nr_held, 2);	/* the header's and a spare one */
	CHECK_EQ(filemap_exit(&fm), 0);
}

static void double_free(void)
{
	u32 first;

	init(100, 1);
	first = alloc(0, 10, 10);
	must_free(first + 4, 1);
	CHECK_EQ(filemap_free(&fm, first, 10), -EINVAL);
	CHECK_EQ(filemap_used(&fm), 9);
	CHECK_EQ(filemap_owner(&fm, first), VSLOT);
	must_free(first, 4);
	must_free(first + 5, 5);
	CHECK_EQ(filemap_free(&fm, first, 1), -EINVAL);
	CHECK_EQ(filemap_exit(&fm), 0);
}

static void bad_slots(void)
{
	u32 first;

	init(4000, 1);
	CHECK_EQ(filemap_mark_bad(&fm, 0), 0);
	CHECK_EQ(filemap_mark_bad(&fm, 10), 0);
	CHECK_EQ(filemap_mark_bad(&fm, 10), 0);
	CHECK_EQ(filemap_mark_bad(&fm, 3999), 0);
	CHECK_EQ(filemap_mark_bad(&fm, 4000), -EINVAL);
	CHECK_EQ(filemap_capacity(&fm), 3997);
	CHECK_EQ(filemap_used(&fm), 0);
	CHECK_EQ(alloc(0, 9, 9), 1);
	CHECK_EQ(alloc(0, 2, 2), 11);
	CHECK_EQ(filemap_mark_bad(&fm, 5), -EBUSY);
	CHECK_EQ(filemap_free(&fm, 9, 3), -EINVAL);
	CHECK_EQ(filemap_free(&fm, 10, 1), -EINVAL);
	while (filemap_used(&fm) < filemap_capacity(&fm))
		alloc(0, 1, 1);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, VSLOT, &first), -ENOSPC);
	CHECK_EQ(filemap_owner(&fm, 10), FILEMAP_NOBODY);
	CHECK_EQ(filemap_exit(&fm), 3997);
}

static void condemned(void)
{
	u32 first, owner;

	init(4000, 1);
	first = alloc(0, 10, 10);
	filemap_condemn(&fm, first + 2, 2);
	filemap_condemn(&fm, first + 10, 1);	/* free: nothing happens */
	filemap_condemn(&fm, 3999, 100);
	CHECK_EQ(filemap_capacity(&fm), 3999);
	CHECK_EQ(filemap_next(&fm, 0, &owner), first);
	CHECK_EQ(owner, VSLOT);
	must_free(first, 10);
	CHECK_EQ(filemap_capacity(&fm), 3997);
	CHECK_EQ(filemap_used(&fm), 0);
	CHECK_EQ(filemap_free(&fm, first + 2, 1), -EINVAL);
	CHECK_EQ(filemap_next(&fm, 0, &owner), 4000);
	while (filemap_used(&fm) < filemap_capacity(&fm))
		alloc(0, 1, 1);
	CHECK_EQ(filemap_owner(&fm, first + 2), FILEMAP_NOBODY);
	CHECK_EQ(filemap_owner(&fm, first + 3), FILEMAP_NOBODY);
	CHECK_EQ(filemap_exit(&fm), 3997);
}

static void packed(void)
{
	u32 first, owner;

	init(4000, 1);
	CHECK_EQ(alloc(0, 2, 2), 1);
	CHECK_EQ(filemap_alloc_packed(&fm, 0, 3, &first), 0);
	CHECK_EQ(first, 3);
	CHECK_EQ(filemap_alloc_packed(&fm, 0, FILEMAP_MAX_PACKED, &first), 0);
	CHECK_EQ(first, 4);
	CHECK_EQ(filemap_owner(&fm, 4), FILEMAP_MAX_PACKED);
	CHECK_EQ(filemap_used(&fm), 4);
	CHECK_EQ(filemap_next(&fm, 3, &owner), 3);
	CHECK(filemap_is_packed(owner));
	CHECK(!filemap_is_packed(VSLOT));
	CHECK(!filemap_is_packed(FILEMAP_NOBODY));

	/* The two kinds don't mix. */
	CHECK_EQ(filemap_free(&fm, 3, 1), -EINVAL);
	CHECK_EQ(filemap_free(&fm, 1, 3), -EINVAL);
	CHECK_EQ(filemap_put_packed(&fm, 2), -EINVAL);
	CHECK_EQ(filemap_put_packed(&fm, 0), -EINVAL);
	CHECK_EQ(filemap_put_packed(&fm, 100), -EINVAL);
	CHECK_EQ(filemap_put_packed(&fm, 4000), -EINVAL);

	CHECK_EQ(filemap_put_packed(&fm, 3), 2);
	CHECK_EQ(filemap_put_packed(&fm, 3), 1);
	CHECK_EQ(filemap_used(&fm), 4);
	CHECK_EQ(filemap_put_packed(&fm, 3), 0);
	CHECK_EQ(filemap_used(&fm), 3);
	CHECK_EQ(filemap_put_packed(&fm, 3), -EINVAL);
	must_free(1, 2);

	/* A place that failed is bad when the last page has gone. */
	CHECK_EQ(filemap_alloc_packed(&fm, 0, 2, &first), 0);
	CHECK_EQ(first, 5);
	filemap_condemn(&fm, 5, 1);
	CHECK_EQ(filemap_put_packed(&fm, 5), 1);
	CHECK_EQ(filemap_capacity(&fm), 3999);
	CHECK_EQ(filemap_put_packed(&fm, 5), 0);
	CHECK_EQ(filemap_capacity(&fm), 3998);
	CHECK_EQ(filemap_put_packed(&fm, 5), -EINVAL);
	CHECK_EQ(filemap_exit(&fm), 1);
}

static void grown(void)
{
	u32 first;

	init(1000, 2);
	while (filemap_used(&fm) < filemap_capacity(&fm))
		alloc(0, 100, min_t(u32, 100, filemap_capacity(&fm) - filemap_used(&fm)));
	CHECK_EQ(filemap_alloc(&fm, 0, 1, VSLOT, &first), -ENOSPC);
	CHECK_EQ(filemap_grow(&fm, 999), -EINVAL);
	CHECK_EQ(filemap_grow(&fm, 1000), 0);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, VSLOT, &first), -ENOSPC);
	CHECK_EQ(filemap_grow(&fm, 1010), 0);
	CHECK_EQ(alloc(1, 20, 10), 1000);
	CHECK_EQ(filemap_grow(&fm, 70000), 0);
	CHECK_EQ(filemap_capacity(&fm), 69999);
	while (filemap_used(&fm) < filemap_capacity(&fm))
		alloc(0, 1, 1);
	CHECK_EQ(filemap_exit(&fm), 69999);
}

static u32 emptied;

static void count_emptied(struct filemap *map)
{
	CHECK(map == &fm);
	emptied++;
}

/* Slots that are taken to be forgotten on the disk are handed out to nobody meanwhile. */
static void stale_chunks(void)
{
	static const struct filemap_ops stale_ops = {
		.alloc = test_size_alloc,
		.free = test_free,
		.emptied = count_emptied,
	};
	u32 first = 0, i;

	CHECK_EQ(filemap_init(&fm, 3500, 1, &stale_ops), 0);
	/* Nothing has been in use. */
	CHECK_EQ(filemap_take_stale(&fm, &first), 0);
	/* The first one never gets empty: it has the header. */
	CHECK_EQ(alloc(0, 1023, 1023), 1);
	CHECK_EQ(alloc(0, 1024, 1024), 1024);
	CHECK_EQ(alloc(0, 1024, 1024), 2048);
	CHECK_EQ(alloc(0, 1024, 428), 3072);
	must_free(1, 1023);
	must_free(1024, 1023);
	CHECK_EQ(filemap_take_stale(&fm, &first), 0);
	CHECK_EQ(emptied, 0);
	must_free(2047, 1);
	CHECK_EQ(emptied, 1);
	/* Used again before anybody came. */
	must_free(2048, 1024);
	CHECK_EQ(emptied, 2);
	CHECK_EQ(alloc(0, 1024, 1024), 1024);
	CHECK_EQ(filemap_take_stale(&fm, &first), 1024);
	CHECK_EQ(first, 2048);
	CHECK_EQ(filemap_take_stale(&fm, &first), 0);
	/* What is left is in the first chunk. */
	for (i = 0; i < 1023; i++)
		CHECK(alloc(0, 1, 1) < 1024);
	CHECK_EQ(filemap_alloc(&fm, 0, 1, VSLOT, &first), -ENOSPC);
	filemap_return_stale(&fm, 2048);
	CHECK_EQ(alloc(0, 1024, 1024), 2048);
	/* The last one is short, and gets longer while it is taken. */
	must_free(3072, 428);
	CHECK_EQ(filemap_take_stale(&fm, &first), 428);
	CHECK_EQ(first, 3072);
	CHECK_EQ(filemap_grow(&fm, 6000), 0);
	CHECK_EQ(alloc(0, 1024, 1024), 4096);
	must_free(4096, 1024);
	filemap_return_stale(&fm, 3072);
	CHECK_EQ(filemap_take_stale(&fm, &first), 1024);
	CHECK_EQ(first, 4096);
	filemap_return_stale(&fm, 4096);
	CHECK_EQ(filemap_exit(&fm), 3071);
}

/* A slot at a time used and freed does not allocate and free memory each time. */
static void no_thrash(void)
{
	u32 i, slot;

	init(1 << 20, 1);
	must_free(alloc(0, 1024, 1024), 1024);
	test_fail_alloc(1);
	for (i = 0; i < 5000; i++) {
		slot = alloc(0, 1, 1);
		must_free(slot, 1);
	}
	CHECK_EQ(fm.nr_held, 2);
	CHECK(!test_alloc_failed());
	test_fail_alloc(0);
	CHECK_EQ(filemap_exit(&fm), 0);
}

static void fail_nth(void)
{
	u32 first, i, failures;
	unsigned int nth;

	for (nth = 1; ; nth++) {
		test_fail_alloc(nth);
		failures = 0;
		if (filemap_init(&fm, 8192, 2, &ops)) {
			CHECK_EQ(test_allocs(), 0);
			continue;
		}
		for (i = 0; i < 12; i++) {
			int nr = filemap_alloc(&fm, i % 2, 600, VSLOT, &first);

			CHECK(nr > 0 || nr == -ENOMEM);
			failures += nr < 0;
		}
		failures += filemap_mark_bad(&fm, 8191) == -ENOMEM;
		CHECK_EQ(failures, test_alloc_failed());
		filemap_exit(&fm);
		CHECK_EQ(test_allocs(), 0);
		if (!failures)
			break;
	}
	CHECK(nth > 15);
}

static void alloc_other(void)
{
	alloc(0, 100, 100);
}

/* Two tasks get memory for one chunk, and then the second is better served elsewhere. */
static void chunk_meanwhile(void)
{
	u32 first;

	init(2048, 1);
	fm.cursor[0] = 1024;
	test_meanwhile = alloc_other;
	first = alloc(0, 1000, 1000);
	CHECK_EQ(fm.nr_held, 2);
	CHECK_EQ(test_allocs(), 3 + 2 * 2);
	CHECK_EQ(first, 1);
	CHECK_EQ(filemap_exit(&fm), 1100);
}

/* The largest file: nothing overflows. */
static void huge(void)
{
	u32 first;

	init(U32_MAX, 3);
	CHECK_EQ(filemap_capacity(&fm), U32_MAX - 1);
	alloc(2, 1, 1);
	CHECK_EQ(filemap_mark_bad(&fm, U32_MAX - 1), 0);
	fm.cursor[0] = U32_MAX - 3;
	CHECK_EQ(alloc(0, 2, 2), U32_MAX - 3);
	first = alloc(0, 1024, 1024);
	CHECK(first < U32_MAX - 1024);
	CHECK_EQ(filemap_free(&fm, U32_MAX - 3, 4), -EINVAL);
	must_free(U32_MAX - 3, 2);
	CHECK_EQ(filemap_exit(&fm), 1025);
}

static void random_scripts(void)
{
	play_random(filemap_play, 150, 1000);
}

/* Threads: each allocates runs, and frees what another one allocated. */

#define NR_THREADS	4
#define NR_BOXES	64

static u64 boxes[NR_BOXES];	/* first << 32 | nr << 16 | thread, 0: empty */
static u32 blocks[NR_BOXES];	/* packed ones of NR_PAGES pages, 0: none */

#define NR_PAGES	3

static void pack_and_put(u64 random, unsigned int cpu)
{
	u32 slot, i;

	if (filemap_alloc_packed(&fm, cpu, NR_PAGES, &slot))
		slot = 0;
	slot = __atomic_exchange_n(&blocks[random % NR_BOXES], slot, __ATOMIC_ACQ_REL);
	for (i = NR_PAGES; slot && i--;)
		CHECK_EQ(filemap_put_packed(&fm, slot), i);
}

static void swap_and_free(u64 random, u64 box)
{
	u32 first, nr, i;

	box = __atomic_exchange_n(&boxes[random % NR_BOXES], box, __ATOMIC_ACQ_REL);
	if (!box)
		return;
	first = box >> 32;
	nr = box >> 16 & 0xffff;
	for (i = 0; i < nr; i++)
		CHECK_EQ(filemap_owner(&fm, first + i), (box & 0xffff) * 10000 + i);
	CHECK_EQ(filemap_free(&fm, first, nr), 0);
}

static void *worker(void *arg)
{
	u64 seed = (uintptr_t)arg;
	u32 id = seed, i, first;

	for (i = 0; i < 20000; i++) {
		int nr = filemap_alloc(&fm, id % 3, 1 + test_random(&seed) % 40, id * 10000,
				       &first);

		CHECK(nr > 0 || nr == -ENOSPC);
		if (test_random(&seed) % 4 == 0)
			pack_and_put(test_random(&seed), id % 3);
		swap_and_free(test_random(&seed),
			      nr > 0 ? (u64)first << 32 | (u64)nr << 16 | id : 0);
		CHECK(filemap_used(&fm) <= filemap_capacity(&fm));
	}
	return NULL;
}

static void threads(void)
{
	pthread_t thread[NR_THREADS];
	uintptr_t i;
	u32 left;

	init(1700, 3);
	for (i = 0; i < NR_THREADS; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, worker, (void *)(i + 1)), 0);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < NR_BOXES; i++)
		swap_and_free(i, 0);
	for (i = 0; i < NR_BOXES; i++)
		for (left = NR_PAGES; blocks[i] && left--;)
			CHECK_EQ(filemap_put_packed(&fm, blocks[i]), left);
	CHECK_EQ(filemap_exit(&fm), 0);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(bad_arguments), TEST(header_only), TEST(sequential), TEST(next_fit),
		TEST(cpus_apart), TEST(keep_out_of_others_chunk),
		TEST(small_file), TEST(runs), TEST(folio_runs), TEST(free_across_chunks),
		TEST(double_free), TEST(bad_slots), TEST(condemned), TEST(packed), TEST(grown),
		TEST(stale_chunks),
		TEST(no_thrash), TEST(fail_nth),
		TEST(chunk_meanwhile), TEST(huge), TEST(random_scripts), TEST(threads),
	};

	return test_main("filemap", tests, ARRAY_SIZE(tests));
}
