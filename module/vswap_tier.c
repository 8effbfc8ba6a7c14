// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/ctype.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/string.h>

#include "packed.h"
#include "port.h"
#include "rules.h"
#include "vswap_tier.h"

/*
 * Those of one tier take turns after so many pages: what is evicted together lies
 * together.
 */
#define TURN_PAGES		64

static const struct vswap_backend_ops *const all_ops[] = {
	[RULES_ZSWAP] = &vswap_zswap_ops,
	[RULES_SSD] = &vswap_swapfile_ops,
};

/**
 * struct order - the backends in order of preference
 * @nr: how many
 * @backend: those of lower tiers first, older ones first in one tier
 * @next: for each, the place of the first one of the next tier
 */
struct order {
	unsigned int nr;
	struct vswap_backend *backend[VSWAP_MAX_BACKENDS];
	unsigned int next[VSWAP_MAX_BACKENDS];
};

/*
 * @lock: serialises changes; nobody waits for a disk meanwhile, but at swapon and swapoff
 * @order: exchanged for another one; never NULL while backends are open
 * @taken: who has which number, from before it is opened until it is closed
 * @by_id: stays while a slot word has the number
 * @has_readers: bits for which of vswap_file_readers are set up; they stay so for who
 *	comes next
 * @pool: the one backend in RAM, or NULL
 * @detached: swap is off, and so nothing is kept of what belongs to others
 * @params: what was said at load
 * @failed: called when a backend has failed; any context
 */
static struct {
	struct mutex lock;
	struct order __rcu *order;
	struct vswap_backend *taken[VSWAP_MAX_BACKENDS];
	struct vswap_backend *by_id[VSWAP_MAX_BACKENDS];
	unsigned long has_readers;
	struct vswap_backend *pool;
	bool detached;
	struct vswap_backend_params params;
	void (*failed)(void);
} tier = { .lock = __MUTEX_INITIALIZER(tier.lock) };

DEFINE_SRCU(vswap_tier_users);
struct srcu_struct vswap_file_readers[VSWAP_MAX_BACKENDS];

static DEFINE_PER_CPU(unsigned int, turns);

/* ---- Coming and going ---- */

/* Afterwards an older order is in nobody's hands, nor is the state that a backend had. */
static void wait_for_users(void)
{
	synchronize_srcu_expedited(&vswap_tier_users);
}

/**
 * vswap_tier_wait() - wait for those who may have seen words that no slot has any more
 * @b: where the words are
 *
 * Afterwards what they stood for can be released.
 *
 * Context: process, may sleep; for a swap file as long as its disk takes.
 */
void vswap_tier_wait(const struct vswap_backend *b)
{
	if (b->ops->tag == SLOT_POOL)
		wait_for_users();
	else
		synchronize_srcu_expedited(&vswap_file_readers[b->id]);
}

/* For those who entered, or hold the lock. */
static const struct order *current_order(void)
{
	return rcu_dereference_check(tier.order, 1);
}

/* The first place in the order of a tier as high as this. */
static unsigned int first_of(const struct order *order, unsigned int number)
{
	unsigned int i = 0;

	while (i < order->nr && order->backend[i]->tier < number)
		i++;
	return i;
}

/* Put another order in force, without @out, and with @in behind those of its tier. */
static int change_order(struct vswap_backend *out, struct vswap_backend *in)
{
	struct order *old = rcu_dereference_protected(tier.order, lockdep_is_held(&tier.lock));
	struct order *new = kzalloc(sizeof(*new), GFP_KERNEL | (out ? __GFP_NOFAIL : 0));
	unsigned int i;

	if (!new)
		return -ENOMEM;
	for (i = 0; old && i < old->nr; i++)
		if (old->backend[i] != out)
			new->backend[new->nr++] = old->backend[i];
	if (in) {
		i = first_of(new, in->tier + 1);
		memmove(&new->backend[i + 1], &new->backend[i],
			(new->nr - i) * sizeof(new->backend[0]));
		new->backend[i] = in;
		new->nr++;
	}
	for (i = 0; i < new->nr; i++)
		new->next[i] = first_of(new, new->backend[i]->tier + 1);
	rcu_assign_pointer(tier.order, new);
	wait_for_users();
	kfree(old);
	return 0;
}

static struct vswap_backend *find(const char *name)
{
	const struct order *order = current_order();
	unsigned int i;

	for (i = 0; order && i < order->nr; i++)
		if (!strcmp(order->backend[i]->name, name))
			return order->backend[i];
	return NULL;
}

static void backend_failed(struct vswap_backend *b)
{
	pr_alert("%s: %d I/O errors: it takes no more pages, and those it has move elsewhere\n",
		 b->name, BACKEND_MAX_ERRORS);
	tier.failed();
}

/* Also by one that is just being opened or closed. */
static bool is_taken(const char *name, const struct vswap_backend_ops *ops)
{
	unsigned int id;

	for (id = 0; id < VSWAP_MAX_BACKENDS; id++) {
		struct vswap_backend *b = tier.taken[id];

		if (b && (!strcmp(b->name, name) ||
			  (ops->tag == SLOT_POOL && b->ops->tag == SLOT_POOL)))
			return true;
	}
	return false;
}

