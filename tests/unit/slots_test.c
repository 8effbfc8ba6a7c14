// SPDX-License-Identifier: GPL-2.0
#include "play.h"
#include "slots_space.h"

static struct space sp;

static s64 alloc(unsigned int cpu, unsigned int order)
{
	return slots_alloc(&sp.s, cpu, order);
}

static void must_free(s64 slot, unsigned int nr)
{
	CHECK_EQ(slots_free(&sp.s, slot, nr), 0);
}

/* Allocate until there is nothing left; returns how many runs there were. */
static unsigned int alloc_all(unsigned int cpu, unsigned int order)
{
	unsigned int n = 0;
	s64 slot;

	while ((slot = alloc(cpu, order)) >= 0)
		n++;
	CHECK_EQ(slot, -ENOSPC);
	return n;
}

static struct slot_cluster *cluster(s64 slot)
{
	return &sp.clusters[slot >> SLOTS_CLUSTER_SHIFT];
}

static void free_all(void)
{
	u32 i;

	for (i = 0; i < sp.s.nr_clusters * SLOTS_PER_CLUSTER; i++)
		if (test_bit(i % SLOTS_PER_CLUSTER, cluster(i)->map))
			must_free(i, 1);
	space_validate(&sp);
}

static void words(void)
{
	u64 word = slot_word(SLOT_FILE, (1ULL << SLOT_PAYLOAD_BITS) - 1);

	CHECK_EQ(slot_tag(word), SLOT_FILE);
	CHECK_EQ(slot_payload(word), (1ULL << SLOT_PAYLOAD_BITS) - 1);
	CHECK(!(word & (SLOT_BUSY | SLOT_ACCESSED)));
	word |= SLOT_BUSY | SLOT_ACCESSED;
	CHECK_EQ(slot_tag(word), SLOT_FILE);
	CHECK_EQ(slot_payload(word), (1ULL << SLOT_PAYLOAD_BITS) - 1);
	CHECK_EQ(slot_word(SLOT_FREE, 0), 0);
}

static void aligned_in_every_order(void)
{
	unsigned int order, i;
	u32 k;

	space_init(&sp, 64, 1);
	space_grow(&sp, 64);
	for (order = 0; order < SLOTS_NR_ORDERS; order++) {
		for (i = 0; i < 3; i++) {
			s64 slot = alloc(0, order);

			CHECK(slot >= SLOTS_PER_CLUSTER);
			CHECK_EQ(slot & ((1 << order) - 1), 0);
			for (k = 0; k < 1U << order; k++)
				CHECK_EQ(*slot_word_ptr(&sp.s, slot + k), slot_word(SLOT_EMPTY, 0));
		}
	}
	space_validate(&sp);
	free_all();
	space_exit(&sp, 0);
}

static void front_to_back(void)
{
	s64 a[2], b[2];
	int i;

	space_init(&sp, 64, 2);
	space_grow(&sp, 64);
	a[0] = alloc(0, 0);
	b[0] = alloc(1, 0);
	for (i = 1; i < (int)SLOTS_PER_CLUSTER; i++) {
		a[1] = alloc(0, 0);
		b[1] = alloc(1, 0);
		CHECK_EQ(a[1], a[0] + i);
		CHECK_EQ(b[1], b[0] + i);
		must_free(a[1], 1);	/* is not handed out again at once */
	}
	CHECK(cluster(a[0]) != cluster(b[0]));
	free_all();
	space_exit(&sp, 0);
}

static void bad_arguments(void)
{
	s64 slot;

	space_init(&sp, 4, 2);
	space_grow(&sp, 4);
	CHECK_EQ(alloc(2, 0), -EINVAL);
	CHECK_EQ(alloc(0, SLOTS_NR_ORDERS), -EINVAL);
	slot = alloc(0, 4);
	CHECK_EQ(slots_free(&sp.s, slot, 0), -EINVAL);
	CHECK_EQ(slots_free(&sp.s, slot, 17), -EINVAL);
	CHECK_EQ(slots_free(&sp.s, slot, SLOTS_PER_CLUSTER + 1), -EINVAL);
	CHECK_EQ(slots_free(&sp.s, slot, U32_MAX), -EINVAL);
	CHECK_EQ(slots_free(&sp.s, 0, 1), -EINVAL);
	CHECK_EQ(slots_free(&sp.s, 4 * SLOTS_PER_CLUSTER, 1), -EINVAL);
	CHECK_EQ(slots_free(&sp.s, U32_MAX, 1), -EINVAL);
	CHECK_EQ(cluster(slot)->used, 16);
	must_free(slot, 16);
	space_exit(&sp, 0);
}

