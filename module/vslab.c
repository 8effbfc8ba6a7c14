// SPDX-License-Identifier: GPL-2.0
#include "vslab.h"

#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#endif

/* More than any number of places. */
#define VSLAB_IS_OPEN	(1 << 20)

/* Sizes are this far apart, or the larger one takes both. */
#define MIN_STEP	32

/* A segment of another size is taken if its objects are at most this much larger. */
#define LOOK_AHEAD	2
#define LARGER_PERCENT	106

/* Empty segments that keep their pages for the next ones. */
#define FEW_EMPTY	4

/* Where there is no room for a page, so many segments of a list are looked at. */
#define LOOKS		8

static struct vslab_segment *segment_at(struct vslab *s, u32 i)
{
	return &s->segments[i];
}

static u32 number_of(struct vslab *s, const struct vslab_segment *seg)
{
	return seg - s->segments;
}

static unsigned int quarter_of(const struct vslab_class *class, unsigned int used)
{
	return min_t(unsigned int, (used * class->quarters) >> 16, VSLAB_QUARTERS - 1);
}

/* Places whose pages are there. */
static unsigned int nr_backed(const struct vslab_class *class, const struct vslab_segment *seg)
{
	return min_t(unsigned int, ((unsigned int)seg->pages << VSLAB_PAGE_SHIFT) / class->size,
		     class->objects);
}

/* ---- Segments come and go ---- */

/* Which is nobody's now, with its number; or NULL. */
static struct vslab_segment *take_listed(struct vslab *s)
{
	struct vslab_segment *seg = NULL;

	spin_lock(&s->lock);
	if (!list_empty(&s->empty)) {
		seg = list_first_entry(&s->empty, struct vslab_segment, list);
		s->nr_empty--;
	} else if (!list_empty(&s->bare)) {
		seg = list_first_entry(&s->bare, struct vslab_segment, list);
	}
	if (seg)
		list_del_init(&seg->list);
	spin_unlock(&s->lock);
	return seg;
}

/* Others may be faster: then it is the next one. */
static int take_fresh(struct vslab *s, struct vslab_segment **seg)
{
	bool is_mine;
	u32 i;
	int err;

	do {
		i = READ_ONCE(s->fresh);
		err = i < s->max_segments ? s->ops->grow(s->owner, i) : -ENOSPC;
		if (err)
			return err;
		spin_lock(&s->lock);
		is_mine = s->fresh == i;
		if (is_mine)
			WRITE_ONCE(s->fresh, i + 1);
		spin_unlock(&s->lock);
	} while (!is_mine);
	*seg = segment_at(s, i);
	INIT_LIST_HEAD(&(*seg)->list);
	return 0;
}

/*
 * Whoever has just freed one of its objects may still look what it is: under the lock of the
 * class that it was of, so that is where it changes. Under that of the class that it is of now,
 * whoever sees its class sees that it is open.
 */
static void assign(struct vslab *s, struct vslab_segment *seg, unsigned int c)
{
	struct vslab_class *old = &s->classes[seg->class];

	spin_lock(&old->lock);
	atomic_set(&seg->used, VSLAB_IS_OPEN);
	WRITE_ONCE(seg->state, VSLAB_OPEN);
	/* Pairs with used_changed() and vslab_pin(). */
	smp_store_release(&seg->class, c);
	spin_unlock(&old->lock);
	memset(seg->map, 0, sizeof(seg->map));
}

static void put_empty(struct vslab *s, struct vslab_segment *seg)
{
	bool many = false;

	spin_lock(&s->lock);
	if (seg->pages) {
		list_add(&seg->list, &s->empty);
		many = ++s->nr_empty == FEW_EMPTY + 1;
	} else {
		list_add(&seg->list, &s->bare);
	}
	spin_unlock(&s->lock);
	if (many)
		s->ops->many_empty(s->owner);
}

static struct vslab_segment *take_empty_above(struct vslab *s, u32 keep)
{
	struct vslab_segment *seg = NULL;

	spin_lock(&s->lock);
	if (s->nr_empty > keep) {
		seg = list_first_entry(&s->empty, struct vslab_segment, list);
		list_del_init(&seg->list);
		s->nr_empty--;
	}
	spin_unlock(&s->lock);
	return seg;
}

/**
 * vslab_reap() - give back the pages of empty segments
 * @s: the room
 * @keep: but for so many of them
 *
 * It ends at the first that ->unmap leaves some of.
 *
 * Context: process, may sleep if ->unmap does.
 */