/* Words that name a file, and so its readers, outlast it in who has just seen them. */
static int set_up_readers(unsigned int id)
{
	int err = 0;

	if (!test_bit(id, &tier.has_readers))
		err = init_srcu_struct(&vswap_file_readers[id]);
	if (!err)
		__set_bit(id, &tier.has_readers);
	return err;
}

static int take_id(struct vswap_backend *b)
{
	unsigned int id = 0;
	int err;

	while (id < VSWAP_MAX_BACKENDS && tier.taken[id])
		id++;
	if (id == VSWAP_MAX_BACKENDS)
		return -ENOSPC;
	err = b->ops->submit ? set_up_readers(id) : 0;
	if (err)
		return err;
	b->id = id;
	tier.taken[id] = b;
	return 0;
}

/* The caller holds the lock, if it has a number. */
static void free_backend(struct vswap_backend *b)
{
	if (tier.taken[b->id] == b)
		tier.taken[b->id] = NULL;
	free_percpu(b->counts);
	kfree(b);
}

/* Not open yet, and nobody knows it. Returns the backend or -errno. */
static struct vswap_backend *new_backend(const char *name, const struct vswap_backend_ops *ops,
					 int state)
{
	struct vswap_backend *b = kzalloc(sizeof(*b), GFP_KERNEL);
	int err;

	if (!b)
		return ERR_PTR(-ENOMEM);
	b->ops = ops;
	b->state = state;
	b->failed = backend_failed;
	strscpy(b->name, name, sizeof(b->name));
	b->counts = alloc_percpu(struct vswap_backend_counts);
	err = b->counts ? take_id(b) : -ENOMEM;
	if (!err)
		return b;
	free_backend(b);
	return ERR_PTR(err);
}

static int attach(struct vswap_backend *b)
{
	return b->ops->attach ? b->ops->attach(b) : 0;
}

static void detach(struct vswap_backend *b)
{
	if (b->ops->detach)
		b->ops->detach(b);
}

/* The first @nr of them. */
static void detach_first(unsigned int nr)
{
	unsigned int n;

	/* Until those who saw the last pages are through. */
	wait_for_users();
	for (n = 0; n < nr; n++) {
		vswap_tier_wait(vswap_tier_get(n));
		detach(vswap_tier_get(n));
	}
}

static bool is_resized(void)
{
	struct vswap_backend *b;
	bool found = false;
	unsigned int n;

	for (n = 0; (b = vswap_tier_get(n)); n++)
		/* Pairs with vswap_tier_resize(): its file is given up before. */
		found |= smp_load_acquire(&b->resizing);
	return found;
}

/* Take the lock while nobody resizes a backend: that needs its file, and goes without it. */
static void lock_at_rest(void)
{
	mutex_lock(&tier.lock);
	while (is_resized()) {
		mutex_unlock(&tier.lock);
		msleep(20);
		mutex_lock(&tier.lock);
	}
}

static int attach_all(void)
{
	struct vswap_backend *b;
	unsigned int n;
	int err = 0;

	for (n = 0; !err && (b = vswap_tier_get(n)); n++)
		err = attach(b);
	if (err)
		detach_first(n - 1);
	return err;
}

/**
 * vswap_tier_attach() - swap is to be on: take hold of files and devices
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with one line in the log: one of them isn't what it has to be.
 */
int vswap_tier_attach(void)
{
	int err = 0;

	lock_at_rest();
	if (tier.detached)
		err = attach_all();
	if (!err)
		tier.detached = false;
	mutex_unlock(&tier.lock);
	return err;
}

static bool holds_pages(void)
{
	struct vswap_backend *b;
	bool found = false;
	unsigned int n;

	for (n = 0; (b = vswap_tier_get(n)); n++)
		found |= vswap_backend_sum(b, BACKEND_USED_PAGES);
	return found;
}

/**
 * vswap_tier_detach() - swap is off: others may have their files and devices
 *
 * Context: process, may sleep; no page is stored, and none will be before
 * vswap_tier_attach().
 */
void vswap_tier_detach(void)
{
	lock_at_rest();
	if (!tier.detached && !WARN_ON_ONCE(holds_pages())) {
		detach_first(current_order()->nr);
		tier.detached = true;
	}
	mutex_unlock(&tier.lock);
}

/* Behind all others, if the user doesn't say. */
static unsigned int choose_tier(int wanted)
{
	const struct order *order = current_order();

	if (wanted >= 0)
		return wanted;
	return order && order->nr ? order->backend[order->nr - 1]->tier + 1 : 0;
}

static int publish(struct vswap_backend *b, int wanted_tier)
{
	int err;

	b->tier = choose_tier(wanted_tier);
	err = change_order(NULL, b);
	if (err)
		return err;
	WRITE_ONCE(tier.by_id[b->id], b);
	if (b->ops->tag == SLOT_POOL)
		WRITE_ONCE(tier.pool, b);
	return 0;
}