static void double_free(void)
{
	s64 slot;

	space_init(&sp, 4, 1);
	space_grow(&sp, 4);
	slot = alloc(0, 3);
	must_free(slot + 2, 1);
	CHECK_EQ(slots_free(&sp.s, slot + 2, 1), -EINVAL);
	CHECK_EQ(slots_free(&sp.s, slot, 8), -EINVAL);
	CHECK_EQ(cluster(slot)->used, 7);
	CHECK_EQ(*slot_word_ptr(&sp.s, slot), slot_word(SLOT_EMPTY, 0));
	must_free(slot, 2);
	must_free(slot + 3, 5);
	CHECK_EQ(slots_free(&sp.s, slot, 1), -EINVAL);
	space_validate(&sp);
	space_exit(&sp, 0);
}

static void exhaustion_and_reuse(void)
{
	unsigned int order, round;

	space_init(&sp, 9, 1);
	space_grow(&sp, 9);
	for (order = 0; order < SLOTS_NR_ORDERS; order++) {
		for (round = 0; round < 2; round++) {
			CHECK_EQ(alloc_all(0, order), 8 << (SLOTS_CLUSTER_SHIFT - order));
			CHECK(sp.nr_wanted);
			sp.nr_wanted = 0;
			space_validate(&sp);
			free_all();
		}
		space_exit(&sp, 0);
		space_init(&sp, 9, 1);
		space_grow(&sp, 9);
	}
	space_exit(&sp, 0);
}

static void tables_return(void)
{
	s64 slot[4];
	int i;

	space_init(&sp, 8, 1);
	space_grow(&sp, 8);
	CHECK_EQ(sp.s.nr_tables, 0);
	for (i = 0; i < 4; i++)
		slot[i] = alloc(0, 9);
	CHECK_EQ(sp.s.nr_tables, 4);
	CHECK_EQ(sp.s.nr_free, 3);
	for (i = 0; i < 3; i++)
		must_free(slot[i], 512);
	/* The last one is still open and keeps its table, until it is replaced. */
	must_free(slot[3], 512);
	CHECK_EQ(sp.s.nr_tables, 1);
	CHECK_EQ(sp.s.nr_free, 6);
	CHECK(slot_word_ptr(&sp.s, slot[0]) == NULL);
	space_validate(&sp);
	space_exit(&sp, 0);
	CHECK_EQ(sp.s.nr_tables, 0);
}

static void leak_is_counted(void)
{
	space_init(&sp, 8, 1);
	space_grow(&sp, 8);
	CHECK(alloc(0, 5) > 0);
	CHECK(alloc(0, 0) > 0);
	CHECK_EQ(slot_set_fill(&sp.s, alloc(0, 0), 1ULL << 60), 0);
	space_exit(&sp, 34);
}

/* Without anything being set up, or with no clusters. */
static void exit_early(void)
{
	test_fail_alloc(1);
	memset(&sp, 0, sizeof(sp));
	CHECK_EQ(slots_init(&sp.s, NULL, 4, NULL, NULL), -ENOMEM);
	CHECK_EQ(slots_exit(&sp.s), 0);
	space_init(&sp, 4, 1);
	space_exit(&sp, 0);
}

/* A rich partial cluster before a free one, a free one before a poor one. */
static void partial_before_free(void)
{
	s64 slot[4 * 512];
	unsigned int i;

	space_init(&sp, 8, 1);
	space_grow(&sp, 8);
	for (i = 0; i < 4 * 512; i++)
		slot[i] = alloc(0, 0);
	for (i = 0; i < 15; i++)
		must_free(slot[i], 1);
	CHECK_EQ(cluster(slot[0])->state, CLUSTER_FULL);
	must_free(slot[15], 1);
	CHECK_EQ(cluster(slot[0])->state, CLUSTER_PARTIAL);	/* poor */
	for (i = 512; i < 512 + 128; i++)
		must_free(slot[i], 1);				/* rich */
	for (i = 1024; i < 1024 + 127; i++)
		must_free(slot[i], 1);				/* poor */
	space_validate(&sp);

	for (i = 0; i < 128; i++)
		CHECK(cluster(alloc(0, 0)) == cluster(slot[512]));
	for (i = 0; i < 3 * 512; i++)
		CHECK(cluster(alloc(0, 0)) > cluster(slot[4 * 512 - 1]));
	CHECK_EQ(sp.s.nr_free, 0);
	for (i = 0; i < 16 + 127; i++)
		CHECK(cluster(alloc(0, 0)) <= cluster(slot[1024]));
	CHECK_EQ(alloc(0, 0), -ENOSPC);
	free_all();
	space_exit(&sp, 0);
}