void vslab_reap(struct vslab *s, u32 keep)
{
	struct vslab_segment *seg;
	bool left = false;

	while (!left && (seg = take_empty_above(s, keep))) {
		seg->pages = s->ops->unmap(s->owner, number_of(s, seg), seg->pages);
		left = seg->pages;
		spin_lock(&s->lock);
		s->nr_empty += left;
		list_add(&seg->list, left ? &s->empty : &s->bare);
		spin_unlock(&s->lock);
	}
}

/* ---- What a class knows of its segments; under its lock ---- */

static void list_partial(struct vslab_class *class, struct vslab_segment *seg, unsigned int used)
{
	WRITE_ONCE(seg->state, VSLAB_PARTIAL);
	list_add_tail(&seg->list, &class->partial[quarter_of(class, used)]);
}

/* By how many places are taken. Returns whether it is empty: then it is the caller's. */
static bool sort_in(struct vslab_class *class, struct vslab_segment *seg, unsigned int used)
{
	if (!used)
		WRITE_ONCE(seg->state, VSLAB_EMPTY);
	else if (used < class->objects)
		list_partial(class, seg, used);
	else
		WRITE_ONCE(seg->state, VSLAB_FULL);
	return !used;
}

/*
 * An object has been freed. Returns whether the segment is empty, as sort_in(). It may be
 * another class's by now, or open.
 */
static bool sort_again(struct vslab_class *class, struct vslab_segment *seg)
{
	unsigned int used = atomic_read(&seg->used);

	switch (seg->state) {
	case VSLAB_FULL:
		return sort_in(class, seg, used);
	case VSLAB_PARTIAL:
		list_del_init(&seg->list);
		return sort_in(class, seg, used);
	case VSLAB_POOR:
		if (used)
			return false;
		list_del_init(&seg->list);
		return sort_in(class, seg, used);
	default:
		return false;
	}
}

/* ---- Open segments ---- */

/* Claim the free places of the next word of the map that has some. */
static bool claim(struct vslab *s, struct vslab_open *o)
{
	struct vslab_segment *seg = segment_at(s, o->segment);

	while (o->word < o->words) {
		unsigned int w = o->word++;
		u64 all = w == o->words - 1 ? o->last : ~0ULL;

		if ((READ_ONCE(seg->map[w]) & all) == all)
			continue;
		o->free = all & ~xchg(&seg->map[w], (unsigned long)all);
		o->at = w * 64;
		if (!o->free)
			continue;
		atomic_add(hweight64(o->free), &seg->used);
		return true;
	}
	return false;
}

/* The rest of a claim. Returns how many places these were. */
static unsigned int unclaim(struct vslab_segment *seg, struct vslab_open *o)
{
	unsigned long *word = &seg->map[o->at / 64];
	unsigned int nr = hweight64(o->free);
	unsigned long old, seen;

	if (!nr)
		return 0;
	for (old = READ_ONCE(*word); ; old = seen) {
		seen = cmpxchg(word, old, old & ~(unsigned long)o->free);
		if (seen == old)
			break;
	}
	o->free = 0;
	return nr;
}

/* @unused: places that were claimed in vain. */
static void put_back(struct vslab *s, struct vslab_segment *seg, unsigned int unused)
{
	struct vslab_class *class = &s->classes[seg->class];
	bool is_empty;

	spin_lock(&class->lock);
	is_empty = sort_in(class, seg, atomic_sub_return(VSLAB_IS_OPEN + unused, &seg->used));
	spin_unlock(&class->lock);
	if (is_empty)
		put_empty(s, seg);
}

static void close_segment(struct vslab *s, struct vslab_open *o)
{
	struct vslab_segment *seg = segment_at(s, o->segment);

	o->segment = 0;
	put_back(s, seg, unclaim(seg, o));
}

static void open_segment(struct vslab *s, struct vslab_open *o, struct vslab_segment *seg)
{
	struct vslab_class *class = &s->classes[seg->class];
	unsigned int rest = class->objects % 64;

	*o = (struct vslab_open){
		.segment = number_of(s, seg),
		.words = (class->objects + 63) / 64,
		.last = rest ? (1ULL << rest) - 1 : ~0ULL,
		.size = class->size,
	};
}

/* Of a list, the first with a free place; @backed: whose page is there. */
static struct vslab_segment *pick(struct vslab_class *class, struct list_head *list, bool backed)
{
	struct vslab_segment *seg;
	struct list_head *pos;
	unsigned int looks = 0;