/*
 * The caller holds the lock, but not while the backend is opened: that reads from its disk.
 * Returns the backend or -errno.
 */
static struct vswap_backend *add(const char *name, const struct vswap_backend_ops *ops,
				 int wanted_tier, int state,
				 const struct vswap_backend_params *params)
{
	struct vswap_backend *b = new_backend(name, ops, state);
	int err;

	if (IS_ERR(b))
		return b;
	mutex_unlock(&tier.lock);
	err = ops->open(b, params);
	mutex_lock(&tier.lock);
	if (!err) {
		if (tier.detached)
			detach(b);
		err = publish(b, wanted_tier);
		if (err)
			ops->close(b);
	}
	if (!err)
		return b;
	free_backend(b);
	return ERR_PTR(err);
}

/* Those that rules_check_params() let pass. */
static int add_by_name(const char *text, size_t len, unsigned int number)
{
	int kind = rules_backend(text, len);
	char name[VSWAP_NAME_SIZE];

	if (WARN_ON_ONCE(kind < 0))
		return -EINVAL;
	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	return PTR_ERR_OR_ZERO(add(name, all_ops[kind], number, BACKEND_ON, &tier.params));
}

/* As with nofail in fstab(5): a disk that isn't plugged in is no reason to go without swap. */
static int add_at_load(const char *names)
{
	int missing = -1, number = 0, err = 0;
	const char *name;
	size_t len;

	while (!err && (name = rules_next_name(&names, &len))) {
		err = add_by_name(name, len, number);
		if (err == -ENXIO && !tier.params.require_all) {
			missing = number;
			err = 0;
		}
		number++;
	}
	if (err || missing < 0)
		return err;
	if (!vswap_tier_get(0))
		return -ENXIO;
	pr_warn("swap starts without ssd; when %s is there: vswapctl backend add ssd --path %s --tier %d\n",
		tier.params.path, tier.params.path, missing);
	return 0;
}

/*
 * A backend that holds no page, and takes none. The caller holds the lock, but not while the
 * backend is closed.
 */
static void withdraw(struct vswap_backend *b)
{
	change_order(b, NULL);
	WRITE_ONCE(tier.by_id[b->id], NULL);
	if (tier.pool == b)
		WRITE_ONCE(tier.pool, NULL);
	mutex_unlock(&tier.lock);
	/* Whoever released its last page, or looks at the pool, is through with it then. */
	synchronize_rcu();
	/* And whoever read it. */
	vswap_tier_wait(b);
	b->ops->close(b);
	mutex_lock(&tier.lock);
	free_backend(b);
}

/**
 * vswap_tier_open() - open the backends
 * @names: their names, the most preferred first, as rules_check_params() allows them
 * @params: for all of them, and for those that are added later
 * @failed: called when one has failed; any context
 *
 * Context: process, may sleep.
 * Return: 0, also if a swap file isn't there, but another backend is, and @params don't
 * require all, with a warning; or -errno with one line in the log and all of them closed.
 */
int vswap_tier_open(const char *names, const struct vswap_backend_params *params,
		    void (*failed)(void))
{
	int err;

	tier.params = *params;
	tier.failed = failed;
	tier.detached = false;
	mutex_lock(&tier.lock);
	err = add_at_load(names);
	mutex_unlock(&tier.lock);
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
	struct vswap_backend *b;
	unsigned int id;

	mutex_lock(&tier.lock);
	while ((b = vswap_tier_get(0))) {
		unsigned long left = vswap_backend_sum(b, BACKEND_USED_PAGES);

		if (left)
			pr_err("leak: %s still holds %lu pages\n", b->name, left);
		withdraw(b);
	}
	kfree(rcu_dereference_protected(tier.order, 1));
	RCU_INIT_POINTER(tier.order, NULL);
	for_each_set_bit(id, &tier.has_readers, VSWAP_MAX_BACKENDS)
		cleanup_srcu_struct(&vswap_file_readers[id]);
	tier.has_readers = 0;
	mutex_unlock(&tier.lock);
}

/**
 * vswap_tier_get() - the backends, one after the other
 * @n: from 0, in order of preference
 *
 * Context: within vswap_tier_enter(), or while no backend can come or go.
 * Return: the backend, or NULL if there are fewer.
 */
struct vswap_backend *vswap_tier_get(unsigned int n)
{
	const struct order *order = current_order();

	return order && n < order->nr ? order->backend[n] : NULL;
}

/**
 * vswap_tier_names() - the names of the backends in order of preference
 * @buf: where to
 * @size: bytes of @buf
 * @between: what comes between two of them
 *
 * Context: process, may sleep.
 * Return: their length.
 */
int vswap_tier_names(char *buf, size_t size, const char *between)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *b;
	unsigned int n;
	int len = 0;

	*buf = '\0';
	for (n = 0; (b = vswap_tier_get(n)); n++)
		len += scnprintf(buf + len, size - len, "%s%s", n ? between : "", b->name);
	vswap_tier_leave(entered);
	return len;
}