static void becomes_rich(void)
{
	s64 slot[2 * 512];
	unsigned int i;

	space_init(&sp, 4, 1);
	space_grow(&sp, 4);
	for (i = 0; i < 2 * 512; i++)
		slot[i] = alloc(0, 0);
	CHECK(alloc(0, 0) > 0);
	for (i = 0; i < 100; i++)
		must_free(slot[i], 1);
	for (i = 512; i < 512 + 100; i++)
		must_free(slot[i], 1);
	for (i = 100; i < 128; i++)
		must_free(slot[i], 1);
	CHECK(sp.s.partial[0].next == &cluster(slot[0])->list);
	for (i = 128; i < 512; i++)
		must_free(slot[i], 1);
	CHECK_EQ(cluster(slot[0])->state, CLUSTER_FREE);
	CHECK(sp.s.free.next == &cluster(slot[0])->list);
	free_all();
	space_exit(&sp, 0);
}

/* Single slots can come from clusters of any order, runs only from their own. */
static void steal(void)
{
	s64 big[4], slot;
	unsigned int i;

	space_init(&sp, 3, 1);
	space_grow(&sp, 3);
	for (i = 0; i < 4; i++)
		big[i] = alloc(0, 8);
	CHECK_EQ(alloc(0, 8), -ENOSPC);
	CHECK_EQ(alloc(0, 0), -ENOSPC);
	must_free(big[0], 256);
	CHECK_EQ(cluster(big[0])->state, CLUSTER_PARTIAL);
	CHECK_EQ(alloc(0, 4), -ENOSPC);
	slot = alloc(0, 0);
	CHECK(cluster(slot) == cluster(big[0]));
	CHECK_EQ(cluster(slot)->order, 0);
	CHECK_EQ(alloc(0, 8), -ENOSPC);
	/* free again, it can be anything */
	must_free(big[1], 256);
	must_free(slot, 1);
	space_validate(&sp);
	must_free(big[2], 512);
	CHECK(alloc(0, 9) > 0);
	free_all();
	space_exit(&sp, 0);
}

/* Clusters full of holes too small for their order serve single slots. */
static void fragmented(void)
{
	unsigned int i, n;

	space_init(&sp, 5, 1);
	space_grow(&sp, 5);
	CHECK_EQ(alloc_all(0, 3), 4 * 64);
	for (i = 512; i < 5 * 512; i += 8)
		must_free(i, 1);
	CHECK_EQ(alloc(0, 3), -ENOSPC);
	space_validate(&sp);
	n = alloc_all(0, 0);
	CHECK_EQ(n, 4 * 64);
	free_all();
	space_exit(&sp, 0);
}

/* The open clusters of other CPUs and orders are used up before -ENOSPC. */
static void borrow_from_open(void)
{
	unsigned int cpu, order, n = 0;

	space_init(&sp, 41, 4);
	space_grow(&sp, 41);
	for (cpu = 0; cpu < 4; cpu++) {
		for (order = 0; order < SLOTS_NR_ORDERS; order++) {
			CHECK(alloc(cpu, order) > 0);
			n += 1 << order;
		}
	}
	CHECK_EQ(sp.s.nr_free, 0);
	n += alloc_all(0, 4) * 16;
	CHECK(n > 4 * 1023 + 3 * 480);
	n += alloc_all(0, 0);
	CHECK_EQ(n, 40 * 512);
	space_validate(&sp);
	free_all();
	space_exit(&sp, 0);
}

static void growth(void)
{
	u32 nr;

	space_init(&sp, 200, 1);
	space_grow(&sp, 1);
	CHECK_EQ(alloc(0, 0), -ENOSPC);
	CHECK_EQ(sp.nr_wanted, 1);
	sp.s.low_water = 2;
	for (nr = 4; nr <= 200; nr += 49) {
		space_grow(&sp, nr);
		sp.nr_wanted = 0;
		while (sp.s.nr_free > 2)
			CHECK(alloc(0, 9) > 0);
		CHECK_EQ(sp.nr_wanted, 0);
		CHECK(alloc(0, 9) > 0);
		CHECK_EQ(sp.nr_wanted, 1);
		CHECK(alloc(0, 9) > 0);
		CHECK_EQ(alloc(0, 9), -ENOSPC);
		CHECK_EQ(sp.nr_wanted, 3);
		space_validate(&sp);
	}
	space_grow(&sp, sp.s.nr_clusters);	/* by nothing */
	free_all();
	space_exit(&sp, 0);
}

/* New clusters are used after those that have been in use. */
static void growth_at_tail(void)
{
	s64 slot[3];
	int i;

	space_init(&sp, 8, 1);
	space_grow(&sp, 4);
	for (i = 0; i < 3; i++)
		slot[i] = alloc(0, 9);
	must_free(slot[0], 512);
	space_grow(&sp, 8);
	CHECK_EQ(alloc(0, 9), slot[0]);
	CHECK_EQ(alloc(0, 9), 4 * 512);
	free_all();
	space_exit(&sp, 0);
}

