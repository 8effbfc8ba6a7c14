/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a backend is: a place for pages that knows nothing of virtual slots but
 * their numbers, and nothing of counts, cgroups or caches.
 *
 * Two kinds exist. A backend in RAM stores and loads a page at once (->load). A
 * backend on a disk only gives out places (->store), and moves the data when told
 * (->submit), so that many pages can go in one I/O. A backend offers one of the
 * two operations, never both.
 */
#ifndef VSWAP_BACKEND_H
#define VSWAP_BACKEND_H

#include <linux/atomic.h>
#include <linux/blk_types.h>
#include <linux/jiffies.h>
#include <linux/kobject.h>
#include <linux/mm_types.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "errors.h"
#include "slots.h"
#include "vswap_ioctl.h"

struct vswap_backend;
struct vswap_io;

/**
 * struct vswap_transfer - a disk transfer under way; of a backend with ->submit
 * @backend: where from or to
 * @io: the set it is in
 * @place: the first page's place there
 * @nr: how many pages
 * @in_set: lies in its set's memory
 * @cgroup: see struct vswap_io
 * @began: when the disk was told, in nanoseconds, if anybody wants to know
 * @work: for the backend: what an interrupt leaves to a worker
 * @batch: for batch.c, until the disk is told
 * @vec: all of its pages, if it lies in its set's memory
 * @bio: what the disk is told; vectors may follow
 */
struct vswap_transfer {
	struct vswap_backend *backend;
	struct vswap_io *io;
	u32 place;
	unsigned int nr;
	bool in_set;
	unsigned short cgroup;
	u64 began;
	union {
		struct work_struct work;
		struct list_head batch;
	};
	struct bio_vec vec;
	struct bio bio;
};

/**
 * struct vswap_io - a set of disk transfers that end together
 * @pending: transfers under way, and one for whoever still adds to them
 * @error: 0, or the first error of any of them
 * @done: called when the last one has ended; any context, interrupts included
 * @folio: for @done; and a folio that is written, for its cgroup, whose I/O it is; or NULL
 * @slot: for @done: first virtual slot
 * @cgroup: whose I/O what is written from now on is, where there is no @folio: an id of
 *	port_slot_cgroup()'s
 * @spare: memory for one transfer that lasts as long as the set, or NULL; for whoever
 *	adds to the set
 */
struct vswap_io {
	atomic_t pending;
	int error;
	void (*done)(struct vswap_io *io);
	struct vswap_transfer *spare;
	struct folio *folio;
	u32 slot;
	unsigned short cgroup;
};

/**
 * vswap_io_init() - begin a set of transfers
 * @io: the set
 * @done: called when it has ended, after the caller's own vswap_io_put()
 */
static inline void vswap_io_init(struct vswap_io *io,
				 void (*done)(struct vswap_io *io))
{
	atomic_set(&io->pending, 1);
	io->error = 0;
	io->done = done;
	io->spare = NULL;
	io->folio = NULL;
	io->cgroup = 0;
}

/* One more transfer in the set. */
static inline void vswap_io_get(struct vswap_io *io)
{
	atomic_inc(&io->pending);
}

/**
 * vswap_io_put() - one transfer has ended
 * @io: the set; gone after the last one
 * @error: 0 or -errno
 *
 * Context: any.
 */
static inline void vswap_io_put(struct vswap_io *io, int error)
{
	if (error)
		WRITE_ONCE(io->error, error);
	/* Orders the error before the count, for ->done. */
	if (atomic_dec_and_test(&io->pending))
		io->done(io);
}

/**
 * struct vswap_backend_params - what the user said about backends
 * @path: the swap file or partition, where @file is NULL
 * @file: the swap file or partition, opened by the user, or NULL
 * @compressor: name of a compressor of the crypto API
 * @cold_compressor: another one for what is old, or "none"
 * @pool_percent: limit of the pool in percent of RAM
 * @pool_mb: limit of the pool in MiB, or 0
 * @pool_bytes: the same in bytes, before both, or 0
 * @pool_auto: the pool may be smaller than that while it is of no use
 * @page_percent: largest compressed page a pool takes while others could, in
 *	percent of a page
 * @slab: a pool has its own slab for objects, not zsmalloc
 * @encrypt: nothing readable goes to a disk
 * @require_all: a swap file that isn't there is an error at load
 * @discard: SWAP_FLAG_DISCARD_ONCE: disks are told that they need nothing of a swap file when
 *	it is opened; SWAP_FLAG_DISCARD_PAGES: and of what is free again, after a while; or both
 */