static bool is_good_name(const char *name)
{
	size_t len = strnlen(name, VSWAP_NAME_SIZE), i;

	for (i = 0; i < len; i++)
		if (!isalnum(name[i]) && name[i] != '-' && name[i] != '_')
			return false;
	return len && len < VSWAP_NAME_SIZE;
}

static const struct vswap_backend_ops *ops_by_type(const char *type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all_ops); i++)
		if (!strncmp(all_ops[i]->type, type, VSWAP_NAME_SIZE))
			return all_ops[i];
	return NULL;
}

static int check_spec(const struct vswap_backend_spec *spec,
		      const struct vswap_backend_ops *ops, struct file *file)
{
	bool is_pool = ops && ops->tag == SLOT_POOL;

	if (!ops || !is_good_name(spec->name) || spec->tier < VSWAP_TIER_LAST ||
	    spec->tier > S16_MAX || is_pool == !!file ||
	    strnlen(spec->compressor, VSWAP_NAME_SIZE) == VSWAP_NAME_SIZE)
		return -EINVAL;
	return is_taken(spec->name, ops) ? -EEXIST : 0;
}

/**
 * vswap_tier_add() - open another backend
 * @spec: what it is to be
 * @file: the swap file or partition, NULL for a pool
 *
 * Context: process, may sleep.
 * Return: the backend, claimed: vswap_tier_unclaim() puts it in use; or -errno, see
 * VSWAP_BACKEND_ADD.
 */
struct vswap_backend *vswap_tier_add(const struct vswap_backend_spec *spec, struct file *file)
{
	const struct vswap_backend_ops *ops = ops_by_type(spec->type);
	struct vswap_backend_params params = tier.params;
	struct vswap_backend *b;
	int err;

	params.file = file;
	params.pool_bytes = spec->limit_bytes;
	if (spec->compressor[0])
		params.compressor = (char *)spec->compressor;
	mutex_lock(&tier.lock);
	err = check_spec(spec, ops, file);
	b = err ? ERR_PTR(err) : add(spec->name, ops, spec->tier, BACKEND_REMOVING, &params);
	mutex_unlock(&tier.lock);
	return b;
}

/* Does somebody else just change it? For good only with the lock. */
static bool is_claimed(const struct vswap_backend *b)
{
	int state = READ_ONCE(b->state);

	return state == BACKEND_REMOVING || state == BACKEND_EVACUATING || READ_ONCE(b->resizing);
}

/**
 * vswap_tier_claim() - keep a backend for its removal
 * @name: its name
 * @state: set to the state it was in
 *
 * From when this returns it takes no more pages, and holds all that it has taken.
 *
 * Context: process, may sleep.
 * Return: the backend, which is the caller's until vswap_tier_unclaim() or
 * vswap_tier_remove(); -ENOENT: there is none; -EBUSY: it is somebody else's.
 */
struct vswap_backend *vswap_tier_claim(const char *name, int *state)
{
	struct vswap_backend *b;

	mutex_lock(&tier.lock);
	b = find(name);
	if (!b)
		b = ERR_PTR(-ENOENT);
	else if (is_claimed(b))
		b = ERR_PTR(-EBUSY);
	else
		*state = xchg(&b->state, BACKEND_REMOVING);
	mutex_unlock(&tier.lock);
	if (!IS_ERR(b))
		wait_for_users();
	return b;
}

/* Does it hold pages that have to go? */
static bool is_stranded(struct vswap_backend *b)
{
	return READ_ONCE(b->state) == BACKEND_FAILED && vswap_backend_sum(b, BACKEND_USED_PAGES);
}

/**
 * vswap_tier_claim_failed() - keep a backend that has failed
 * @id: where to begin, 0 at first; set to where to go on, so that each comes once
 *
 * Context: process, may sleep.
 * Return: one that holds pages, as by vswap_tier_claim(); or NULL.
 */
struct vswap_backend *vswap_tier_claim_failed(unsigned int *id)
{
	struct vswap_backend *found = NULL;

	mutex_lock(&tier.lock);
	while (!found && *id < VSWAP_MAX_BACKENDS) {
		struct vswap_backend *b = tier.by_id[(*id)++];

		if (b && !b->resizing && is_stranded(b) &&
		    cmpxchg(&b->state, BACKEND_FAILED, BACKEND_EVACUATING) == BACKEND_FAILED)
			found = b;
	}
	mutex_unlock(&tier.lock);
	if (found)
		wait_for_users();
	return found;
}

/**
 * vswap_tier_unclaim() - put a backend in use, or in another state
 * @b: a claimed backend
 * @state: its state from now on
 */
void vswap_tier_unclaim(struct vswap_backend *b, int state)
{
	WRITE_ONCE(b->state, state);
}

/**
 * vswap_tier_remove() - close a backend
 * @b: a claimed backend without pages; gone afterwards
 *
 * Context: process, may sleep.
 */