/* Something of everything; returns the number of failures it met. */
static unsigned int eventful(void)
{
	unsigned int i, failures = 0;
	s64 slot[200];

	space_init(&sp, 16, 2);
	space_grow(&sp, 16);
	for (i = 0; i < 200; i++) {
		slot[i] = alloc(i % 2, i % 5);
		if (slot[i] < 0) {
			CHECK_EQ(slot[i], -ENOMEM);
			failures++;
		} else if (slot_set_fill(&sp.s, slot[i], 1ULL << 59)) {
			CHECK_EQ(*slot_word_ptr(&sp.s, slot[i]), slot_word(SLOT_EMPTY, 0));
			failures++;
		}
		space_validate(&sp);
	}
	for (i = 0; i < 200; i++)
		if (slot[i] >= 0)
			must_free(slot[i], 1 << (i % 5));
	space_validate(&sp);
	space_exit(&sp, 0);
	return failures;
}

static void fail_nth(void)
{
	unsigned int nth;

	for (nth = 2; ; nth++) {	/* the 1st is in slots_init() */
		unsigned int failures;

		test_fail_alloc(nth);
		failures = eventful();
		CHECK_EQ(test_allocs(), 0);
		if (!test_alloc_failed())
			break;
		CHECK(failures <= 1);	/* a partial cluster may have done instead */
	}
	CHECK(nth > 10);
}

static void no_memory_but_partial(void)
{
	s64 slot[512];
	unsigned int i;

	space_init(&sp, 8, 1);
	space_grow(&sp, 8);
	for (i = 0; i < 512; i++)
		slot[i] = alloc(0, 0);
	test_fail_alloc(1);
	CHECK_EQ(alloc(0, 0), -ENOMEM);
	CHECK_EQ(sp.s.nr_free, 6);
	for (i = 0; i < 20; i++)
		must_free(slot[i], 1);
	test_fail_alloc(1);
	CHECK(cluster(alloc(0, 0)) == cluster(slot[0]));
	CHECK(test_alloc_failed());
	space_validate(&sp);
	free_all();
	space_exit(&sp, 0);
}

static void fill_values(void)
{
	static const u64 narrow[] = {
		0, 1, U64_MAX, 0x5555555555555ULL, (1ULL << 58) - 1, -(1ULL << 58),
	};
	static const u64 wide[] = {
		1ULL << 58, -(1ULL << 58) - 1, 1ULL << 63, (1ULL << 63) - 1,
		0xdeadbeefdeadbeefULL, 0xa5a5a5a5a5a5a5a5ULL, 1ULL << 59,
	};
	u64 seed = 1, *word;
	unsigned int i;
	s64 slot;

	space_init(&sp, 4, 1);
	space_grow(&sp, 4);
	slot = alloc(0, 9);
	word = slot_word_ptr(&sp.s, slot + 511);
	for (i = 0; i < ARRAY_SIZE(narrow); i++) {
		CHECK_EQ(slot_set_fill(&sp.s, slot + 511, narrow[i]), 0);
		CHECK_EQ(slot_tag(*word), SLOT_FILL);
		CHECK_EQ(slot_fill_value(&sp.s, slot + 511, *word | SLOT_ACCESSED), narrow[i]);
	}
	CHECK_EQ(sp.s.nr_wide, 0);
	for (i = 0; i < ARRAY_SIZE(wide); i++) {
		CHECK_EQ(slot_set_fill(&sp.s, slot + 511, wide[i]), 0);
		CHECK_EQ(slot_tag(*word), SLOT_WIDE);
		CHECK_EQ(slot_fill_value(&sp.s, slot + 511, *word | SLOT_ACCESSED), wide[i]);
	}
	CHECK_EQ(sp.s.nr_wide, 1);
	for (i = 0; i < 10000; i++) {
		u64 value = test_random(&seed) >> test_random(&seed) % 64;
		u32 at = slot + test_random(&seed) % 512;

		CHECK_EQ(slot_set_fill(&sp.s, at, value), 0);
		CHECK_EQ(slot_fill_value(&sp.s, at, *slot_word_ptr(&sp.s, at)), value);
	}
	must_free(slot, 512);	/* open: keeps both pages */
	CHECK(alloc(0, 9) == slot && alloc(0, 9) != slot);
	must_free(slot, 512);
	CHECK_EQ(sp.s.nr_wide, 0);
	CHECK_EQ(sp.s.nr_tables, 1);
	free_all();
	space_exit(&sp, 0);
}