	list_for_each(pos, list) {
		seg = container_of(pos, struct vslab_segment, list);
		if (!backed || (unsigned int)atomic_read(&seg->used) < nr_backed(class, seg))
			return seg;
		if (++looks == LOOKS)
			break;
	}
	return NULL;
}

/* It is whose who opens it from now on. */
static void take_out(struct vslab_segment *seg)
{
	list_del_init(&seg->list);
	WRITE_ONCE(seg->state, VSLAB_OPEN);
	atomic_add(VSLAB_IS_OPEN, &seg->used);
}

/* The fullest partial one, opened; or NULL. */
static struct vslab_segment *take_partial(struct vslab_class *class, bool backed)
{
	struct vslab_segment *seg = NULL;
	int q;

	spin_lock(&class->lock);
	for (q = VSLAB_QUARTERS - 1; q >= 0 && !seg; q--)
		seg = pick(class, &class->partial[q], backed);
	if (seg)
		take_out(seg);
	spin_unlock(&class->lock);
	return seg;
}

/* Rather a little room lost with each object than a segment more. */
static struct vslab_segment *take_similar(struct vslab *s, unsigned int c)
{
	struct vslab_segment *seg = NULL;
	unsigned int d;

	for (d = c; d < s->nr_classes && d <= c + LOOK_AHEAD && !seg; d++)
		if (s->classes[d].size * 100 <= s->classes[c].size * LARGER_PERCENT)
			seg = take_partial(&s->classes[d], false);
	return seg;
}

static int open_next(struct vslab *s, struct vslab_open *o, unsigned int c)
{
	struct vslab_segment *seg = take_similar(s, c);
	int err = 0;

	if (!seg) {
		seg = take_listed(s);
		if (!seg)
			err = take_fresh(s, &seg);
		if (err)
			return err;
		assign(s, seg, c);
	}
	open_segment(s, o, seg);
	return 0;
}

/* Where no page is to be had: any place that is large enough. */
static bool open_backed(struct vslab *s, struct vslab_open *o, unsigned int c)
{
	struct vslab_segment *seg = NULL;
	unsigned int d;

	for (d = c; d < s->nr_classes && !seg; d++)
		seg = take_partial(&s->classes[d], true);
	if (seg)
		open_segment(s, o, seg);
	return seg;
}

/* Have the pages of a place. */
static int back(struct vslab *s, struct vslab_open *o, unsigned int end)
{
	struct vslab_segment *seg = segment_at(s, o->segment);
	int err = 0;

	while (!err && (unsigned int)seg->pages << VSLAB_PAGE_SHIFT < end) {
		err = s->ops->map(s->owner, o->segment, seg->pages);
		seg->pages += !err;
	}
	return err;
}

/* One of the places that are claimed. */
static s64 take_claimed(struct vslab *s, struct vslab_open *o)
{
	unsigned int start = (o->at + __ffs(o->free)) * o->size;
	int err = 0;

	if (unlikely((unsigned int)segment_at(s, o->segment)->pages << VSLAB_PAGE_SHIFT <
		     start + o->size))
		err = back(s, o, start + o->size);
	if (err)
		return err;
	o->free &= o->free - 1;
	return ((u64)o->segment << VSLAB_SEGMENT_SHIFT) + start;
}

/* Of a segment that has a free place with its page; free ones without are passed over. */
static s64 alloc_backed(struct vslab *s, struct vslab_open *o, unsigned int c, int err)
{
	s64 ret = err;

	if (o->segment)
		close_segment(s, o);
	if (!open_backed(s, o, c))
		return err;
	while (claim(s, o)) {
		ret = take_claimed(s, o);
		if (ret >= 0)
			return ret;
		atomic_sub(unclaim(segment_at(s, o->segment), o), &segment_at(s, o->segment)->used);
	}
	close_segment(s, o);
	return err;
}

/**
 * vslab_alloc() - room for an object
 * @s: the room
 * @set: whose; nobody else uses this set meanwhile
 * @len: bytes, 1 to VSLAB_MAX_OBJECT
 *
 * Context: as ->grow and ->map.
 * Return: the object's first byte, counted from that of segment 0; -ENOSPC or -ENOMEM: there
 * is no free place that is large enough, and no more memory.
 */