void vswap_tier_remove(struct vswap_backend *b)
{
	mutex_lock(&tier.lock);
	withdraw(b);
	mutex_unlock(&tier.lock);
}

/**
 * vswap_tier_set_state() - have a backend take pages, or not
 * @name: its name
 * @state: BACKEND_ON, which forgets past errors, or BACKEND_DISABLED
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT; -EBUSY while it is being removed.
 */
int vswap_tier_set_state(const char *name, int state)
{
	struct vswap_backend *b;
	int err = 0;

	mutex_lock(&tier.lock);
	b = find(name);
	if (!b) {
		err = -ENOENT;
	} else if (is_claimed(b)) {
		err = -EBUSY;
	} else {
		atomic64_set(&b->errors, 0);
		WRITE_ONCE(b->state, state);
	}
	mutex_unlock(&tier.lock);
	return err;
}

/* A file that was given up is taken hold of meanwhile. */
static int resize(struct vswap_backend *b, u64 bytes, struct file *file)
{
	int err = tier.detached ? attach(b) : 0;

	if (err)
		return err;
	err = b->ops->resize(b, bytes, file);
	if (tier.detached)
		detach(b);
	return err;
}

/**
 * vswap_tier_resize() - make a backend larger, or give a pool another limit
 * @name: its name
 * @bytes: its size from now on
 * @file: the swap file, open for writing; NULL for a pool
 *
 * Context: process, may sleep.
 * Return: 0 or -errno, see VSWAP_BACKEND_RESIZE.
 */
int vswap_tier_resize(const char *name, u64 bytes, struct file *file)
{
	struct vswap_backend *b;
	int err = 0;

	mutex_lock(&tier.lock);
	b = find(name);
	if (!b)
		err = -ENOENT;
	else if (is_claimed(b))
		err = -EBUSY;
	else
		WRITE_ONCE(b->resizing, true);
	mutex_unlock(&tier.lock);
	if (err)
		return err;
	/* Without the lock: it reads from the disk, and writes there. */
	err = resize(b, bytes, file);
	/* Pairs with is_resized(). */
	smp_store_release(&b->resizing, false);
	return err;
}

/* ---- Placing pages ---- */

/**
 * vswap_tier_word() - the slot word of a page
 * @b: the backend that holds it
 * @payload: what the backend calls its place
 *
 * Return: the word.
 */
u64 vswap_tier_word(struct vswap_backend *b, u64 payload)
{
	if (b->ops->tag == SLOT_FILE)
		payload |= (u64)b->id << VSWAP_FILE_NUMBER_SHIFT;
	return slot_word(b->ops->tag, payload);
}

/* The word without what only the tier put there. */
static u64 backend_payload(struct vswap_backend *b, u64 word)
{
	return b->ops->tag == SLOT_FILE ? vswap_tier_file_slot(word) : slot_payload(word);
}

static void count_refusal(struct vswap_backend *b, int err)
{
	if (err == -E2BIG || err == -EFBIG)
		vswap_backend_count(b, BACKEND_REJECTED_INCOMPRESSIBLE, 1);
	else if (err == -ENOSPC)
		vswap_backend_count(b, BACKEND_REJECTED_FULL, 1);
}

/**
 * struct offer - a page that looks for a place
 * @page: the page; NULL: a block of pages
 * @slot: its virtual slot; of a block: how many pages
 * @from: not in this backend; NULL: in any
 * @choice: for a pool
 * @is_dense: a pool has found that it doesn't shrink
 * @nr: so many pages side by side, in slots side by side: a swap file may take several; 0: one
 * @word: set to the slot word when a backend has taken it; anything else before
 */
struct offer {
	struct page *page;
	u32 slot;
	struct vswap_backend *from;
	enum vswap_pool_choice choice;
	bool is_dense;
	unsigned int nr;
	u64 *word;
};

/* Sets @offer->nr to how many it takes. */
static noinline int store_run(struct vswap_backend *b, struct offer *offer)
{
	int ret = b->ops->store_run(b, offer->nr, offer->slot, offer->word);

	if (ret < 0)
		return ret;
	offer->nr = ret;
	return 0;
}

static int store(struct vswap_backend *b, struct offer *offer)
{
	if (offer->nr > 1 && b->ops->store_run)
		return store_run(b, offer);
	if (offer->page)
		return b->ops->store(b, offer->page, offer->slot, offer->choice, offer->word);
	return b->ops->store_packed ? b->ops->store_packed(b, offer->slot, offer->word) : -ENOSPC;
}

/*
 * On a disk, and not from one, though the page's cgroup keeps its pages in RAM? Blocks are of
 * pages that may go there.
 */
static bool is_barred(const struct vswap_backend *b, const struct offer *offer)
{
	return b->ops->submit && offer->page && !(offer->from && offer->from->ops->submit) &&
	       !port_slot_may_leave(offer->slot);
}

