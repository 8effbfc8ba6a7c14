// SPDX-License-Identifier: GPL-2.0
/*
 * A pool that looks for its size, in a model: memory by least recent use, an exclusive pool
 * in first-in order behind it, a disk behind that; and what all of it takes, in nanoseconds.
 */
#include "pool_size.h"
#include "test.h"

#define MEMORY		26000	/* pages: what memory and pool have together */
#define MOST		4500	/* of these, the pool */
#define SPACE		49000	/* pages of the workload */
#define LOOK_READS	512
#define PROBE		64

/* A fault and an eviction by themselves, and what a page takes to and from the pool. */
#define FAULT_NS	12000
#define LOAD_NS		5500
#define STORE_NS	17000
#define WRITE_NS	2200

enum where { NOWHERE, IN_MEMORY, IN_POOL, ON_DISK };

/**
 * struct list - pages in order, the newest first
 * @next, @prev: of each page; the head is behind the last one
 * @nr: how many
 */
struct list {
	u32 next[SPACE + 1], prev[SPACE + 1];
	unsigned int nr;
};

/**
 * struct model - the machine
 * @size: the pool's
 * @parts: what a page in it takes
 * @read_ns: what a page from the disk takes
 * @where: each page
 * @is_dirty: it has no copy on the disk
 * @memory, @pool: what is there
 * @now: time
 * @hits, @stores, @reads: since the last look
 * @back: pages that came back
 * @offered: pages for the pool
 * @changes: how often it stepped aside or came back
 * @fixed: it has no choice
 */
struct model {
	struct pool_size size;
	unsigned int parts;
	u64 read_ns;
	u8 where[SPACE];
	bool is_dirty[SPACE];
	struct list memory, pool;
	u64 now;
	unsigned long hits, stores, reads, back, left;
	unsigned long offered;
	unsigned int changes;
	bool fixed;
	u64 random;
};

static struct model m;
static u64 watched[POOL_SIZE_WATCHED];

static void init(unsigned long most)
{
	memset(watched, 0, sizeof(watched));
	pool_size_init(&m.size, most, watched);
}

static void put_first(struct list *l, u32 page)
{
	l->next[page] = l->next[SPACE];
	l->prev[page] = SPACE;
	l->prev[l->next[SPACE]] = page;
	l->next[SPACE] = page;
	l->nr++;
}

static void take_out(struct list *l, u32 page)
{
	l->next[l->prev[page]] = l->next[page];
	l->prev[l->next[page]] = l->prev[page];
	l->nr--;
}

static unsigned long pool_pages(void)
{
	return (unsigned long)m.pool.nr * m.parts / POOL_SIZE_PARTS;
}

/* @most: of the pool; 0: there is none. */
static void start(unsigned long most, bool fixed, unsigned int parts, u64 read_ns)
{
	memset(&m, 0, sizeof(m));
	init(most);
	m.memory.next[SPACE] = m.memory.prev[SPACE] = SPACE;
	m.pool.next[SPACE] = m.pool.prev[SPACE] = SPACE;
	m.fixed = fixed;
	m.parts = parts;
	m.read_ns = read_ns;
	m.random = 1;
}

static void to_disk(u32 page)
{
	m.where[page] = ON_DISK;
	if (m.is_dirty[page])
		m.now += WRITE_NS;
	m.is_dirty[page] = false;
}

static bool is_welcome(void)
{
	return m.size.most && (!m.size.aside || !(m.offered++ % PROBE));
}

static void evict(void)
{
	u32 page = m.memory.prev[SPACE];

	take_out(&m.memory, page);
	if (m.is_dirty[page])
		pool_size_out(&m.size, page + 1), m.left++;
	if (!m.is_dirty[page] || !is_welcome()) {
		to_disk(page);
		return;
	}
	m.now += STORE_NS;
	m.stores++;
	m.where[page] = IN_POOL;
	put_first(&m.pool, page);
}

/* What the pool has too much of goes to the disk, compressed. */
static void write_back(void)
{
	while (m.pool.nr && pool_pages() > m.size.limit) {
		u32 page = m.pool.prev[SPACE];

		take_out(&m.pool, page);
		to_disk(page);
	}
}