struct vswap_backend_params {
	char *path;
	struct file *file;
	char *compressor;
	char *cold_compressor;
	unsigned int pool_percent;
	unsigned int pool_mb;
	u64 pool_bytes;
	bool pool_auto;
	unsigned int page_percent;
	bool slab;
	bool encrypt;
	bool require_all;
	unsigned int discard;
};

/*
 * Counters of a backend, per CPU: BACKEND_NAME, the file that shows it, and which backends have
 * it. What it means is in docs/abi.md.
 */
#define VSWAP_BACKEND_COUNTS(count)					\
	count(USED_PAGES, used_pages, ALL) /* raised and lowered */	\
	count(PAGES_OUT, pages_out, ALL)				\
	count(PAGES_IN, pages_in, ALL)					\
	count(REJECTED_FULL, rejected_full, ALL)			\
	count(MOVED_PAGES, moved_pages, ALL) /* from here to others */	\
	count(COMPRESSED_BYTES, compressed_bytes, POOL) /* raised and lowered */	\
	count(WHOLE_PAGES, whole_pages, POOL) /* raised and lowered */	\
	count(COLD_PAGES, cold_pages, POOL) /* likewise; compressed once more */	\
	count(REJECTED_INCOMPRESSIBLE, rejected_incompressible, POOL)	\
	count(PACKED_PAGES, packed_pages, FILE) /* raised and lowered; of the used ones */	\
	count(PACKED_BLOCKS, packed_blocks, FILE) /* raised and lowered */	\
	count(DISCARDED_PAGES, discarded_pages, FILE)			\
	count(READ_ERRORS, read_errors, FILE)				\
	count(WRITE_ERRORS, write_errors, FILE)

/* @whose: ALL, POOL or FILE. */
#define VSWAP_BACKEND_COUNT_ENUM(NAME, name, whose)	BACKEND_##NAME,

enum vswap_backend_count {
	VSWAP_BACKEND_COUNTS(VSWAP_BACKEND_COUNT_ENUM)
	BACKEND_NR_COUNTS,
};

struct vswap_backend_counts {
	long count[BACKEND_NR_COUNTS];
};

enum vswap_backend_state {
	BACKEND_ON,
	BACKEND_DISABLED,	/* takes no pages; what it has stays */
	BACKEND_REMOVING,	/* its pages move to others, then it goes */
	BACKEND_FAILED,		/* too many errors: takes no pages */
	BACKEND_EVACUATING,	/* the same, while its pages move to others */
};

/* I/O errors after which a backend takes no more pages; one is forgotten each hour. */
#define BACKEND_MAX_ERRORS	32
#define BACKEND_ERROR_AGE	(3600ULL * HZ)

/* What becomes of a page in a pool if it doesn't shrink. */
enum vswap_pool_choice {
	POOL_IF_SMALL,	/* others may take it */
	POOL_LAST,	/* nobody else does: it is kept whole */
	POOL_WHOLE,	/* the same, and that it doesn't shrink is known: -E2BIG has said so */
};

/**
 * struct vswap_backend_attr - one value a backend type shows in sysfs
 * @name: file name
 * @show: prints the value and a newline; process context; returns its length. NULL: it is
 *	a counter
 * @count: which
 * @tags: of those backends only that have such a tag, a bit for each; 0: of all
 */
struct vswap_backend_attr {
	const char *name;
	ssize_t (*show)(struct vswap_backend *b, char *buf);
	enum vswap_backend_count count;
	unsigned long tags;
};

