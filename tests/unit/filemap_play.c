// SPDX-License-Identifier: GPL-2.0
#include "filemap.h"
#include "play.h"

#define PLAY_MAX	5000
#define PLAY_CPUS	3
#define BAD		(1ULL << 32)	/* no virtual slot */
#define FIRST_VSLOT	(FILEMAP_MAX_PACKED + 1)

/* The model: the owner of each file slot, BAD, or FILEMAP_NOBODY. */
static struct {
	struct filemap fm;
	u32 nr_slots;
	u32 nr_used;
	u32 nr_bad;
	u64 owner[PLAY_MAX];
	bool condemned[PLAY_MAX];
	u32 taken;		/* the first slot of a chunk that is taken, or 0 */
	bool failing;
} play;

static void play_emptied(struct filemap *fm)
{
	CHECK(fm == &play.fm);
}

static const struct filemap_ops play_ops = {
	.alloc = test_size_alloc,
	.free = test_free,
	.emptied = play_emptied,
};

static bool is_taken(u32 slot)
{
	return play.taken && slot / FILEMAP_CHUNK_SLOTS == play.taken / FILEMAP_CHUNK_SLOTS;
}

/* Slots that can be handed out. */
static u32 play_left(void)
{
	u32 taken = play.taken ? min_t(u32, FILEMAP_CHUNK_SLOTS, play.nr_slots - play.taken) : 0;

	return play.nr_slots - play.nr_used - play.nr_bad - taken;
}

static void play_stale(void)
{
	u32 first = 0, nr, i;

	if (play.taken) {
		filemap_return_stale(&play.fm, play.taken);
		play.taken = 0;
		return;
	}
	nr = filemap_take_stale(&play.fm, &first);
	if (!nr)
		return;
	CHECK(first && first % FILEMAP_CHUNK_SLOTS == 0);
	CHECK_EQ(nr, min_t(u32, FILEMAP_CHUNK_SLOTS, play.nr_slots - first));
	for (i = 0; i < nr; i++)
		CHECK_EQ(play.owner[first + i], FILEMAP_NOBODY);
	play.taken = first;
}

static void play_alloc(unsigned int cpu, unsigned int want, u32 vslot)
{
	u32 first, i;
	int nr = filemap_alloc(&play.fm, cpu, want, vslot, &first);

	if (!want || vslot < FIRST_VSLOT || want - 1 > U32_MAX - vslot) {
		CHECK_EQ(nr, -EINVAL);
		return;
	}
	if (nr < 0) {
		CHECK(nr == -ENOSPC || (nr == -ENOMEM && play.failing));
		if (nr == -ENOSPC)
			CHECK_EQ(play_left(), 0);
		return;
	}
	CHECK(nr >= 1 && (unsigned int)nr <= want && first + nr <= play.nr_slots);
	for (i = 0; i < (u32)nr; i++) {
		CHECK_EQ(play.owner[first + i], FILEMAP_NOBODY);
		CHECK(!is_taken(first + i));
		play.owner[first + i] = vslot + i;
	}
	play.nr_used += nr;
}

static bool play_is_packed(u32 slot)
{
	return play.owner[slot] && play.owner[slot] <= FILEMAP_MAX_PACKED;
}

static void play_alloc_packed(unsigned int cpu, u32 nr)
{
	u32 slot;
	int err = filemap_alloc_packed(&play.fm, cpu, nr, &slot);

	if (!nr || nr > FILEMAP_MAX_PACKED) {
		CHECK_EQ(err, -EINVAL);
		return;
	}
	if (err) {
		CHECK(err == -ENOSPC || (err == -ENOMEM && play.failing));
		if (err == -ENOSPC)
			CHECK_EQ(play_left(), 0);
		return;
	}
	CHECK_EQ(play.owner[slot], FILEMAP_NOBODY);
	CHECK(!is_taken(slot));
	play.owner[slot] = nr;
	play.nr_used++;
}

/* One page of the block at @slot, or at the next one there is if @seek. */
static void play_put_packed(u32 slot, bool seek)
{
	while (seek && slot < play.nr_slots - 1 && !play_is_packed(slot))
		slot++;
	if (slot >= play.nr_slots || !play_is_packed(slot)) {
		CHECK_EQ(filemap_put_packed(&play.fm, slot), -EINVAL);
		return;
	}
	CHECK_EQ(filemap_put_packed(&play.fm, slot), play.owner[slot] - 1);
	if (--play.owner[slot])
		return;
	if (play.condemned[slot])
		play.owner[slot] = BAD;
	play.nr_bad += play.condemned[slot];
	play.nr_used--;
}

/* Free @nr slots from @slot on, or from the next one in use if @seek. */
static void play_free(u32 slot, u32 nr, bool seek)
{
	bool good = nr;
	u32 i;

	while (seek && slot < play.nr_slots - 1 &&
	       (play.owner[slot] == BAD || play.owner[slot] == FILEMAP_NOBODY))
		slot++;
	for (i = slot; good && i - slot < nr; i++)
		good = i < play.nr_slots && play.owner[i] != BAD &&
		       play.owner[i] > FILEMAP_MAX_PACKED;

	CHECK_EQ(filemap_free(&play.fm, slot, nr), good ? 0 : -EINVAL);
	if (!good)
		return;
	for (i = slot; i - slot < nr; i++) {
		play.owner[i] = play.condemned[i] ? BAD : FILEMAP_NOBODY;
		play.nr_bad += play.condemned[i];
	}
	play.nr_used -= nr;
}

static bool play_owned(u32 slot)
{
	return play.owner[slot] != BAD && play.owner[slot] != FILEMAP_NOBODY;
}