static void look(void)
{
	bool aside = m.size.aside;
	unsigned long limit = m.size.limit;
	struct pool_costs costs = { LOAD_NS, STORE_NS, m.read_ns };

	if (m.fixed || (m.back + m.left) % 16 || !pool_size_tick(&m.size, m.back, m.left))
		return;
	pool_size_look(&m.size, &costs, pool_pages(), m.pool.nr, m.stores, m.hits);
	m.changes += m.size.aside != aside;
	CHECK(m.size.limit <= m.size.most && m.size.limit);
	/* Slowly. */
	CHECK(m.size.limit <= limit + m.size.most / 4 + 1 && m.size.limit + limit / 4 + 1 >= limit);
	m.hits = 0;
	m.stores = 0;
	m.reads = 0;
}

static void touch(u32 page, bool write)
{
	if (m.where[page] == IN_POOL || m.where[page] == ON_DISK)
		m.back++, pool_size_in(&m.size, page + 1, m.where[page] == IN_POOL);
	switch (m.where[page]) {
	case IN_MEMORY:
		take_out(&m.memory, page);
		break;
	case IN_POOL:
		m.now += FAULT_NS + LOAD_NS;
		m.hits++;
		take_out(&m.pool, page);
		m.is_dirty[page] = true;
		break;
	case ON_DISK:
		m.now += FAULT_NS + m.read_ns;
		m.reads++;
		break;
	default:
		write = true;
	}
	m.is_dirty[page] |= write;
	m.where[page] = IN_MEMORY;
	put_first(&m.memory, page);
	while (m.memory.nr + pool_pages() > MEMORY)
		evict();
	write_back();
	look();
}

/* Nine of ten go to half of the pages. */
static u32 hot(void)
{
	u64 r = test_random(&m.random);

	return r % 10 ? SPACE / 2 + r / 10 % (SPACE / 2) : r / 10 % (SPACE / 2);
}

/* A few are wanted often. */
static u32 skewed(void)
{
	u64 r = test_random(&m.random) % 1000003, n = r * r % 1000003;

	return (u64)SPACE * r / 1000003 * r / 1000003 * (n % 3 + 1) / 3 % SPACE;
}

static u32 in_order(void)
{
	static u32 next;

	return next++ % SPACE;
}

/* @nr times as many accesses as there are pages. Returns how long they took. */
static u64 run(u32 (*next)(void), unsigned int nr)
{
	u64 began = m.now;
	unsigned int i;

	for (i = 0; i < nr * SPACE; i++) {
		u32 page = next();

		touch(page, !(test_random(&m.random) % 4) && next != in_order);
	}
	return m.now - began;
}

/* How long a workload takes once the pool has found its size, by @most as for start(). */
static u64 settled(u32 (*next)(void), unsigned long most, bool fixed, unsigned int parts,
		   u64 read_ns)
{
	start(most, fixed, parts, read_ns);
	run(next, 5);
	return run(next, 3);
}

/* As fast as memory: it steps aside once, and is hardly in the way. */
static void fast_disk(u32 (*next)(void), unsigned int parts)
{
	u64 plain = settled(next, 0, true, parts, 2000), own = settled(next, MOST, false, parts, 2000);

	CHECK(m.size.aside);
	CHECK_EQ(m.changes, 1);
	CHECK(m.size.limit <= MOST / 64);
	CHECK(own * 100 <= plain * 104);
}

static void fast(void)
{
	fast_disk(hot, 60);
	fast_disk(hot, 160);
	fast_disk(skewed, 110);
	fast_disk(in_order, 110);
}

/* It never steps aside. */
static void slow_disk(u32 (*next)(void), unsigned int parts)
{
	settled(next, MOST, false, parts, 200000);
	CHECK_EQ(m.changes, 0);
	CHECK_EQ(m.size.limit, MOST);
}

static void slow(void)
{
	slow_disk(hot, 60);
	slow_disk(hot, 160);
	slow_disk(skewed, 110);
	slow_disk(in_order, 110);
}