/**
 * struct vswap_backend_ops - a type of backend
 * @type: its name
 * @tag: the tag of slot words whose pages it holds; one with SLOT_FILE may hold some of
 *	SLOT_PACKED, too
 * @attrs: what it shows in sysfs besides what all show, and counters; ends with a NULL name
 *
 * @open: get ready. Process context, may sleep. Returns 0 or -errno with one
 *	line in the log, -ENXIO if the file or device isn't there; on failure nothing is
 *	left behind.
 * @close: give everything back. Process context, may sleep; only when no page
 *	is stored, and also on a backend that failed to open.
 * @attach: take hold again of what ->detach() gave up. As ->open(). May be missing, and
 *	@detach then as well
 * @detach: give up what belongs to others, a file. It is still there to be told of and
 *	closed. Process context, may sleep; only when no page is stored, and nobody knows
 *	of a place there
 * @store: take a page. @slot is the virtual slot, @choice is for a pool. Reclaim context:
 *	may sleep, must not depend on reclaim. Returns 0 and a payload of at most
 *	SLOT_PAYLOAD_BITS bits; for POOL_IF_SMALL only: -E2BIG: doesn't shrink,
 *	-EFBIG: does, but not well; -ENOSPC: full; -ENOMEM; -EIO.
 *	A backend with ->submit has only reserved a place then.
 * @store_run: reserve places side by side for up to @nr pages whose slots follow each other,
 *	from @slot on. As ->store; returns how many, at least one, the first at @payload. For
 *	a backend with ->submit only
 * @load: fill a page from what @payload stands for. May sleep. Returns 0 or -EIO;
 *	the caller counts.
 * @length: how long is the compressed page that @payload stands for, in bytes; PAGE_SIZE
 *	if it isn't compressed; it doesn't look at the backend. Any context. For a backend in RAM
 *	only, as are @fetch and @codec
 * @fetch: copy it as it is to @dst, ->length() bytes. Process context
 * @codec: the codec_number() of what has compressed it. Any context
 * @store_packed: reserve a place for a block of @nr compressed pages, see packed.h. As
 *	->store. For a backend with ->submit only, as is @put_packed
 * @put_packed: forget one page of the block at @payload. As ->free. Returns whether it was
 *	the last one: the place is free
 * @submit: start moving @nr contiguous pages from @page on to or from the places
 *	@payload, @payload + 1, ...; each transfer counts in @io. May sleep, must
 *	not depend on reclaim.
 * @free: forget what @payload stands for. Interrupts may be off, page-table locks
 *	held; with ->submit, it may also be called from an interrupt.
 * @next: find what it holds: set *@payload to the first place at or after it that
 *	holds a page, and @slot to the page's virtual slot; false if there is none. Packed
 *	blocks are left out: they don't know whose pages they hold.
 *	Process context, may sleep. For a backend with ->submit only
 * @resize: make it hold @bytes. @file: the swap file, open for writing; NULL for a
 *	pool. Process context, may sleep; one call at a time, while pages move. Returns
 *	0 or -errno, with nothing changed then
 * @capacity: pages it can hold, those that it holds included, by its best
 *	present estimate. Process context.
 * @fullness: how full it is, holes left out, in percent of its limit. Any context. For a
 *	backend in RAM only, as are @tidy and @compact
 * @tidy: the same as @compact, if holes are a good part of what it takes. Process
 *	context, may sleep. Returns false if it is to be called again, though nothing changes
 * @compact: give back memory that what was freed has left in holes. Process context,
 *	may sleep.
 * @loose_pages: how much memory would be free if some of its objects moved inside it, which they
 *	can't by themselves; 0 if it isn't worth it: @is_short: to those who are short of memory.
 *	Any context. For a backend in RAM only, as are the next four
 * @sweep_begin: choose these. One sweep at a time. Returns how many they are, at most
 * @is_poor: is an object one of them. Any context; @payload may stand for nothing any more
 * @move: copy an object to @new_payload; the old one stays until it is freed. Process context,
 *	in a sweep. Returns 0, or -errno if there is no room
 * @sweep_end: they have moved, or as many as could. Process context, may sleep
 * @cold_bit: the bit of a payload that what is compressed once more has, 0 if nothing is. Any
 *	context. For a backend in RAM only, as is @recompress
 * @recompress: compress what @payload stands for once more, smaller, to @new_payload; the old
 *	one stays until it is freed. @page: a page to work with. Process context, may sleep.
 *	Returns 0; -E2BIG: it gets no smaller; -EALREADY: it has been; -ENOSPC, -ENOMEM; -EIO
 * @memory: bytes of RAM it takes. Process context.
 */
struct vswap_backend_ops {
	const char *type;
	enum slot_tag tag;
	const struct vswap_backend_attr *attrs;