s64 vslab_alloc(struct vslab *s, unsigned int set, unsigned int len)
{
	unsigned int c = s->class_of[(len + 7) / 8];
	struct vslab_open *o = &s->sets[set].open[c];
	s64 ret;
	int err = 0;

	while (unlikely(!o->free) && !err) {
		if (o->segment && claim(s, o))
			break;
		if (o->segment)
			close_segment(s, o);
		err = open_next(s, o, c);
	}
	ret = err ?: take_claimed(s, o);
	return likely(ret >= 0) ? ret : alloc_backed(s, o, c, (int)ret);
}

/* As few as can be: of the class's lists, and of the lock. */
static noinline void used_changed(struct vslab *s, struct vslab_segment *seg, unsigned int c)
{
	struct vslab_class *class = &s->classes[c];
	bool is_empty = false;

	spin_lock(&class->lock);
	/* Pairs with assign(). */
	if (smp_load_acquire(&seg->class) == c)
		is_empty = sort_again(class, seg);
	spin_unlock(&class->lock);
	if (is_empty)
		put_empty(s, seg);
}

/**
 * vslab_free() - give back an object
 * @s: the room
 * @offset: what vslab_alloc() returned
 *
 * Context: any but interrupts.
 */
void vslab_free(struct vslab *s, u64 offset)
{
	struct vslab_segment *seg = segment_at(s, offset >> VSLAB_SEGMENT_SHIFT);
	unsigned int c = READ_ONCE(seg->class), used;
	const struct vslab_class *class = &s->classes[c];

	/* What was read there has been read: the place may be another's from now on. */
	clear_bit_unlock((offset & (VSLAB_SEGMENT_SIZE - 1)) / class->size, seg->map);
	used = atomic_dec_return(&seg->used);
	if (used >= class->objects)
		return;
	if (!used || used == class->objects - 1U ||
	    quarter_of(class, used) != quarter_of(class, used + 1))
		used_changed(s, seg, c);
}

/**
 * vslab_close() - let others have what a set has open
 * @s: the room
 * @set: as of vslab_alloc()
 *
 * Context: any but interrupts.
 */
void vslab_close(struct vslab *s, unsigned int set)
{
	unsigned int c;

	for (c = 0; c < s->nr_classes; c++)
		if (s->sets[set].open[c].segment)
			close_segment(s, &s->sets[set].open[c]);
}

/**
 * vslab_pin() - have nothing allocated in a segment
 * @s: the room
 * @segment: its number; some of its places may be taken
 *
 * What lies there stays as it is until vslab_unpin(); it may be freed.
 *
 * Context: any but interrupts.
 * Return: false: it has no objects, or is somebody else's now.
 */
bool vslab_pin(struct vslab *s, u32 segment)
{
	struct vslab_segment *seg = segment_at(s, segment);
	unsigned int c = READ_ONCE(seg->class);
	struct vslab_class *class = &s->classes[c];
	bool is_ours;

	spin_lock(&class->lock);
	/* Pairs with assign(). */
	is_ours = smp_load_acquire(&seg->class) == c &&
		  (seg->state == VSLAB_PARTIAL || seg->state == VSLAB_FULL);
	if (is_ours)
		take_out(seg);
	spin_unlock(&class->lock);
	return is_ours;
}

/**
 * vslab_unpin() - the reverse of vslab_pin()
 * @s: the room
 * @segment: the segment's number
 *
 * Context: any but interrupts.
 */
void vslab_unpin(struct vslab *s, u32 segment)
{
	put_back(s, segment_at(s, segment), 0);
}

/* ---- Poor segments ---- */

static unsigned int free_places(struct vslab_class *class)
{
	unsigned int nr = 0, q;
	struct list_head *pos;

	for (q = 0; q < VSLAB_QUARTERS; q++)
		list_for_each(pos, &class->partial[q])
			nr += class->objects -
			      atomic_read(&container_of(pos, struct vslab_segment, list)->used);
	return nr;
}

/*
 * The poorest segments of a list whose objects find room in what is left of the others: @room
 * places. Returns how many objects these are.
 */
static unsigned int choose_from(struct vslab_class *class, struct list_head *list,
				unsigned int *room)
{
	unsigned int used, nr = 0;
	struct vslab_segment *seg;

	while (!list_empty(list)) {
		seg = list_first_entry(list, struct vslab_segment, list);
		used = atomic_read(&seg->used);
		/* Its own free places are none then; nor are those that its objects take. */
		if (*room < class->objects)
			break;
		*room -= class->objects;
		nr += used;
		WRITE_ONCE(seg->state, VSLAB_POOR);
		list_move_tail(&seg->list, &class->poor);
	}
	return nr;
}

