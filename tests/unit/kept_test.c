// SPDX-License-Identifier: GPL-2.0
#include "kept.h"
#include "play.h"

static struct kept kept;

static void free_block(struct kept_block *block)
{
	CHECK_EQ(shim_locks_held, 0);
	test_free(block);
}

static struct kept_block *new_block(u64 key, u64 data, unsigned int nr)
{
	struct kept_block *block = test_size_alloc(sizeof(*block));

	block->key = key;
	block->data = (void *)data;
	block->nr = nr;
	block->taken = 1;
	return block;
}

static void add(u64 key, u64 data)
{
	kept_add(&kept, new_block(key, data, 3));
}

/* What is kept of @key, 0 if nothing is. */
static u64 look(u64 key)
{
	struct kept_block *block = kept_get(&kept, key);
	u64 data;

	if (!block)
		return 0;
	data = (u64)block->data;
	kept_put(&kept, block, 0);
	return data;
}

static void begin(unsigned int max)
{
	kept_init(&kept, max, free_block);
}

static void end(void)
{
	kept_drop(&kept, U32_MAX);
	CHECK_EQ(kept_count(&kept), 0);
	CHECK_EQ(test_allocs(), 0);
}

static void none(void)
{
	begin(0);
	add(5, 50);
	CHECK_EQ(look(5), 0);
	kept_forget(&kept, 5);
	CHECK_EQ(kept_drop(&kept, 1), 0);
	end();
}

static void oldest_goes(void)
{
	u64 key;

	begin(4);
	for (key = 1; key <= 4; key++)
		add(key, key * 10);
	CHECK_EQ(look(1), 10);
	add(5, 50);
	CHECK_EQ(look(1), 0);
	for (key = 2; key <= 5; key++)
		CHECK_EQ(look(key), key * 10);
	CHECK_EQ(kept_drop(&kept, 3), 3);
	CHECK_EQ(look(4), 0);
	CHECK_EQ(look(5), 50);
	end();
}

/* Keys that are much alike, as those of neighbours are. */
static void many(void)
{
	u64 key;

	begin(4096);
	for (key = 0; key < 4096; key++)
		add(key << 5 | 6, key + 1);
	for (key = 0; key < 4096; key++)
		CHECK_EQ(look(key << 5 | 6), key + 1);
	for (key = 0; key < 4096; key += 2)
		kept_forget(&kept, key << 5 | 6);
	for (key = 0; key < 4096; key++)
		CHECK_EQ(look(key << 5 | 6), key % 2 ? key + 1 : 0);
	CHECK_EQ(kept_count(&kept), 2048);
	end();
}

static void all_taken(void)
{
	struct kept_block *block;

	begin(4);
	add(1, 10);
	block = kept_get(&kept, 1);
	kept_put(&kept, block, 1);
	CHECK_EQ(look(1), 10);
	block = kept_get(&kept, 1);
	kept_put(&kept, block, 2);
	CHECK_EQ(look(1), 10);
	block = kept_get(&kept, 1);
	kept_put(&kept, block, 4);
	CHECK_EQ(look(1), 0);
	CHECK_EQ(test_allocs(), 0);
	/* All that is in it was wanted at once. */
	kept_add(&kept, new_block(2, 20, 1));
	CHECK_EQ(look(2), 0);
	end();
}

static void same_again(void)
{
	begin(4);
	add(1, 10);
	add(1, 11);
	CHECK_EQ(look(1), 10);
	CHECK_EQ(kept_count(&kept), 1);
	kept_forget(&kept, 1);
	CHECK_EQ(look(1), 0);
	add(1, 12);
	CHECK_EQ(look(1), 12);
	end();
}

/* Who reads from one that goes can go on. */
static void in_use(void)
{
	struct kept_block *one, *other;

	begin(4);
	add(1, 10);
	one = kept_get(&kept, 1);
	kept_forget(&kept, 1);
	add(1, 11);
	other = kept_get(&kept, 1);
	CHECK(one != other);
	CHECK_EQ((u64)one->data, 10);
	CHECK_EQ(kept_drop(&kept, 9), 1);
	CHECK_EQ(test_allocs(), 2);
	kept_put(&kept, one, 7);
	CHECK_EQ(test_allocs(), 1);
	CHECK_EQ((u64)other->data, 11);
	kept_put(&kept, other, 0);
	end();
}

/* Adds @nr blocks, from @key on; the one that came @before is looked for each time, 0: none is. */
static u64 add_many(u64 key, unsigned int nr, unsigned int before)
{
	for (; nr--; key++) {
		add(key, key);
		if (before)
			look(key - before);
	}
	return key;
}

/* As many as may be kept are kept as long as some are found again. */
static void worth_it(void)
{
	begin(64);
	add_many(100, 5000, 60);
	CHECK(kept_is_whole(&kept));
	CHECK_EQ(kept_count(&kept), 64);
	end();
}