static int try_backend(struct vswap_backend *b, struct offer *offer)
{
	int err;

	if (b == offer->from || READ_ONCE(b->state) != BACKEND_ON || is_barred(b, offer))
		return -ENOSPC;
	err = store(b, offer);
	if (!err) {
		*offer->word = vswap_tier_word(b, *offer->word);
		return 0;
	}
	if (err == -E2BIG)
		offer->is_dense = true;
	/* But for a full one, it may well take the others. */
	if (err != -ENOSPC)
		offer->nr = 0;
	count_refusal(b, err);
	return err;
}

/* @nr backends of one tier, which take turns. */
static noinline int try_tier(struct vswap_backend * const *backend, unsigned int nr,
			     struct offer *offer)
{
	unsigned int first = this_cpu_inc_return(turns), turn = first / TURN_PAGES, i;
	int err = -ENOSPC;

	/* No more than the turn has left. */
	offer->nr = min(offer->nr, TURN_PAGES - first % TURN_PAGES);
	for (i = 0; i < nr && err; i++)
		err = try_backend(backend[(turn + i) % nr], offer);
	if (!err && offer->nr > 1)
		this_cpu_add(turns, offer->nr - 1);
	return err;
}

/* Those from the place @first in the order on, before @end. */
static int try_range(const struct order *order, unsigned int first, unsigned int end,
		     struct offer *offer)
{
	int err = -ENOSPC;
	unsigned int next;

	for (; first < end && err; first = next) {
		next = min(end, order->next[first]);
		if (next - first == 1)
			err = try_backend(order->backend[first], offer);
		else
			err = try_tier(&order->backend[first], next - first, offer);
	}
	return err;
}

/* Nobody took it, or will: a pool may keep it whole, and needn't compress it again to know. */
static void make_last(struct offer *offer)
{
	offer->choice = offer->is_dense ? POOL_WHOLE : POOL_LAST;
}

