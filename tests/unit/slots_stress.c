// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that allocate runs of slots, fill them, and pass them to each other through
 * mailboxes to be checked and freed, while the space grows and a mover moves what it
 * can from pool to file. Meant for TSan, and for ASan as well.
 */
#include <sched.h>
#include <time.h>
#include "slots_space.h"

#define NR_THREADS	4
#define NR_CPUS		3	/* fewer than threads, so that CPUs are shared */
#define NR_BOXES	160
#define MAX_CLUSTERS	64

/* A machine that has much else to do does fewer rounds. */
#define MAX_SECONDS	60

struct box {
	u32 first;
	u32 nr;
	u64 stamp;
};

static struct space sp;
static struct box *boxes[NR_BOXES];
static u32 owners[MAX_CLUSTERS * SLOTS_PER_CLUSTER];	/* 1 while in use */
static unsigned long nr_rounds;
static time_t started;
static unsigned int nr_running;
static u32 nr_big, nr_small, nr_moved, nr_kept, nr_gone;
static long in_pool, in_file;	/* what nobody has released yet; atomic */

/* Threads should meet in places where they rarely would on few CPUs. */
static void yield_sometimes(void)
{
	static _Thread_local u64 seed;

	if (test_random(&seed) % 16 == 0)
		sched_yield();
}

static u64 stamp_of(const struct box *box, u32 i)
{
	return box->stamp * 0x9e3779b97f4a7c15ULL + i;
}

static void fill(const struct box *box)
{
	u32 i;

	for (i = 0; i < box->nr; i++) {
		u32 *owner = &owners[box->first + i];
		u64 *word = slot_word_ptr(&sp.s, box->first + i);

		CHECK_EQ(__atomic_exchange_n(owner, 1, __ATOMIC_RELAXED), 0);
		CHECK_EQ(READ_ONCE(*word), slot_word(SLOT_EMPTY, 0));
		if (i % 3) {
			__atomic_add_fetch(&in_pool, 1, __ATOMIC_RELAXED);
			WRITE_ONCE(*word, slot_word(SLOT_POOL, stamp_of(box, i)));
		} else
			CHECK_EQ(slot_set_fill(&sp.s, box->first + i, stamp_of(box, i)), 0);
	}
}

static void release_word(u64 word)
{
	__atomic_sub_fetch(slot_tag(word) == SLOT_POOL ? &in_pool : &in_file, 1,
			   __ATOMIC_RELAXED);
}

/* As the module does: read, mark as accessed, and now and then take the word away. */
static void verify_stored(u64 *ptr, u64 stamp, bool take)
{
	u64 word = READ_ONCE(*ptr);

	CHECK(slot_tag(word) == SLOT_POOL || slot_tag(word) == SLOT_FILE);
	CHECK_EQ(slot_payload(word), slot_payload(slot_word(SLOT_FREE, stamp)));
	if (slot_tag(word) == SLOT_POOL && !(word & SLOT_ACCESSED))
		cmpxchg(ptr, word, word | SLOT_ACCESSED);
	if (!take)
		return;
	word = xchg(ptr, slot_word(SLOT_EMPTY, 0));
	if (!(word & SLOT_BUSY))
		release_word(word);
}

static void verify(const struct box *box, bool take)
{
	u32 i;

	for (i = 0; i < box->nr; i++) {
		u64 *ptr = slot_word_ptr(&sp.s, box->first + i), word = READ_ONCE(*ptr);

		if (i % 3)
			verify_stored(ptr, stamp_of(box, i), take);
		else
			CHECK_EQ(slot_fill_value(&sp.s, box->first + i, word), stamp_of(box, i));
		if (take)
			CHECK_EQ(__atomic_exchange_n(&owners[box->first + i], 0,
						     __ATOMIC_RELAXED), 1);
	}
}

/* Whole, or in pieces: as folios are that were split. */
static void release(struct box *box, u64 random)
{
	u32 i, step = random % 3 ? box->nr : 1 + random / 3 % 7;

	if (random % 2)
		verify(box, false);
	verify(box, true);
	for (i = 0; i < box->nr; i += step)
		CHECK_EQ(slots_free(&sp.s, box->first + i, min_t(u32, step, box->nr - i)), 0);
	free(box);
}

static struct box *swap_box(u64 random, struct box *box)
{
	return __atomic_exchange_n(&boxes[random % NR_BOXES], box, __ATOMIC_ACQ_REL);
}

static void step(u64 *seed, u64 stamp)
{
	static const u8 orders[] = { 0, 0, 0, 0, 0, 0, 1, 2, 2, 4, 4, 9 };
	unsigned int order = orders[test_random(seed) % ARRAY_SIZE(orders)];
	s64 slot = slots_alloc(&sp.s, test_random(seed) % NR_CPUS, order);
	struct box *box = NULL;

	CHECK(slot >= 0 || slot == -ENOSPC);
	if (slot >= 0) {
		__atomic_add_fetch(order == 9 ? &nr_big : &nr_small, 1, __ATOMIC_RELAXED);
		box = malloc(sizeof(*box));
		CHECK(box);
		*box = (struct box){ .first = slot, .nr = 1 << order, .stamp = stamp };
		fill(box);
	} else {
		sched_yield();	/* let it grow */
	}
	box = swap_box(test_random(seed), box);
	if (box)
		release(box, test_random(seed));
}