/* Whatever the disk, it takes no longer than the better of the other two, but for a little. */
static void any_disk(u32 (*next)(void), unsigned int parts)
{
	u64 read_ns;

	for (read_ns = 10000; read_ns < 200000; read_ns = read_ns * 3 / 2) {
		u64 plain = settled(next, 0, true, parts, read_ns);
		u64 fixed = settled(next, MOST, true, parts, read_ns);
		u64 own = settled(next, MOST, false, parts, read_ns);

		CHECK(own * 100 <= plain * 114 || own * 100 <= fixed * 114);
		CHECK(own * 100 <= (plain < fixed ? plain : fixed) * 114);
		CHECK(m.changes <= 3);
	}
}

static void between(void)
{
	any_disk(hot, 60);
	any_disk(hot, 110);
	any_disk(skewed, 110);
}

/* A disk that is busy with other things for a while. */
static void times_change(void)
{
	unsigned int i;

	start(MOST, false, 110, 2000);
	for (i = 0; i < 3; i++) {
		m.read_ns = 2000;
		run(hot, 6);
		CHECK(m.size.aside);
		CHECK(m.size.limit <= MOST / 64);
		m.read_ns = 500000;
		run(hot, 6);
		CHECK(!m.size.aside);
		CHECK_EQ(m.size.limit, MOST);
	}
	CHECK_EQ(m.changes, 6);
}

/* A disk of which nobody can say whether it is fast: the pool doesn't come and go all the time. */
static void no_clear_case(void)
{
	unsigned int i;

	start(MOST, false, 110, 2000);
	for (i = 0; i < 60; i++) {
		m.read_ns = i % 2 ? 2000 : 300000;
		run(hot, 1);
	}
	CHECK(m.changes < 12);
}

static void nothing_known(void)
{
	struct pool_costs costs = { 0, STORE_NS, 1 };
	unsigned int i;

	init(MOST);
	for (i = 0; i < 1000; i++) {
		pool_size_look(&m.size, &costs, MOST, MOST * 2, 1000, 10);
		CHECK_EQ(m.size.limit, MOST);
	}
	costs = (struct pool_costs){ LOAD_NS, STORE_NS, 0 };
	for (i = 0; i < 1000; i++)
		pool_size_look(&m.size, &costs, MOST, MOST * 2, 1000, 10);
	CHECK(!m.size.aside);
}

/* Another limit while it is aside, and one that is smaller than it is. */
static void resized(void)
{
	start(MOST, false, 110, 2000);
	run(hot, 6);
	CHECK(m.size.aside);
	m.size.most = 2 * MOST;
	m.read_ns = 500000;
	run(hot, 4);
	CHECK_EQ(m.size.limit, 2 * MOST);
	m.size.most = 10;
	pool_size_look(&m.size, &(struct pool_costs){ 0 }, MOST, MOST, 0, 0);
	CHECK_EQ(m.size.limit, 10);
}

/* Whatever it is told. */
static void nonsense(void)
{
	static const unsigned long mosts[] = { 1, 2, 15, 17, 4096, 1UL << 20, 1UL << 32, ~0UL >> 12 };
	u64 random = 1;
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(mosts); k++) {
		init(mosts[k]);
		for (i = 0; i < 100000; i++) {
			u64 r = test_random(&random);
			unsigned int shift = r % 40;
			struct pool_costs costs = {
				test_random(&random) >> (shift + 24), test_random(&random) >> (shift + 24),
				test_random(&random) >> (r % 35 + 24),
			};

			pool_size_out(&m.size, 1 + r % 50000);
			pool_size_in(&m.size, 1 + test_random(&random) % 50000, r & 1 << 20);
			pool_size_tick(&m.size, r >> 3, r >> 5);
			pool_size_look(&m.size, &costs, r >> 40, r >> 45, r >> 50, r >> 55);
			CHECK(m.size.limit && m.size.limit <= mosts[k]);
			CHECK(m.size.parts && m.size.parts <= POOL_SIZE_PARTS);
		}
	}
}

int main(void)
{
	static const struct test tests[] = {
		TEST(fast),
		TEST(slow),
		TEST(between),
		TEST(times_change),
		TEST(no_clear_case),
		TEST(nothing_known),
		TEST(resized),
		TEST(nonsense),
	};

	return test_main("pool_size", tests, ARRAY_SIZE(tests));
}