static __always_inline int place(struct offer *offer)
{
	const struct order *order = current_order();
	int err;

	if (order->nr == 1)
		make_last(offer);
	err = try_range(order, 0, order->nr, offer);
	if (err && order->nr > 1) {
		make_last(offer);
		err = try_range(order, 0, order->nr, offer);
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
 * Context: reclaim, may sleep; within vswap_tier_enter().
 * Return: 0; -ENOSPC, -ENOMEM or -EIO if no backend took the page.
 */
int vswap_tier_place(struct page *page, u32 slot, u64 *word)
{
	struct offer offer = { page, slot, .word = word };

	return place(&offer);
}

/**
 * vswap_tier_place_run() - find places for several pages, those of a folio
 * @page: the first one, as for vswap_tier_place()
 * @slot: its virtual slot
 * @nr: how many, in slots that follow each other
 * @word: the slot word of the first one; in a swap file each of the next ones is at the next
 *	place
 *
 * What it asks of a page's cgroup it asks once for all.
 *
 * Context: as vswap_tier_place().
 * Return: for how many pages there are places, at least one; or as vswap_tier_place().
 */
int vswap_tier_place_run(struct page *page, u32 slot, unsigned int nr, u64 *word)
{
	struct offer offer = { page, slot, .nr = nr, .word = word };
	int err = place(&offer);

	if (err)
		return err;
	return slot_tag(*word) == SLOT_FILE ? max(offer.nr, 1U) : 1;
}

/**
 * vswap_tier_place_behind() - find a place for a page that gets old where it is
 * @page: a copy of it
 * @slot: its virtual slot
 * @from: where it is
 * @word: the slot word it could have, if 0 is returned
 *
 * Context: process, may sleep; within vswap_tier_enter().
 * Return: 0; -ENOSPC or -ENOMEM.
 */
int vswap_tier_place_behind(struct page *page, u32 slot, struct vswap_backend *from,
			    u64 *word)
{
	const struct order *order = current_order();
	struct offer offer = { page, slot, from, POOL_LAST, .word = word };

	return try_range(order, first_of(order, from->tier + 1), order->nr, &offer);
}

/**
 * vswap_tier_place_block() - find a place for several pages that get old, in one block
 * @nr: how many
 * @from: where they are
 * @word: set to a word of tag SLOT_FILE for the block, if 0 is returned; those of the
 *	pages are then made by vswap_tier_packed_word(), and each has to be released
 *
 * Context: process, may sleep; within vswap_tier_enter().
 * Return: 0; -ENOSPC or -ENOMEM.
 */
int vswap_tier_place_block(unsigned int nr, struct vswap_backend *from, u64 *word)
{
	return vswap_tier_place_behind(NULL, nr, from, word);
}

/**
 * vswap_tier_packed_word() - the slot word of a page in a packed block
 * @block: what vswap_tier_place_block() said
 * @offset: where in the block it is
 * @len: its length in bytes
 *
 * Return: the word.
 */
u64 vswap_tier_packed_word(u64 block, unsigned int offset, unsigned int len)
{
	unsigned int id = slot_payload(block) >> VSWAP_FILE_NUMBER_SHIFT;

	return slot_word(SLOT_PACKED, packed_payload(id, vswap_tier_file_slot(block), offset, len));
}

/**
 * vswap_tier_packed_mask() - what all pages in packed blocks of a backend have in common
 * @b: the backend
 * @word: set to what those bits are in their slot words
 *
 * Return: the bits.
 */
u64 vswap_tier_packed_mask(struct vswap_backend *b, u64 *word)
{
	*word = slot_word(SLOT_PACKED, packed_payload(b->id, 0, 0, 1));
	return SLOT_TAG_MASK | ~0ULL << (PACKED_BACKEND_SHIFT + SLOT_PAYLOAD_SHIFT);
}

/**
 * vswap_tier_place_elsewhere() - find a place for a page that has to go
 * @page: a copy of it
 * @slot: its virtual slot
 * @from: where it is
 * @word: the slot word it could have, if 0 is returned
 *
 * In its tier or behind, if there is room: nobody has asked for it. Else before.
 *
 * Context: process, may sleep; within vswap_tier_enter().
 * Return: 0; -ENOSPC, -ENOMEM or -EIO.
 */
int vswap_tier_place_elsewhere(struct page *page, u32 slot, struct vswap_backend *from,
			       u64 *word)
{
	const struct order *order = current_order();
	struct offer offer = { page, slot, from, .word = word };
	unsigned int middle = first_of(order, from->tier);
	int err = try_range(order, middle, order->nr, &offer), before;

	if (!err)
		return 0;
	make_last(&offer);
	before = try_range(order, 0, middle, &offer);
	if (!before)
		return 0;
	err = try_range(order, middle, order->nr, &offer);
	/* Memory may be had later, room in files not. */
	return err && before == -ENOMEM ? before : err;
}

/**
 * vswap_tier_backend() - who holds the page of a slot
 * @word: a slot word
 *
 * Return: the backend, or NULL if the word needs none. It stays while the word does.
 */
struct vswap_backend *vswap_tier_backend(u64 word)
{
	switch (slot_tag(word)) {
	case SLOT_POOL:
		return READ_ONCE(tier.pool);
	case SLOT_FILE:
	case SLOT_PACKED:
		return READ_ONCE(tier.by_id[vswap_tier_file_number(word)]);
	default:
		return NULL;
	}
}

/**
 * vswap_tier_release_one() - forget what a slot word stands for, one of several
 * @word: a word that no slot has any more
 *
 * Context: any, interrupts off included; within rcu_read_lock(): when its last page is
 * gone, so may be the backend.
 */
void vswap_tier_release_one(u64 word)
{
	struct vswap_backend *b = vswap_tier_backend(word);

	if (b && slot_tag(word) == SLOT_PACKED)
		b->ops->put_packed(b, vswap_tier_file_slot(word));
	else if (b)
		b->ops->free(b, backend_payload(b, word));
}

/**
 * vswap_tier_release() - forget what a slot word stands for
 * @word: a word that no slot has any more
 *
 * Context: any, interrupts off included.
 */
void vswap_tier_release(u64 word)
{
	rcu_read_lock();
	vswap_tier_release_one(word);
	rcu_read_unlock();
}

/* ---- The pool, and all of them ---- */

/**
 * vswap_tier_writes_back() - is there a swap file behind the pool
 *
 * Context: any.
 * Return: whether vswap_tier_place_behind() could find a place for its pages.
 */
bool vswap_tier_writes_back(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(tier.pool), *b;
	bool found = false;
	unsigned int n;

	for (n = 0; pool && !found && (b = vswap_tier_get(n)); n++)
		found = b->tier > pool->tier && READ_ONCE(b->state) == BACKEND_ON;
	vswap_tier_leave(entered);
	return found;
}

/* Free places in the swap files behind a pool. */
static unsigned long room_behind(const struct vswap_backend *pool)
{
	struct vswap_backend *b;
	unsigned long room = 0;
	unsigned int n;

	for (n = 0; (b = vswap_tier_get(n)); n++) {
		unsigned long used, capacity;

		if (b->tier <= pool->tier || READ_ONCE(b->state) != BACKEND_ON)
			continue;
		used = vswap_backend_sum(b, BACKEND_USED_PAGES);
		capacity = b->ops->capacity(b);
		room += capacity > used ? capacity - used : 0;
	}
	return room;
}

/**
 * vswap_tier_room_behind() - what the swap files behind the pool could still take
 *
 * Context: process.
 * Return: pages.
 */
unsigned long vswap_tier_room_behind(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(tier.pool);
	unsigned long room = pool ? room_behind(pool) : 0;

	vswap_tier_leave(entered);
	return room;
}

/**
 * vswap_tier_shrinkable() - how much of the pool's memory write-back could give back
 *
 * Context: process, reclaim included; a look at a few counters.
 * Return: pages of memory, no more than the swap files behind the pool have room for.
 */
unsigned long vswap_tier_shrinkable(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(tier.pool);
	unsigned long room = pool ? room_behind(pool) : 0, pages = 0;

	if (room)
		pages = pool->ops->memory(pool) >> PAGE_SHIFT;
	vswap_tier_leave(entered);
	return min(pages, room);
}

/**
 * vswap_tier_pool_fullness() - how full the pool is
 *
 * Context: any.
 * Return: percent of its limit, 0 without a pool.
 */
unsigned int vswap_tier_pool_fullness(void)
{
	struct vswap_backend *pool;
	unsigned int percent = 0;

	rcu_read_lock();
	pool = READ_ONCE(tier.pool);
	if (pool)
		percent = pool->ops->fullness(pool);
	rcu_read_unlock();
	return percent;
}

/**
 * vswap_tier_pool_excess() - how many pages are too many in the pool
 * @percent: of its limit
 *
 * Context: any.
 * Return: pages that would have to go, about, for it to be less full than that.
 */
unsigned long vswap_tier_pool_excess(unsigned int percent)
{
	struct vswap_backend *pool;
	unsigned long pages = 0;
	unsigned int full;

	rcu_read_lock();
	pool = READ_ONCE(tier.pool);
	full = pool ? pool->ops->fullness(pool) : 0;
	if (pool && full >= percent)
		pages = vswap_backend_sum(pool, BACKEND_USED_PAGES);
	/* One more than is needed, rather than one less. */
	if (pages && full)
		pages = pages * (full - percent + 1) / full + 1;
	rcu_read_unlock();
	return pages;
}

/**
 * vswap_tier_tidy_pool() - the same as vswap_tier_compact_pool(), if it is worth it
 *
 * Context: process, may sleep.
 */
void vswap_tier_tidy_pool(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(tier.pool);

	if (pool)
		pool->ops->tidy(pool);
	vswap_tier_leave(entered);
}

/**
 * vswap_tier_compact_pool() - let the pool give back the memory in its holes
 *
 * Context: process, may sleep.
 */
void vswap_tier_compact_pool(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(tier.pool);

	if (pool)
		pool->ops->compact(pool);
	vswap_tier_leave(entered);
}

/* One that takes no pages can hold no more than it has. */
static unsigned long backend_capacity(struct vswap_backend *b)
{
	return READ_ONCE(b->state) == BACKEND_ON ? b->ops->capacity(b) :
						   vswap_backend_sum(b, BACKEND_USED_PAGES);
}

/**
 * vswap_tier_capacity() - what the backends can hold
 *
 * Context: process.
 * Return: pages, those held now included, by the backends' present estimates.
 */
unsigned long vswap_tier_capacity(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *b;
	unsigned long sum = 0;
	unsigned int n;

	for (n = 0; (b = vswap_tier_get(n)); n++)
		sum += backend_capacity(b);
	vswap_tier_leave(entered);
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
	int entered = vswap_tier_enter();
	struct vswap_backend *b;
	unsigned long sum = 0;
	unsigned int n;

	for (n = 0; (b = vswap_tier_get(n)); n++)
		sum += vswap_backend_sum(b, BACKEND_USED_PAGES);
	vswap_tier_leave(entered);
	return sum;
}

/* Pages that the backends but @b could still take, by their present estimates. */
static unsigned long room_outside(struct vswap_backend *b)
{
	struct vswap_backend *other;
	unsigned long room = 0;
	unsigned int n;

	for (n = 0; (other = vswap_tier_get(n)); n++) {
		unsigned long used = vswap_backend_sum(other, BACKEND_USED_PAGES);
		unsigned long capacity = backend_capacity(other);

		if (other != b)
			room += capacity > used ? capacity - used : 0;
	}
	return room;
}

/**
 * vswap_tier_room() - what the backends could still take
 *
 * Context: process.
 * Return: pages, by their present estimates.
 */
unsigned long vswap_tier_room(void)
{
	int entered = vswap_tier_enter();
	unsigned long room = room_outside(NULL);

	vswap_tier_leave(entered);
	return room;
}

/**
 * vswap_tier_stranded() - what backends hold that have failed
 *
 * Context: process.
 * Return: pages.
 */
unsigned long vswap_tier_stranded(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *b;
	unsigned long sum = 0;
	unsigned int n;

	for (n = 0; (b = vswap_tier_get(n)); n++)
		if (is_stranded(b))
			sum += vswap_backend_sum(b, BACKEND_USED_PAGES);
	vswap_tier_leave(entered);
	return sum;
}

/**
 * vswap_tier_check_room() - would the pages of a backend fit elsewhere
 * @name: its name
 *
 * Nothing changes, and nothing is waited for.
 *
 * Context: process.
 * Return: 0; -ENOSPC: they would not; -ENOENT: there is none; -EBUSY: somebody else just
 * changes it.
 */
int vswap_tier_check_room(const char *name)
{
	int entered = vswap_tier_enter(), err = 0;
	struct vswap_backend *b = find(name);

	if (!b)
		err = -ENOENT;
	else if (is_claimed(b))
		err = -EBUSY;
	else if (vswap_backend_sum(b, BACKEND_USED_PAGES) > room_outside(b))
		err = -ENOSPC;
	vswap_tier_leave(entered);
	return err;
}