/* What another thread may do at the worst moment. */

static s64 other_slot;

static void alloc_the_same(void)
{
	other_slot = alloc(0, 0);
}

/* Two tasks open a cluster for the same CPU and order: none gets lost. */
static void opened_meanwhile(void)
{
	unsigned int i;
	s64 slot;

	space_init(&sp, 3, 1);
	space_grow(&sp, 3);
	test_meanwhile = alloc_the_same;
	slot = alloc(0, 0);
	CHECK(slot > 0 && other_slot > 0 && cluster(slot) != cluster(other_slot));
	CHECK_EQ(cluster(slot)->state, CLUSTER_OPEN);
	CHECK_EQ(cluster(other_slot)->state, CLUSTER_PARTIAL);
	space_validate(&sp);
	for (i = 2; i < 2 * 512; i++)
		CHECK(alloc(0, 0) > 0);
	free_all();
	space_exit(&sp, 0);
}

static void alloc_and_free(void)
{
	must_free(alloc(0, 0), 1);
}

/* The cluster that lost is empty: it is free again, without a table. */
static void opened_meanwhile_and_freed(void)
{
	space_init(&sp, 3, 1);
	space_grow(&sp, 3);
	test_meanwhile = alloc_and_free;
	must_free(alloc(0, 0), 1);
	CHECK_EQ(sp.s.nr_free, 1);
	CHECK_EQ(sp.s.nr_tables, 1);
	space_validate(&sp);
	space_exit(&sp, 0);
}

/* Free all slots of a cluster that is off its list but not open yet. */
static void free_picked(void)
{
	struct slot_cluster *c = &sp.clusters[1];
	unsigned int i;

	if (c->state != CLUSTER_PARTIAL || !list_empty(&c->list))
		return;
	shim_before_lock = NULL;
	for (i = 0; i < 512; i++)
		if (test_bit(i, c->map))
			must_free(512 + i, 1);
	CHECK_EQ(c->used, 0);
	CHECK(c->table);
	CHECK(list_empty(&c->list));
}

static void freed_while_picked(void)
{
	unsigned int i;
	s64 slot;

	space_init(&sp, 3, 1);
	space_grow(&sp, 3);
	for (i = 0; i < 513; i++)
		CHECK(alloc(0, 0) > 0);
	for (i = 0; i < 20; i++)
		must_free(512 + i, 1);
	for (i = 1; i < 512; i++)
		CHECK(alloc(0, 0) >= 1024);

	shim_before_lock = free_picked;
	slot = alloc(0, 0);
	CHECK(!shim_before_lock);
	CHECK_EQ(slot, 512);
	CHECK_EQ(cluster(slot)->state, CLUSTER_OPEN);
	space_validate(&sp);
	for (i = 1; i < 512; i++)
		CHECK_EQ(alloc(0, 0), 512 + i);
	free_all();
	space_exit(&sp, 0);
}

static void fill_neighbour(void)
{
	CHECK_EQ(slot_set_fill(&sp.s, other_slot, 1ULL << 62), 0);
}

/* Two tasks need the first wide value of a cluster. */
static void wide_meanwhile(void)
{
	s64 slot;

	space_init(&sp, 3, 1);
	space_grow(&sp, 3);
	slot = alloc(0, 1);
	other_slot = slot + 1;
	test_meanwhile = fill_neighbour;
	CHECK_EQ(slot_set_fill(&sp.s, slot, 1ULL << 61), 0);
	CHECK_EQ(slot_fill_value(&sp.s, slot, *slot_word_ptr(&sp.s, slot)), 1ULL << 61);
	CHECK_EQ(slot_fill_value(&sp.s, slot + 1, *slot_word_ptr(&sp.s, slot + 1)), 1ULL << 62);
	CHECK_EQ(sp.s.nr_wide, 1);
	must_free(slot, 2);
	space_validate(&sp);
	space_exit(&sp, 0);
}

/* A CPU's entry names a cluster that another CPU has opened for another order since. */
static void stale_entry(void)
{
	s64 slot;

	space_init(&sp, 3, 2);
	space_grow(&sp, 2);
	CHECK_EQ(alloc_all(0, 2), 128);
	must_free(512, 64);
	CHECK(alloc(1, 0) > 0);
	space_grow(&sp, 3);
	slot = alloc(0, 2);
	CHECK(slot >= 1024);
	CHECK_EQ(cluster(512)->state, CLUSTER_OPEN);
	space_validate(&sp);
	free_all();
	space_exit(&sp, 0);
}