	int (*open)(struct vswap_backend *b, const struct vswap_backend_params *params);
	void (*close)(struct vswap_backend *b);
	int (*attach)(struct vswap_backend *b);
	void (*detach)(struct vswap_backend *b);
	int (*store)(struct vswap_backend *b, struct page *page, u32 slot,
		     enum vswap_pool_choice choice, u64 *payload);
	int (*store_run)(struct vswap_backend *b, unsigned int nr, u32 slot, u64 *payload);
	int (*load)(struct vswap_backend *b, struct page *page, u64 payload);
	unsigned int (*length)(struct vswap_backend *b, u64 payload);
	void (*fetch)(struct vswap_backend *b, u64 payload, void *dst);
	unsigned int (*codec)(struct vswap_backend *b, u64 payload);
	int (*store_packed)(struct vswap_backend *b, unsigned int nr, u64 *payload);
	bool (*put_packed)(struct vswap_backend *b, u64 payload);
	void (*submit)(struct vswap_backend *b, struct vswap_io *io, blk_opf_t opf,
		       struct page *page, unsigned int nr, u64 payload);
	void (*free)(struct vswap_backend *b, u64 payload);
	bool (*next)(struct vswap_backend *b, u64 *payload, u32 *slot);
	int (*resize)(struct vswap_backend *b, u64 bytes, struct file *file);
	unsigned long (*capacity)(struct vswap_backend *b);
	unsigned int (*fullness)(struct vswap_backend *b);
	bool (*tidy)(struct vswap_backend *b);
	void (*compact)(struct vswap_backend *b);
	unsigned long (*loose_pages)(struct vswap_backend *b, bool is_short);
	unsigned long (*sweep_begin)(struct vswap_backend *b);
	bool (*is_poor)(struct vswap_backend *b, u64 payload);
	int (*move)(struct vswap_backend *b, u64 payload, u64 *new_payload);
	void (*sweep_end)(struct vswap_backend *b);
	u64 (*cold_bit)(struct vswap_backend *b);
	int (*recompress)(struct vswap_backend *b, struct page *page, u64 payload,
			  u64 *new_payload);
	u64 (*memory)(struct vswap_backend *b);
};

/**
 * struct vswap_backend - a backend in use
 * @ops: its type
 * @name: the user's name for it
 * @id: its number in slot words
 * @tier: lower ones are preferred; those of the same tier take turns
 * @state: enum vswap_backend_state; changes at any time
 * @resizing: ->resize is under way
 * @errors: when I/O errors are forgotten, see errors.h; 0 when it is added or enabled
 * @failed: called once when BACKEND_MAX_ERRORS are remembered; any context
 * @private: the type's own
 * @counts: see enum vswap_backend_count
 * @kobj: its directory in sysfs
 * @files: what is in it
 */
struct vswap_backend {
	const struct vswap_backend_ops *ops;
	char name[VSWAP_NAME_SIZE];
	unsigned int id;
	unsigned int tier;
	int state;
	bool resizing;
	atomic64_t errors;
	void (*failed)(struct vswap_backend *b);
	void *private;
	struct vswap_backend_counts __percpu *counts;
	struct kobject *kobj;
	void *files;
};

/**
 * vswap_backend_count() - raise or lower a counter of a backend
 * @b: the backend
 * @count: which
 * @n: by how much
 *
 * Context: any.
 */
static inline void vswap_backend_count(struct vswap_backend *b,
				       enum vswap_backend_count count, long n)
{
	this_cpu_add(b->counts->count[count], n);
}

/**
 * vswap_backend_error() - something went wrong there; after too often, nothing is stored there
 * @b: the backend
 *
 * For one request to a disk, however many pages of it couldn't be moved; or for one page that
 * isn't what was stored.
 *
 * Context: any, interrupts included.
 */
static inline void vswap_backend_error(struct vswap_backend *b)
{
	s64 old = atomic64_read(&b->errors);
	u64 until, remembered;

	do {
		until = old;
		remembered = errors_add(&until, get_jiffies_64(), BACKEND_ERROR_AGE);
	} while (!atomic64_try_cmpxchg(&b->errors, &old, until));
	if (remembered >= BACKEND_MAX_ERRORS &&
	    cmpxchg(&b->state, BACKEND_ON, BACKEND_FAILED) == BACKEND_ON)
		b->failed(b);
}

/**
 * vswap_backend_sum() - a counter's value
 * @b: the backend
 * @count: which
 *
 * Context: any; not exact while others count.
 * Return: the sum over all CPUs, never negative.
 */
static inline unsigned long vswap_backend_sum(struct vswap_backend *b,
					      enum vswap_backend_count count)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(b->counts, cpu)->count[count];
	return max(sum, 0L);
}

extern const struct vswap_backend_ops vswap_zswap_ops;
extern const struct vswap_backend_ops vswap_swapfile_ops;

#endif /* VSWAP_BACKEND_H */
