// SPDX-License-Identifier: GPL-2.0
#include "kept.h"
#include "play.h"

#define MAX_KEPT	8
#define NR_KEYS		16
#define NR_PAGES	3

/* The model: what is kept, the oldest first; and what somebody reads from. */
static struct {
	struct kept kept;
	unsigned int nr;
	u64 keys[MAX_KEPT];
	u64 taken[MAX_KEPT];
	struct kept_block *held;
	bool held_is_kept;
} play;

static void free_block(struct kept_block *block)
{
	CHECK_EQ(shim_locks_held, 0);
	CHECK(block != play.held);
	CHECK(!block->is_kept);
	test_free(block);
}

static int find(u64 key)
{
	unsigned int i;

	for (i = 0; i < play.nr; i++)
		if (play.keys[i] == key)
			return i;
	return -1;
}

static void remove_at(unsigned int i)
{
	if (play.held && play.held->key == play.keys[i])
		play.held_is_kept = false;
	play.nr--;
	for (; i < play.nr; i++) {
		play.keys[i] = play.keys[i + 1];
		play.taken[i] = play.taken[i + 1];
	}
}

static void play_add(u64 key, u64 taken)
{
	struct kept_block *block = test_size_alloc(sizeof(*block));

	block->key = key;
	block->nr = NR_PAGES;
	block->taken = taken;
	kept_add(&play.kept, block);
	if (find(key) >= 0 || __builtin_popcountll(taken) >= NR_PAGES)
		return;
	if (play.nr == MAX_KEPT)
		remove_at(0);
	play.keys[play.nr] = key;
	play.taken[play.nr++] = taken;
	while (play.nr > play.kept.limit)
		remove_at(0);
}

static void play_get(u64 key)
{
	struct kept_block *block;

	if (play.held)
		return;
	block = kept_get(&play.kept, key);
	CHECK_EQ(!!block, find(key) >= 0);
	if (!block)
		return;
	CHECK_EQ(block->key, key);
	play.held = block;
	play.held_is_kept = true;
}

static void play_put(u64 taken)
{
	struct kept_block *block = play.held;
	u64 key;
	int i;

	if (!block)
		return;
	key = block->key;
	play.held = NULL;
	/* It may be gone, and another one of the same key there. */
	i = play.held_is_kept ? find(key) : -1;
	kept_put(&play.kept, block, taken);
	if (i < 0)
		return;
	play.taken[i] |= taken;
	if (__builtin_popcountll(play.taken[i]) >= NR_PAGES)
		remove_at(i);
}

static void play_forget(u64 key)
{
	int i = find(key);

	kept_forget(&play.kept, key);
	if (i >= 0)
		remove_at(i);
}

static void play_drop(unsigned int nr)
{
	unsigned int least = nr < play.nr ? nr : play.nr, i;

	CHECK_EQ(kept_drop(&play.kept, nr), least);
	for (i = 0; i < least; i++)
		remove_at(0);
}

static void play_check(void)
{
	CHECK_EQ(kept_count(&play.kept), play.nr);
	CHECK_EQ(test_allocs(), play.nr + (play.held && !play.held_is_kept));
}

void kept_play(struct script *script)
{
	memset(&play, 0, sizeof(play));
	kept_init(&play.kept, MAX_KEPT, free_block);
	while (script->left) {
		u8 op = script_next(script, 1), value = script_next(script, 1);
		u64 key = value % NR_KEYS;

		switch (op % 8) {
		case 0:
			play_forget(key);
			break;
		case 1:
			play_drop(value % (MAX_KEPT + 2));
			break;
		case 2:
		case 3:
			play_get(key);
			break;
		case 4:
			play_put(value % 16);
			break;
		default:
			play_add(key, value >> 5);
			break;
		}
		play_check();
	}
	play_put(0);
	play_drop(U32_MAX);
	CHECK_EQ(test_allocs(), 0);
}