/* Slots that somebody else chose: a table while there is one, on no list. */
static void taken(void)
{
	u32 i;

	space_init(&sp, 4, 1);
	space_grow(&sp, 4);
	CHECK_EQ(slots_take(&sp.s, 0, 1), -EINVAL);
	CHECK_EQ(slots_take(&sp.s, 511, 1), -EINVAL);
	CHECK_EQ(slots_take(&sp.s, 600, 0), -EINVAL);
	CHECK_EQ(slots_take(&sp.s, 1000, 25), -EINVAL);
	CHECK_EQ(slots_take(&sp.s, 4 * SLOTS_PER_CLUSTER, 1), -EINVAL);
	CHECK_EQ(slots_take(&sp.s, U32_MAX, 1), -EINVAL);
	CHECK_EQ(sp.s.nr_tables, 0);

	CHECK_EQ(slots_take(&sp.s, 600, 3), 0);
	CHECK_EQ(sp.s.nr_tables, 1);
	CHECK_EQ(*slot_word_ptr(&sp.s, 602), slot_word(SLOT_EMPTY, 0));
	CHECK_EQ(*slot_word_ptr(&sp.s, 603), 0);
	/* What one of them holds stays, when it is taken again with others. */
	CHECK_EQ(slot_set_fill(&sp.s, 602, 7), 0);
	CHECK_EQ(slots_take(&sp.s, 601, 4), 0);
	CHECK_EQ(slot_tag(*slot_word_ptr(&sp.s, 602)), SLOT_FILL);
	CHECK_EQ(cluster(600)->used, 5);
	space_validate(&sp);
	CHECK_EQ(slots_free(&sp.s, 605, 1), -EINVAL);
	must_free(600, 5);
	CHECK_EQ(sp.s.nr_tables, 0);
	CHECK_EQ(sp.s.nr_free, 3);
	space_validate(&sp);

	/* Of all clusters, to the last slot, and each rank on the way back. */
	for (i = 1; i < 4; i++)
		CHECK_EQ(slots_take(&sp.s, i * SLOTS_PER_CLUSTER, SLOTS_PER_CLUSTER), 0);
	space_validate(&sp);
	CHECK_EQ(sp.s.nr_free, 0);
	for (i = SLOTS_PER_CLUSTER; i < 4 * SLOTS_PER_CLUSTER; i++)
		must_free(i, 1);
	space_validate(&sp);
	CHECK_EQ(sp.s.nr_free, 3);

	test_fail_alloc(1);
	CHECK_EQ(slots_take(&sp.s, 700, 1), -ENOMEM);
	CHECK_EQ(sp.s.nr_free, 3);
	space_validate(&sp);
	space_exit(&sp, 0);
}

/* Clusters come round, the one in use for longest first; free ones never. */
static void aged(void)
{
	s64 slot[3];
	int i, round;

	space_init(&sp, 8, 1);
	CHECK_EQ(slots_oldest(&sp.s), 0);
	space_grow(&sp, 8);
	CHECK_EQ(slots_oldest(&sp.s), 0);
	for (i = 0; i < 3; i++)
		slot[i] = alloc(0, 9);
	CHECK_EQ(slots_take(&sp.s, 7 * SLOTS_PER_CLUSTER + 1, 1), 0);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 3; i++)
			CHECK_EQ(slots_oldest(&sp.s), slot[i]);
		CHECK_EQ(slots_oldest(&sp.s), 7 * SLOTS_PER_CLUSTER);
	}
	must_free(slot[0], 512);
	CHECK_EQ(slots_oldest(&sp.s), slot[1]);
	slot[0] = alloc(0, 9);
	CHECK_EQ(slots_oldest(&sp.s), slot[2]);
	CHECK_EQ(slots_oldest(&sp.s), 7 * SLOTS_PER_CLUSTER);
	CHECK_EQ(slots_oldest(&sp.s), slot[1]);
	CHECK_EQ(slots_oldest(&sp.s), slot[0]);
	space_validate(&sp);
	free_all();
	space_exit(&sp, 0);
}