static void *worker(void *arg)
{
	u64 id = (uintptr_t)arg, seed = id, i;

	shim_before_lock = yield_sometimes;
	for (i = 0; i < nr_rounds && time(NULL) - started < MAX_SECONDS; i++)
		step(&seed, id << 32 | i);
	__atomic_sub_fetch(&nr_running, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* What was held gets a place in the file, or has to stay, as chance will have it. */
static void let_go(const struct slot_move *move, u64 random)
{
	u64 word = random % 4 ? slot_word(SLOT_FILE, slot_payload(move->word)) : 0;

	CHECK_EQ(slot_tag(move->word), SLOT_POOL);
	if (word)
		__atomic_add_fetch(&in_file, 1, __ATOMIC_RELAXED);
	switch (slots_let_go(&sp.s, move, word, random / 4 % 2)) {
	case SLOT_MOVED:
		CHECK(word);
		release_word(move->word);
		nr_moved++;
		return;
	case SLOT_KEPT:
		nr_kept++;
		break;
	case SLOT_GONE:
		release_word(move->word);
		nr_gone++;
		break;
	}
	if (word)
		release_word(word);
}

static void *mover(void *arg)
{
	struct slot_move moves[8];
	u64 seed = (uintptr_t)arg;
	unsigned int nr, i;
	u32 slot = 0;

	shim_before_lock = yield_sometimes;
	while (__atomic_load_n(&nr_running, __ATOMIC_ACQUIRE)) {
		if (!(slot % SLOTS_PER_CLUSTER))
			slot = slots_oldest(&sp.s);
		if (!slot)
			continue;
		nr = slots_hold(&sp.s, &slot, SLOT_POOL, test_random(&seed) % 2, moves,
				ARRAY_SIZE(moves));
		sched_yield();
		for (i = 0; i < nr; i++)
			let_go(&moves[i], test_random(&seed));
	}
	return NULL;
}

/* Grow, and read the counts, while the workers run. */
static void grow_meanwhile(void)
{
	unsigned long wanted = 0, now;

	while (__atomic_load_n(&nr_running, __ATOMIC_ACQUIRE)) {
		now = __atomic_load_n(&sp.nr_wanted, __ATOMIC_RELAXED);
		if (now > wanted + 200 && sp.s.nr_clusters < MAX_CLUSTERS) {
			space_grow(&sp, sp.s.nr_clusters + 1);
			wanted = now;
		}
		CHECK(READ_ONCE(sp.s.nr_free) < MAX_CLUSTERS);
		CHECK(READ_ONCE(sp.s.nr_wide) <= MAX_CLUSTERS);
		sched_yield();
	}
}

static void stress(void)
{
	pthread_t threads[NR_THREADS], mover_thread;
	uintptr_t i;

	space_init(&sp, MAX_CLUSTERS, NR_CPUS);
	sp.s.low_water = 1;
	space_grow(&sp, 3);
	nr_running = NR_THREADS;
	for (i = 0; i < NR_THREADS; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, worker, (void *)(i + 1)), 0);
	CHECK_EQ(pthread_create(&mover_thread, NULL, mover, NULL), 0);
	grow_meanwhile();
	pthread_join(mover_thread, NULL);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);

	space_validate(&sp);
	for (i = 0; i < NR_BOXES; i++) {
		struct box *box = swap_box(i, NULL);

		if (box)
			release(box, i);
	}
	CHECK(sp.s.nr_clusters > 8 && nr_big);
	CHECK_EQ(space_used(&sp), 0);
	CHECK(nr_moved && nr_kept && nr_gone);
	CHECK_EQ(in_pool, 0);
	CHECK_EQ(in_file, 0);
	space_validate(&sp);

	/* No cluster got lost: all of them can be had. */
	for (i = 0; slots_alloc(&sp.s, 0, 0) >= 0; i++)
		;
	CHECK_EQ(i, (sp.s.nr_clusters - 1) * SLOTS_PER_CLUSTER);
	printf("# %u clusters, %u + %u runs of slots, %lu wishes to grow\n",
	       sp.s.nr_clusters, nr_small, nr_big, sp.nr_wanted);
	printf("# %u pages moved, %u kept, %u gone meanwhile\n", nr_moved, nr_kept, nr_gone);
	space_exit(&sp, i);
}

static u32 opened;

static void *alloc_when_opened(void *arg)
{
	(void)arg;
	while (!READ_ONCE(opened))
		sched_yield();
	CHECK_EQ(slots_alloc(&sp.s, 0, 0), SLOTS_PER_CLUSTER + 1);
	return NULL;
}

/*
 * A cluster is added and opened by one thread, and allocated from by another that knows
 * of it by the CPU's entry only: TSan sees whether that orders the two.
 */
static void opened_by_other(void)
{
	pthread_t thread;

	space_init(&sp, 2, 1);
	CHECK_EQ(pthread_create(&thread, NULL, alloc_when_opened, NULL), 0);
	space_grow(&sp, 2);
	CHECK_EQ(slots_alloc(&sp.s, 0, 0), SLOTS_PER_CLUSTER);
	WRITE_ONCE(opened, 1);
	pthread_join(thread, NULL);
	space_exit(&sp, 2);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { TEST(opened_by_other), TEST(stress) };

	started = time(NULL);
	nr_rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 100000;
	return test_main("slots_stress", tests, ARRAY_SIZE(tests));
}
