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

#include "rules.h"
#include "tier.h"
#include "vswap_auto.h"

static const struct vswap_backend_ops *const all_ops[] = {
	[RULES_ZSWAP] = &vswap_zswap_ops,
	[RULES_SSD] = &vswap_swapfile_ops,
};

/*
 * @lock: serialises changes; nobody waits for a disk meanwhile, but at swapon and swapoff
 * @taken: who has which number, from before it is opened until it is closed
 * @has_readers: bits for which of vswap_file_readers are set up; they stay so for who
 *	comes next
 * @detached: swap is off, and so nothing is kept of what belongs to others
 * @params: what was said at load
 * @failed: called when a backend has failed; any context
 */
static struct {
	struct mutex lock;
	struct vswap_backend *taken[VSWAP_MAX_BACKENDS];
	unsigned long has_readers;
	bool detached;
	struct vswap_backend_params params;
	void (*failed)(void);
} tier = { .lock = __MUTEX_INITIALIZER(tier.lock) };

struct tier_table vswap_tier_table;

DEFINE_SRCU(vswap_tier_users);
struct srcu_struct vswap_file_readers[VSWAP_MAX_BACKENDS];

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

/* Put another order in force, without @out, and with @in behind those of its tier. */
static int change_order(struct vswap_backend *out, struct vswap_backend *in)
{
	struct tier_order *old = rcu_dereference_protected(vswap_tier_table.order,
							   lockdep_is_held(&tier.lock));
	struct tier_order *new = kzalloc(sizeof(*new), GFP_KERNEL | (out ? __GFP_NOFAIL : 0));
	unsigned int i;

	if (!new)
		return -ENOMEM;
	for (i = 0; old && i < old->nr; i++)
		if (old->backend[i] != out)
			new->backend[new->nr++] = old->backend[i];
	if (in) {
		i = tier_first(new, in->tier + 1);
		memmove(&new->backend[i + 1], &new->backend[i],
			(new->nr - i) * sizeof(new->backend[0]));
		new->backend[i] = in;
		new->nr++;
	}
	for (i = 0; i < new->nr; i++)
		new->next[i] = tier_first(new, new->backend[i]->tier + 1);
	rcu_assign_pointer(vswap_tier_table.order, new);
	wait_for_users();
	kfree(old);
	return 0;
}

/**
 * vswap_tier_find() - a backend by its name
 * @name: the name
 *
 * Context: within vswap_tier_enter(), or while no backend can come or go.
 * Return: the backend, or NULL if there is none of that name.
 */
struct vswap_backend *vswap_tier_find(const char *name)
{
	const struct tier_order *order = tier_order();
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
		vswap_tier_wait(tier_get(n));
		detach(tier_get(n));
	}
}

static bool is_resized(void)
{
	struct vswap_backend *b;
	bool found = false;
	unsigned int n;

	for (n = 0; (b = tier_get(n)); n++)
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

	for (n = 0; !err && (b = tier_get(n)); n++)
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

	for (n = 0; (b = tier_get(n)); n++)
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
		detach_first(tier_order()->nr);
		tier.detached = true;
	}
	mutex_unlock(&tier.lock);
}

/* Behind all others, if the user doesn't say. */
static unsigned int choose_tier(int wanted)
{
	const struct tier_order *order = tier_order();

	if (wanted >= 0)
		return wanted;
	return order && order->nr ? order->backend[order->nr - 1]->tier + 1 : 0;
}

static void enter_table(struct vswap_backend *b)
{
	/* Whoever finds it sees it set up: what is looked at depends on the address. */
	smp_store_release(&vswap_tier_table.by_id[b->id], b);
	if (b->ops->tag == SLOT_POOL)
		/* Likewise. */
		smp_store_release(&vswap_tier_table.pool, b);
}

static void leave_table(struct vswap_backend *b)
{
	WRITE_ONCE(vswap_tier_table.by_id[b->id], NULL);
	if (vswap_tier_table.pool == b)
		WRITE_ONCE(vswap_tier_table.pool, NULL);
}

/* The order is the last: by that it gets pages, whose words are looked up in the table. */
static int publish(struct vswap_backend *b, int wanted_tier)
{
	int err;

	b->tier = choose_tier(wanted_tier);
	enter_table(b);
	err = change_order(NULL, b);
	if (err) {
		leave_table(b);
		synchronize_rcu();
		wait_for_users();
	}
	return err;
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
	if (!tier_get(0))
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
	leave_table(b);
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
	while ((b = tier_get(0))) {
		unsigned long left = vswap_backend_sum(b, BACKEND_USED_PAGES);

		if (left)
			pr_err("leak: %s still holds %lu pages\n", b->name, left);
		withdraw(b);
	}
	kfree(rcu_dereference_protected(vswap_tier_table.order, 1));
	RCU_INIT_POINTER(vswap_tier_table.order, NULL);
	for_each_set_bit(id, &tier.has_readers, VSWAP_MAX_BACKENDS)
		cleanup_srcu_struct(&vswap_file_readers[id]);
	tier.has_readers = 0;
	vswap_auto_exit();
	mutex_unlock(&tier.lock);
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
	for (n = 0; (b = tier_get(n)); n++)
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
	b = vswap_tier_find(name);
	if (!b)
		b = ERR_PTR(-ENOENT);
	else if (tier_is_claimed(b))
		b = ERR_PTR(-EBUSY);
	else
		*state = xchg(&b->state, BACKEND_REMOVING);
	mutex_unlock(&tier.lock);
	if (!IS_ERR(b))
		wait_for_users();
	return b;
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
		struct vswap_backend *b = vswap_tier_table.by_id[(*id)++];

		if (b && !b->resizing && tier_is_stranded(b) &&
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
	b = vswap_tier_find(name);
	if (!b) {
		err = -ENOENT;
	} else if (tier_is_claimed(b)) {
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
	b = vswap_tier_find(name);
	if (!b)
		err = -ENOENT;
	else if (tier_is_claimed(b))
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

/**
 * vswap_tier_get() - the backends, one after the other
 * @n: from 0, in order of preference
 *
 * Context: within vswap_tier_enter(), or while no backend can come or go.
 * Return: the backend, or NULL if there are fewer.
 */
struct vswap_backend *vswap_tier_get(unsigned int n)
{
	return tier_get(n);
}

/**
 * vswap_tier_place_of() - where the page of a slot lies, for user space
 * @word: a slot word, busy or not; maybe outdated, but seen since the caller entered
 *
 * Context: any but NMI; within vswap_tier_enter().
 * Return: see place_of_word().
 */
struct vswap_place vswap_tier_place_of(u64 word)
{
	struct vswap_backend *pool;

	if (slot_in_file(word))
		return place_of_word(word, vswap_tier_file_number(word), 0);
	pool = slot_tag(word) == SLOT_POOL ? vswap_tier_backend(word) : NULL;
	return place_of_word(word, pool ? pool->id : 0,
			     pool ? pool->ops->length(pool, slot_payload(word)) : 0);
}