static void play_condemn(u32 slot, u32 nr)
{
	filemap_condemn(&play.fm, slot, nr);
	for (; nr && slot < play.nr_slots; nr--, slot++)
		if (play_owned(slot))
			play.condemned[slot] = true;
}

static void play_grow(u32 nr_slots)
{
	int err = filemap_grow(&play.fm, nr_slots);

	CHECK(err != -EINVAL || nr_slots < play.nr_slots);
	CHECK(err != -ENOMEM || play.failing);
	if (!err)
		play.nr_slots = nr_slots;
}

static void play_next(u32 slot)
{
	u32 owner = 0, next = filemap_next(&play.fm, slot, &owner);

	while (slot < play.nr_slots && !play_owned(slot))
		slot++;
	CHECK_EQ(next, min_t(u32, slot, play.nr_slots));
	if (slot < play.nr_slots)
		CHECK_EQ(owner, play.owner[slot]);
}

static void play_bad(u32 slot)
{
	int err;

	/* Only said of a file that nobody uses yet. */
	if (is_taken(slot))
		return;
	err = filemap_mark_bad(&play.fm, slot);
	if (slot >= play.nr_slots) {
		CHECK_EQ(err, -EINVAL);
	} else if (play.owner[slot] == BAD) {
		CHECK_EQ(err, 0);
	} else if (play.owner[slot] != FILEMAP_NOBODY) {
		CHECK_EQ(err, -EBUSY);
	} else if (err) {
		CHECK(err == -ENOMEM && play.failing);
	} else {
		play.owner[slot] = BAD;
		play.nr_bad++;
	}
}

static void play_check(void)
{
	u32 i;

	for (i = 0; i < play.nr_slots; i++)
		CHECK_EQ(filemap_owner(&play.fm, i),
			 play.owner[i] == BAD ? FILEMAP_NOBODY : play.owner[i]);
}

/* Memory only where slots are in use or bad, and for one spare chunk. */
static void play_check_counts(void)
{
	u32 ci, i, held = !!play.fm.spare;

	CHECK_EQ(filemap_used(&play.fm), play.nr_used);
	CHECK_EQ(filemap_capacity(&play.fm), play.nr_slots - play.nr_bad);
	for (ci = 0; ci < play.fm.nr_chunks; ci++) {
		u32 used = 0, last = min_t(u32, play.nr_slots, (ci + 1) * FILEMAP_CHUNK_SLOTS);

		for (i = ci * FILEMAP_CHUNK_SLOTS; i < last; i++)
			used += play.owner[i] != FILEMAP_NOBODY;
		CHECK_EQ(!!play.fm.chunks[ci], used != 0);
		CHECK_EQ(play.fm.chunks[ci] ? play.fm.chunks[ci]->used : 0, used);
		held += used != 0;
	}
	CHECK_EQ(play.fm.nr_held, held);
	CHECK_EQ(test_allocs(), 4 + 2 * held);
}

static void play_step(struct script *script)
{
	u8 op = script_next(script, 1), arg = script_next(script, 1);
	unsigned int i, cpu = op / 10 % PLAY_CPUS;

	switch (op % 10) {
	case 0:
		play_alloc(cpu, arg, script_next(script, 4));
		break;
	case 1:
		play_alloc(cpu, script_next(script, 2) % 1500, 500 + script_next(script, 2));
		break;
	case 2:
		for (i = 0; i < arg; i++)
			play_alloc(cpu, 1 + arg % 17, 1000 + i);
		break;
	case 3:
		play_free(script_next(script, 2) % play.nr_slots, 1 + arg % 16, true);
		break;
	case 4:
		for (i = 0; i < arg; i++)
			play_free((op / 8 + i) * 7 * arg % play.nr_slots, 1 + op / 64, true);
		break;
	case 5:
		play_free(script_next(script, 2), script_next(script, 2), arg % 2);
		break;
	case 6:
		if (arg % 4 == 0)
			play_bad(script_next(script, 2));
		else if (arg % 4 == 1)
			play_stale();
		else
			play_alloc(cpu, 1 << arg % 10, 777);
		break;
	case 7:
		if (arg % 4 == 0) {
			test_fail_alloc(1 + op / 8 % 4);
			play.failing = true;
		}
		if (arg % 4 == 1)
			play_check();
		if (arg % 4 == 2)
			play_condemn(script_next(script, 2), arg / 4);
		if (arg % 4 == 3 && op / 8 % 2)
			play_grow(min_t(u32, PLAY_MAX, play.nr_slots - 1 + arg * 8));
		if (arg % 4 == 3 && !(op / 8 % 2))
			play_next(script_next(script, 2) % (play.nr_slots + 1));
		break;
	case 8:
		for (i = 0; i <= arg / 4; i++)
			play_alloc_packed(cpu, arg % 4 ? 1 + arg % 7 : script_next(script, 2));
		break;
	case 9:
		for (i = 0; i <= arg / 4; i++)
			play_put_packed(script_next(script, 2) % (play.nr_slots + 1), arg % 4);
		break;
	}
	play_check_counts();
}

void filemap_play(struct script *script)
{
	memset(&play, 0, sizeof(play));
	play.nr_slots = 1 + script_next(script, 2) % PLAY_MAX;
	CHECK_EQ(filemap_init(&play.fm, play.nr_slots, PLAY_CPUS, &play_ops), 0);
	play.owner[0] = BAD;
	play.nr_bad = 1;
	while (script->left)
		play_step(script);
	play_check();
	CHECK_EQ(filemap_exit(&play.fm), play.nr_used);
	test_fail_alloc(0);
}