/* If not, only those that came last, until it is tried again: ever more rarely. */
static void not_worth_it(void)
{
	unsigned int rest;
	u64 key;

	begin(64);
	key = add_many(100, 127, 0);
	CHECK_EQ(kept_count(&kept), 64);
	for (rest = 8; rest <= 128; rest *= 2) {
		key = add_many(key, 10, 0);
		CHECK_EQ(kept_count(&kept), 3);
		CHECK(look(key - 1));
		key = add_many(key, rest * 64 - 10, 0);
		CHECK_EQ(kept_count(&kept), 3);
		key = add_many(key, 127, 0);
		CHECK_EQ(kept_count(&kept), 64);
	}
	key = add_many(key, 128 * 64, 0);
	CHECK_EQ(kept_count(&kept), 3);
	/* Until it is worth it again. */
	key = add_many(key, 1000, 50);
	CHECK_EQ(kept_count(&kept), 64);
	key = add_many(key, 128, 0);
	CHECK_EQ(kept_count(&kept), 3);
	add_many(key, 9 * 64, 0);
	CHECK_EQ(kept_count(&kept), 64);
	end();
}

/* Those that went for another reason are no fault of those that come. */
static void emptied(void)
{
	u64 key;

	begin(64);
	key = add_many(100, 127, 0);
	kept_drop(&kept, U32_MAX);
	key = add_many(key, 64, 0);
	CHECK_EQ(kept_count(&kept), 64);
	add_many(key, 200, 60);
	CHECK_EQ(kept_count(&kept), 64);
	end();
}

static void random_scripts(void)
{
	play_random(kept_play, 500, 1000);
}

/* ---- Threads: places that are given out, read, freed, and given out again ---- */

#define NR_THREADS	4
#define NR_PLACES	24
#define ROUNDS		60000

/*
 * @content: what was written there last; changes only while no page is there
 * @pages: how many are there
 * @readers: how many of these are being read, and so stay
 */
static struct place {
	pthread_mutex_t lock;
	u64 content;
	unsigned int pages;
	unsigned int readers;
} places[NR_PLACES];

static void give_out(struct place *p, u64 key)
{
	pthread_mutex_lock(&p->lock);
	if (!p->pages) {
		kept_forget(&kept, key);
		p->content++;
		p->pages = 3;
	}
	pthread_mutex_unlock(&p->lock);
}

/* Returns whether it was the last one. */
static bool free_one(struct place *p)
{
	bool last = false;

	pthread_mutex_lock(&p->lock);
	if (p->pages > p->readers)
		last = !--p->pages;
	pthread_mutex_unlock(&p->lock);
	return last;
}

static void read_one(struct place *p, u64 key, u64 taken)
{
	struct kept_block *block;
	bool found = false;

	pthread_mutex_lock(&p->lock);
	if (p->pages > p->readers) {
		p->readers++;
		found = true;
	}
	pthread_mutex_unlock(&p->lock);
	if (!found)
		return;
	block = kept_get(&kept, key);
	if (block) {
		CHECK_EQ((u64)block->data, p->content);
		kept_put(&kept, block, taken);
	} else {
		kept_add(&kept, new_block(key, p->content, 3));
	}
	pthread_mutex_lock(&p->lock);
	p->readers--;
	pthread_mutex_unlock(&p->lock);
}

/* What is free is forgotten late, as it may be: somebody else may have the place by then. */
static void *worker(void *seed)
{
	u64 state = (u64)seed, due = NR_PLACES, key;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		u64 random = test_random(&state);

		key = random % NR_PLACES;
		switch (random >> 32 & 7) {
		case 0:
			give_out(&places[key], key);
			break;
		case 1:
		case 2:
			kept_forget(&kept, due);
			due = free_one(&places[key]) ? key : NR_PLACES;
			break;
		case 3:
			kept_drop(&kept, random >> 40 & 1);
			break;
		default:
			read_one(&places[key], key, 1ULL << (random >> 41 & 3));
			break;
		}
	}
	return NULL;
}

static void threads(void)
{
	pthread_t thread[NR_THREADS];
	u64 i;

	begin(8);
	for (i = 0; i < NR_PLACES; i++)
		pthread_mutex_init(&places[i].lock, NULL);
	for (i = 0; i < NR_THREADS; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, worker, (void *)(i + 1)), 0);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(thread[i], NULL);
	end();
}

int main(void)
{
	static const struct test tests[] = {
		TEST(none), TEST(oldest_goes), TEST(many), TEST(all_taken), TEST(same_again),
		TEST(in_use), TEST(worth_it), TEST(not_worth_it), TEST(emptied), TEST(random_scripts), TEST(threads),
	};

	return test_main("kept", tests, ARRAY_SIZE(tests));
}