static void idle(void)
{
	const u32 now = U32_MAX - 5;	/* it wraps meanwhile */
	s64 slot[3];
	int i;

	space_init(&sp, 8, 1);
	CHECK_EQ(slots_idle(&sp.s, 0, now, 10), 0);
	space_grow(&sp, 8);
	CHECK_EQ(slots_idle(&sp.s, 0, now, 10), 0);
	for (i = 0; i < 3; i++) {
		slot[i] = alloc(0, 9);
		slots_touch(&sp.s, slot[i] + 17, now + 4 * i);
	}
	/* The first is idle, once. */
	CHECK_EQ(slots_idle(&sp.s, 0, now + 9, 10), 0);
	CHECK_EQ(slots_idle(&sp.s, 0, now + 10, 10), slot[0]);
	CHECK_EQ(slots_idle(&sp.s, 0, now + 10, 10), 0);
	/* Each from where the last one was; what is stored again isn't. */
	CHECK_EQ(slots_idle(&sp.s, 0, now + 20, 10), slot[0]);
	slots_touch(&sp.s, slot[1], now + 20);
	CHECK_EQ(slots_idle(&sp.s, slot[0] + SLOTS_PER_CLUSTER, now + 20, 10), slot[2]);
	CHECK_EQ(slots_idle(&sp.s, slot[2] + SLOTS_PER_CLUSTER, now + 20, 10), 0);
	/* Nor what is free, nor what isn't there. */
	must_free(slot[1], 512);
	CHECK_EQ(slots_idle(&sp.s, slot[1], now + 30, 10), slot[2]);
	CHECK_EQ(slots_idle(&sp.s, 8 * SLOTS_PER_CLUSTER, now + 90, 10), 0);
	CHECK_EQ(slots_idle(&sp.s, U32_MAX, now + 90, 10), 0);
	space_validate(&sp);
	free_all();
	space_exit(&sp, 0);
}

static void held(void)
{
	const u64 pool = slot_word(SLOT_POOL, 5), file = slot_word(SLOT_FILE, 9);
	struct slot_move moves[4];
	u64 *word;
	u32 next;
	s64 slot;

	space_init(&sp, 4, 1);
	space_grow(&sp, 4);
	slot = alloc(0, 3);
	word = slot_word_ptr(&sp.s, slot);
	next = slot;
	CHECK_EQ(slots_hold(&sp.s, &next, SLOT_POOL, false, moves, 4), 0);
	CHECK_EQ(next, slot + SLOTS_PER_CLUSTER);

	/* One of four is of another kind, one was accessed: that is forgiven. */
	word[0] = word[3] = word[4] = pool;
	word[1] = file;
	word[2] = pool | SLOT_ACCESSED;
	next = slot;
	CHECK_EQ(slots_hold(&sp.s, &next, SLOT_POOL, false, moves, 2), 2);
	CHECK_EQ(moves[0].slot, slot);
	CHECK_EQ(moves[0].word, pool);
	CHECK_EQ(moves[1].slot, slot + 3);
	CHECK_EQ(word[3], pool | SLOT_BUSY);
	CHECK_EQ(word[2], pool);
	CHECK_EQ(next, slot + 4);
	/* What is busy isn't held twice. */
	next = slot;
	CHECK_EQ(slots_hold(&sp.s, &next, SLOT_POOL, false, moves + 2, 1), 1);
	CHECK_EQ(moves[2].slot, slot + 2);

	/* Moved; accessed meanwhile; not to be moved; taken away. */
	CHECK_EQ(slots_let_go(&sp.s, &moves[0], file, false), SLOT_MOVED);
	CHECK_EQ(word[0], file);
	word[3] |= SLOT_ACCESSED;
	CHECK_EQ(slots_let_go(&sp.s, &moves[1], file, false), SLOT_KEPT);
	CHECK_EQ(word[3], pool | SLOT_ACCESSED);
	CHECK_EQ(slots_let_go(&sp.s, &moves[2], 0, false), SLOT_KEPT);
	CHECK_EQ(word[2], pool);
	next = slot + 4;
	CHECK_EQ(slots_hold(&sp.s, &next, SLOT_POOL, false, moves, 4), 1);
	word[4] = slot_word(SLOT_EMPTY, 0);
	CHECK_EQ(slots_let_go(&sp.s, &moves[0], file, false), SLOT_GONE);
	CHECK_EQ(word[4], slot_word(SLOT_EMPTY, 0));

	/* The slot is freed, and the table with it. */
	next = slot + 2;
	CHECK_EQ(slots_hold(&sp.s, &next, SLOT_POOL, false, moves, 1), 1);
	must_free(slot, 8);
	CHECK(alloc(0, 9) > 0);
	CHECK_EQ(alloc(0, 9) > 0, 1);
	CHECK_EQ(slots_let_go(&sp.s, &moves[0], file, false), SLOT_GONE);
	CHECK_EQ(slots_let_go(&sp.s, &moves[0], 0, false), SLOT_GONE);
	free_all();
	space_exit(&sp, 0);
}

