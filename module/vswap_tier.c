// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vswap_tier.h"

/*
 * The payload of a SLOT_FILE word says which file and which page of it. A pool
 * needs its payload for itself: there can be one.
 */
#define FILE_NUMBER_SHIFT	32

/* What users call them. */
static const struct {
	const char *name;
	const struct vswap_backend_ops *ops;
} known_backends[] = {
	{ "zswap", &vswap_zswap_ops },
	{ "ssd", &vswap_swapfile_ops },
};

/* In order of preference; fixed while the module is loaded. */
static struct vswap_backend backends[VSWAP_MAX_BACKENDS];
static unsigned int nr_backends;
static struct vswap_backend *pool;

static int add_backend(const char *name, const struct vswap_backend_params *params)
{
	struct vswap_backend *b = &backends[nr_backends];
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(known_backends); i++)
		if (!strcmp(known_backends[i].name, name))
			break;
	if (i == ARRAY_SIZE(known_backends)) {
		pr_err("backends=: unknown backend \"%s\" (known: zswap, ssd)\n", name);
		return -EINVAL;
	}
	for (b = backends; b < &backends[nr_backends]; b++) {
		if (b->name == known_backends[i].name) {
			pr_err("backends=: \"%s\" is named twice\n", name);
			return -EINVAL;
		}
	}

	b->ops = known_backends[i].ops;
	b->name = known_backends[i].name;
	b->rank = nr_backends;
	b->counts = alloc_percpu(struct vswap_backend_counts);
	if (!b->counts)
		return -ENOMEM;
	err = b->ops->open(b, params);
	if (err) {
		free_percpu(b->counts);
		b->counts = NULL;
		return err;
	}
	if (b->ops->tag == SLOT_POOL)
		pool = b;
	nr_backends++;
	return 0;
}

/**
 * vswap_tier_open() - open the backends
 * @names: their names, the most preferred first, separated by commas
 * @params: for all of them
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with one line in the log and all of them closed.
 */