/**
 * vslab_choose_poor() - choose the segments that had better become empty
 * @s: the room
 *
 * Until vslab_forget_poor() nothing is allocated there. What lies there, see vslab_is_poor(), is
 * to be copied, and freed.
 *
 * Context: process; one at a time.
 * Return: how many objects they have, at most.
 */
unsigned long vslab_choose_poor(struct vslab *s)
{
	unsigned long nr = 0;
	unsigned int c, q, room;

	for (c = 0; c < s->nr_classes; c++) {
		struct vslab_class *class = &s->classes[c];

		spin_lock(&class->lock);
		room = free_places(class);
		for (q = 0; q < VSLAB_QUARTERS - 1; q++)
			nr += choose_from(class, &class->partial[q], &room);
		spin_unlock(&class->lock);
	}
	return nr;
}

/**
 * vslab_forget_poor() - what could not be made empty is used again
 * @s: the room
 *
 * Context: process; as vslab_choose_poor().
 */
void vslab_forget_poor(struct vslab *s)
{
	struct vslab_class *class;
	struct vslab_segment *seg;
	unsigned int c;
	bool is_empty;

	for (c = 0; c < s->nr_classes; c++) {
		class = &s->classes[c];
		spin_lock(&class->lock);
		while (!list_empty(&class->poor)) {
			seg = list_first_entry(&class->poor, struct vslab_segment, list);
			list_del_init(&seg->list);
			is_empty = sort_in(class, seg, atomic_read(&seg->used));
			spin_unlock(&class->lock);
			if (is_empty)
				put_empty(s, seg);
			spin_lock(&class->lock);
		}
		spin_unlock(&class->lock);
	}
}

/* ---- All of it ---- */

static void init_class(struct vslab_class *class, unsigned int size)
{
	unsigned int q;

	spin_lock_init(&class->lock);
	for (q = 0; q < VSLAB_QUARTERS; q++)
		INIT_LIST_HEAD(&class->partial[q]);
	INIT_LIST_HEAD(&class->poor);
	class->size = size;
	class->objects = VSLAB_SEGMENT_SIZE / size;
	class->quarters = (VSLAB_QUARTERS << 16) / class->objects;
}

/* All numbers of objects in a segment, as far as their sizes aren't too close together. */
static void init_classes(struct vslab *s)
{
	unsigned int sizes[VSLAB_MAX_CLASSES], nr = 0, k, size, c, i;

	for (k = VSLAB_SEGMENT_SIZE / VSLAB_MAX_OBJECT; k <= VSLAB_MAX_OBJECTS; k++) {
		size = VSLAB_SEGMENT_SIZE / k & ~7U;
		if ((!nr || sizes[nr - 1] - size >= MIN_STEP || k == VSLAB_MAX_OBJECTS) &&
		    nr < VSLAB_MAX_CLASSES)
			sizes[nr++] = size;
	}
	s->nr_classes = nr;
	for (c = 0; c < nr; c++)
		init_class(&s->classes[c], sizes[nr - 1 - c]);
	for (i = 0, c = 0; i <= VSLAB_MAX_OBJECT / 8; i++) {
		while (s->classes[c].size < i * 8)
			c++;
		s->class_of[i] = c;
	}
}

/**
 * vslab_init() - begin without objects
 * @s: to be set up
 * @segments: see struct vslab
 * @max_segments: likewise, 2 at least
 * @nr_sets: likewise
 * @ops: likewise
 * @owner: likewise
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vslab_init(struct vslab *s, struct vslab_segment *segments, u32 max_segments,
	       unsigned int nr_sets, const struct vslab_ops *ops, void *owner)
{
	memset(s, 0, sizeof(*s));
	s->sets = kvcalloc(nr_sets, sizeof(*s->sets), GFP_KERNEL);
	if (!s->sets)
		return -ENOMEM;
	s->segments = segments;
	s->max_segments = max_segments;
	s->nr_sets = nr_sets;
	s->ops = ops;
	s->owner = owner;
	s->fresh = 1;
	spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->empty);
	INIT_LIST_HEAD(&s->bare);
	init_classes(s);
	return 0;
}

/**
 * vslab_exit() - the reverse of vslab_init()
 * @s: the room; all objects are freed
 *
 * Context: process, may sleep.
 */
void vslab_exit(struct vslab *s)
{
	unsigned int set;

	for (set = 0; set < s->nr_sets; set++)
		vslab_close(s, set);
	vslab_reap(s, 0);
	kvfree(s->sets);
	s->sets = NULL;
}
