// SPDX-License-Identifier: GPL-2.0
#include <sys/mman.h>
#include "slots_space.h"

static void want_growth(void *owner)
{
	struct space *space = owner;

	CHECK_EQ(shim_locks_held, 0);
	__atomic_add_fetch(&space->nr_wanted, 1, __ATOMIC_RELAXED);
}

/* It can take long: not while interrupts are off. */
static void page_free(void *page)
{
	CHECK_EQ(shim_locks_held, 0);
	test_free(page);
}

static const struct slots_ops space_ops = {
	.page_alloc = test_page_alloc,
	.page_free = page_free,
	.want_growth = want_growth,
};

void space_init(struct space *space, u32 max, unsigned int nr_cpus)
{
	memset(space, 0, sizeof(*space));
	space->max_clusters = max;
	space->clusters = mmap(NULL, max * sizeof(*space->clusters), PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(space->clusters != MAP_FAILED);
	CHECK_EQ(slots_init(&space->s, space->clusters, nr_cpus, &space_ops, space), 0);
}

void space_grow(struct space *space, u32 nr_clusters)
{
	CHECK(nr_clusters <= space->max_clusters);
	CHECK_EQ(mprotect(space->clusters, nr_clusters * sizeof(*space->clusters),
			  PROT_READ | PROT_WRITE), 0);
	slots_grow(&space->s, nr_clusters);
}

void space_exit(struct space *space, unsigned long in_use)
{
	CHECK_EQ(slots_exit(&space->s), in_use);
	CHECK_EQ(slots_exit(&space->s), 0);
	munmap(space->clusters, space->max_clusters * sizeof(*space->clusters));
}

static bool is_listed(const struct list_head *head, const struct slot_cluster *c)
{
	const struct list_head *pos;

	list_for_each(pos, head)
		if (pos == &c->list)
			return true;
	return false;
}

static u32 list_length(const struct list_head *head)
{
	const struct list_head *pos;
	u32 n = 0;

	list_for_each(pos, head)
		n++;
	return n;
}

void space_validate_cluster(const struct space *space, u32 index)
{
	const struct slot_cluster *c = &space->clusters[index];
	bool in_use = c->state != CLUSTER_FREE && c->state != CLUSTER_RESERVED;
	unsigned int i, used = 0;

	CHECK_EQ(in_use, c->table != NULL);
	for (i = 0; i < SLOTS_PER_CLUSTER; i++) {
		bool set = test_bit(i, c->map);

		used += set;
		if (c->table)
			CHECK_EQ(set, slot_tag(c->table[i]) != SLOT_FREE);
	}
	CHECK_EQ(used, c->used);
	CHECK(in_use || (!used && !c->wide));
	CHECK(c->next < SLOTS_PER_CLUSTER);
	CHECK(c->order < SLOTS_NR_ORDERS);
}

void space_validate(const struct space *space)
{
	u32 i, o, nr_free = 0, nr_partial = 0, nr_tables = 0, nr_wide = 0;
	const struct slots *s = &space->s;

	for (i = 0; i < s->nr_clusters; i++) {
		const struct slot_cluster *c = &space->clusters[i];

		space_validate_cluster(space, i);
		CHECK_EQ(c->state == CLUSTER_RESERVED, i == 0);
		if (c->state == CLUSTER_FREE)
			CHECK(is_listed(&s->free, c));
		else if (c->state == CLUSTER_PARTIAL)
			CHECK(c->used && is_listed(&s->partial[c->order], c));
		else
			CHECK(list_empty(&c->list));
		if (c->state == CLUSTER_FULL)	/* what is lost is bounded */
			CHECK(SLOTS_PER_CLUSTER - c->used < SLOTS_PER_CLUSTER / 32);
		nr_free += c->state == CLUSTER_FREE;
		nr_partial += c->state == CLUSTER_PARTIAL;
		nr_tables += c->table != NULL;
		nr_wide += c->wide != NULL;
		CHECK_EQ(c->table != NULL, !list_empty(&c->age));
	}
	CHECK_EQ(list_length(&s->aged), nr_tables);
	CHECK_EQ(list_length(&s->free), nr_free);
	for (o = 0; o < SLOTS_NR_ORDERS; o++)
		nr_partial -= list_length(&s->partial[o]);
	CHECK_EQ(nr_partial, 0);
	CHECK_EQ(s->nr_free, nr_free);
	CHECK_EQ(s->nr_tables, nr_tables);
	CHECK_EQ(s->nr_wide, nr_wide);
}

unsigned long space_used(const struct space *space)
{
	unsigned long used = 0;
	u32 i;

	for (i = 0; i < space->s.nr_clusters; i++)
		used += space->clusters[i].used;
	return used;
}