int vswap_tier_open(const char *names, const struct vswap_backend_params *params)
{
	char *copy, *rest, *name;
	int err = 0;

	if (!names || !*names) {
		pr_err("backends= must name at least one of: zswap, ssd\n");
		return -EINVAL;
	}
	copy = kstrdup(names, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (!err && (name = strsep(&rest, ",")))
		err = add_backend(strim(name), params);
	kfree(copy);
	if (err)
		vswap_tier_close();
	return err;
}

/**
 * vswap_tier_close() - close all backends
 *
 * Context: process, may sleep; no page is stored any more.
 */
void vswap_tier_close(void)
{
	while (nr_backends) {
		struct vswap_backend *b = &backends[--nr_backends];
		unsigned long left = vswap_backend_sum(b, BACKEND_USED_PAGES);

		if (left)
			pr_err("leak: %s still holds %lu pages\n", b->name, left);
		b->ops->close(b);
		free_percpu(b->counts);
	}
	pool = NULL;
}

/**
 * vswap_tier_get() - a backend by its rank
 * @rank: from 0
 *
 * Return: the backend, or NULL if there are fewer.
 */
struct vswap_backend *vswap_tier_get(unsigned int rank)
{
	return rank < nr_backends ? &backends[rank] : NULL;
}

static u64 make_word(struct vswap_backend *b, u64 payload)
{
	if (b->ops->tag == SLOT_FILE)
		payload |= (u64)b->rank << FILE_NUMBER_SHIFT;
	return slot_word(b->ops->tag, payload);
}

/* The word without what only the tier put there. */
static u64 backend_payload(struct vswap_backend *b, u64 word)
{
	return b->ops->tag == SLOT_FILE ? vswap_tier_file_slot(word) : slot_payload(word);
}

static void count_refusal(struct vswap_backend *b, int err)
{
	if (err == -E2BIG)
		vswap_backend_count(b, BACKEND_REJECTED_INCOMPRESSIBLE, 1);
	else if (err == -ENOSPC)
		vswap_backend_count(b, BACKEND_REJECTED_FULL, 1);
}

static int try_backends(struct page *page, u32 slot, bool last, u64 *word)
{
	unsigned int i;
	u64 payload;
	int err = -ENOSPC;

	for (i = 0; i < nr_backends; i++) {
		struct vswap_backend *b = &backends[i];

		err = b->ops->store(b, page, slot, last, &payload);
		if (!err) {
			*word = make_word(b, payload);
			break;
		}
		count_refusal(b, err);
	}
	return err;
}

/**
 * vswap_tier_place() - find a place for a page
 * @page: the page; locked, and not a repeated word
 * @slot: its virtual slot
 * @word: the slot word to set, if 0 is returned
 *
 * The first backend that takes the page gets it. One that none takes because it
 * doesn't shrink is offered once more, to be kept whole.
 *
 * Context: reclaim, may sleep.
 * Return: 0; -ENOSPC, -ENOMEM or -EIO if no backend took the page.
 */
int vswap_tier_place(struct page *page, u32 slot, u64 *word)
{
	bool alone = nr_backends == 1;
	int err = try_backends(page, slot, alone, word);

	if (err && !alone)
		err = try_backends(page, slot, true, word);
	return err;
}

/**
 * vswap_tier_writes_back() - is there a swap file behind the pool
 *
 * Return: whether vswap_tier_place_on_disk() can ever find a place.
 */
bool vswap_tier_writes_back(void)
{
	unsigned int i;

	for (i = pool ? pool->rank + 1 : nr_backends; i < nr_backends; i++)
		if (backends[i].ops->tag == SLOT_FILE)
			return true;
	return false;
}

/**
 * vswap_tier_place_on_disk() - find a place for a page of the pool
 * @page: a copy of it
 * @slot: its virtual slot
 * @word: the slot word it could have, if 0 is returned
 *
 * In the first swap file behind the pool that has room.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOSPC or -ENOMEM.
 */
int vswap_tier_place_on_disk(struct page *page, u32 slot, u64 *word)
{
	unsigned int i;
	u64 payload;
	int err = -ENOSPC;

	for (i = pool->rank + 1; i < nr_backends; i++) {
		struct vswap_backend *b = &backends[i];

		if (b->ops->tag != SLOT_FILE)
			continue;
		err = b->ops->store(b, page, slot, true, &payload);
		if (!err) {
			*word = make_word(b, payload);
			break;
		}
		count_refusal(b, err);
	}
	return err;
}

/**
 * vswap_tier_pool_fullness() - how full the pool is
 *
 * Context: any.
 * Return: percent of its limit, 0 without a pool.
 */
unsigned int vswap_tier_pool_fullness(void)
{
	return pool ? pool->ops->fullness(pool) : 0;
}

/**
 * vswap_tier_compact_pool() - let the pool give back the memory in its holes
 *
 * Context: process, may sleep.
 */
void vswap_tier_compact_pool(void)
{
	if (pool)
		pool->ops->compact(pool);
}

/**
 * vswap_tier_backend() - who holds the page of a slot
 * @word: a slot word
 *
 * Return: the backend, or NULL if the word needs none.
 */
struct vswap_backend *vswap_tier_backend(u64 word)
{
	switch (slot_tag(word)) {
	case SLOT_POOL:
		return pool;
	case SLOT_FILE:
		return &backends[slot_payload(word) >> FILE_NUMBER_SHIFT];
	default:
		return NULL;
	}
}

/**
 * vswap_tier_release() - forget what a slot word stands for
 * @word: a word that no slot has any more
 *
 * Context: any, interrupts off included.
 */
void vswap_tier_release(u64 word)
{
	struct vswap_backend *b = vswap_tier_backend(word);

	if (b)
		b->ops->free(b, backend_payload(b, word));
}

/**
 * vswap_tier_capacity() - what the backends can hold
 *
 * Context: process.
 * Return: pages, those held now included, by the backends' present estimates.
 */
unsigned long vswap_tier_capacity(void)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < nr_backends; i++)
		sum += backends[i].ops->capacity(&backends[i]);
	return sum;
}

/**
 * vswap_tier_used() - what the backends hold
 *
 * Context: any; not exact while pages move.
 * Return: pages.
 */
unsigned long vswap_tier_used(void)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < nr_backends; i++)
		sum += vswap_backend_sum(&backends[i], BACKEND_USED_PAGES);
	return sum;
}