/* Certain ones of a tag. */
static void held_like(void)
{
	const u64 one = slot_word(SLOT_PACKED, 1ULL << 53 | 7);
	const u64 two = slot_word(SLOT_PACKED, 2ULL << 53 | 7);
	const u64 mask = SLOT_TAG_MASK | ~0ULL << (53 + SLOT_PAYLOAD_SHIFT);
	struct slot_move moves[4];
	u64 *word;
	u32 next;
	s64 slot;

	CHECK(slot_in_file(one) && slot_in_file(slot_word(SLOT_FILE, 9)));
	CHECK(!slot_in_file(slot_word(SLOT_POOL, 9)) && !slot_in_file(slot_word(SLOT_FILL, 1)));
	space_init(&sp, 4, 1);
	space_grow(&sp, 2);
	slot = alloc(0, 2);
	word = slot_word_ptr(&sp.s, slot);
	word[0] = two;
	word[1] = one;
	word[2] = slot_word(SLOT_FILE, 1ULL << 53 | 7);
	word[3] = slot_word(SLOT_PACKED, 1ULL << 53 | 1ULL << 40) | SLOT_ACCESSED;
	next = slot;
	CHECK_EQ(slots_hold_like(&sp.s, &next, mask, slot_word(SLOT_PACKED, 1ULL << 53), true,
				 moves, 4), 2);
	CHECK_EQ(moves[0].slot, slot + 1);
	CHECK_EQ(moves[0].word, one);
	CHECK_EQ(moves[1].slot, slot + 3);
	CHECK_EQ(word[0], two);
	CHECK_EQ(slots_let_go(&sp.s, &moves[0], 0, true), SLOT_KEPT);
	CHECK_EQ(slots_let_go(&sp.s, &moves[1], two, true), SLOT_MOVED);
	CHECK_EQ(word[3], two | SLOT_ACCESSED);
	free_all();
	space_exit(&sp, 0);
}

/* What has to go, whether it is hot or not. */
static void held_hot(void)
{
	const u64 pool = slot_word(SLOT_POOL, 5), file = slot_word(SLOT_FILE, 9);
	struct slot_move moves[4];
	u64 *word;
	u32 next;
	s64 slot;

	space_init(&sp, 4, 1);
	space_grow(&sp, 2);
	slot = alloc(0, 2);
	word = slot_word_ptr(&sp.s, slot);
	word[0] = pool | SLOT_ACCESSED;
	word[1] = pool;
	next = slot;
	CHECK_EQ(slots_hold(&sp.s, &next, SLOT_POOL, true, moves, 4), 2);
	CHECK_EQ(moves[0].word, pool);
	CHECK_EQ(word[0], pool | SLOT_ACCESSED | SLOT_BUSY);
	word[1] |= SLOT_ACCESSED;
	CHECK_EQ(slots_let_go(&sp.s, &moves[0], file, true), SLOT_MOVED);
	CHECK_EQ(word[0], file | SLOT_ACCESSED);
	CHECK_EQ(slots_let_go(&sp.s, &moves[1], 0, true), SLOT_KEPT);
	CHECK_EQ(word[1], pool | SLOT_ACCESSED);

	/* One by its word: another word, a busy one, no such slot, a free one. */
	CHECK(!slots_hold_one(&sp.s, slot, pool));
	CHECK(slots_hold_one(&sp.s, slot, file));
	CHECK_EQ(word[0], file | SLOT_ACCESSED | SLOT_BUSY);
	CHECK(!slots_hold_one(&sp.s, slot, file));
	CHECK(!slots_hold_one(&sp.s, 4 * SLOTS_PER_CLUSTER, pool));
	CHECK(!slots_hold_one(&sp.s, SLOTS_PER_CLUSTER, pool) || slot == SLOTS_PER_CLUSTER);
	moves[0] = (struct slot_move){ slot, file };
	CHECK_EQ(slots_let_go(&sp.s, &moves[0], pool, true), SLOT_MOVED);
	CHECK_EQ(word[0], pool | SLOT_ACCESSED);
	must_free(slot, 4);
	CHECK(!slots_hold_one(&sp.s, slot, pool));
	space_exit(&sp, 0);
}

static void random_scripts(void)
{
	play_random(slots_play, 60, 4000);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(words), TEST(aligned_in_every_order), TEST(front_to_back),
		TEST(bad_arguments), TEST(double_free), TEST(exhaustion_and_reuse),
		TEST(tables_return), TEST(leak_is_counted), TEST(exit_early),
		TEST(partial_before_free), TEST(becomes_rich), TEST(steal),
		TEST(fragmented), TEST(borrow_from_open), TEST(growth),
		TEST(growth_at_tail), TEST(fail_nth), TEST(no_memory_but_partial),
		TEST(fill_values), TEST(opened_meanwhile), TEST(opened_meanwhile_and_freed),
		TEST(freed_while_picked), TEST(wide_meanwhile), TEST(stale_entry),
		TEST(taken), TEST(aged), TEST(idle), TEST(held), TEST(held_like), TEST(held_hot),
		TEST(random_scripts),
	};

	return test_main("slots", tests, ARRAY_SIZE(tests));
}
