/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The backends together: how they come and go (vswap_tier.c), which of them takes a page
 * (vswap_place.c), and how much room there is (vswap_room.c). Nobody else knows more than one
 * backend.
 *
 * Between vswap_tier_enter() and vswap_tier_leave() no backend goes away, and what a
 * word was seen to stand for in the pool can be read, whatever becomes of the slot. Nobody
 * waits for a disk there: all that is placed, added or removed waits for who is inside.
 *
 * What is in a swap file is kept by vswap_tier_keep() until it has been read. Each file has its
 * own readers: whoever waits for one disk holds up nothing on another.
 */
#ifndef VSWAP_TIER_H
#define VSWAP_TIER_H

#include <linux/srcu.h>

#include "backend.h"
#include "packed.h"
#include "places.h"

#define VSWAP_MAX_BACKENDS	16

/*
 * The payload of a SLOT_FILE word says which file and which page of it. A pool
 * needs its payload for itself: there can be one.
 */
#define VSWAP_FILE_NUMBER_SHIFT	32

/* All who are inside; and who reads from each swap file, by its number. */
extern struct srcu_struct vswap_tier_users;
extern struct srcu_struct vswap_file_readers[VSWAP_MAX_BACKENDS];

/**
 * struct vswap_keep - swap files that are being read from
 * @files: a bit for each, by its number; none at first
 * @entered: for each of these, what its readers leave with
 */
struct vswap_keep {
	unsigned long files;
	int entered[VSWAP_MAX_BACKENDS];
};

/**
 * vswap_tier_enter() - keep backends, and what slot words stand for in the pool
 *
 * Context: any but NMI.
 * Return: a number for vswap_tier_leave().
 */
static inline int vswap_tier_enter(void)
{
	int entered = __srcu_read_lock(&vswap_tier_users);

	__release(&vswap_tier_users);
	return entered;
}

/**
 * vswap_tier_leave() - the reverse of vswap_tier_enter()
 * @entered: what it returned
 *
 * Context: any but NMI.
 */
static inline void vswap_tier_leave(int entered)
{
	__acquire(&vswap_tier_users);
	__srcu_read_unlock(&vswap_tier_users, entered);
}

/* The number of the swap file that a word is of. */
static inline unsigned int vswap_tier_file_number(u64 word)
{
	return slot_tag(word) == SLOT_PACKED ? packed_backend(slot_payload(word)) :
					       slot_payload(word) >> VSWAP_FILE_NUMBER_SHIFT;
}

/**
 * vswap_tier_keep() - look at a slot's word, and keep what it stands for in a swap file
 * @keep: who keeps it; may keep others
 * @ptr: where the word is
 *
 * What was seen before the readers were joined doesn't count: so look again.
 *
 * Context: any but NMI.
 * Return: the word; if it isn't one of a file, nothing is kept for it.
 */
static inline u64 vswap_tier_keep(struct vswap_keep *keep, const u64 *ptr)
{
	u64 word = READ_ONCE(*ptr);

	while (slot_in_file(word) && !test_bit(vswap_tier_file_number(word), &keep->files)) {
		unsigned int id = vswap_tier_file_number(word);

		keep->entered[id] = __srcu_read_lock(&vswap_file_readers[id]);
		__release(&vswap_file_readers[id]);
		__set_bit(id, &keep->files);
		word = READ_ONCE(*ptr);
	}
	return word;
}

/**
 * vswap_tier_keep_no_more() - all that was kept has been read
 * @keep: who kept it; keeps nothing afterwards
 *
 * Context: any but NMI; not only where vswap_tier_keep() was called, as with srcu_up_read().
 */
static inline void vswap_tier_keep_no_more(struct vswap_keep *keep)
{
	for (; keep->files; keep->files &= keep->files - 1) {
		unsigned int id = __ffs(keep->files);

		__acquire(&vswap_file_readers[id]);
		__srcu_read_unlock(&vswap_file_readers[id], keep->entered[id]);
	}
}

int vswap_tier_open(const char *names, const struct vswap_backend_params *params,
		    void (*failed)(void));
void vswap_tier_close(void);
int vswap_tier_attach(void);
void vswap_tier_detach(void);

void vswap_tier_wait(const struct vswap_backend *b);

/* vswap_place.c */
int vswap_tier_place(struct page *page, u32 slot, u64 *word);
int vswap_tier_place_run(struct page *page, u32 slot, unsigned int nr, u64 *word);
int vswap_tier_place_behind(struct page *page, u32 slot, struct vswap_backend *from,
			    u64 *word);
int vswap_tier_place_block(unsigned int nr, struct vswap_backend *from, u64 *word);
u64 vswap_tier_packed_word(u64 block, unsigned int offset, unsigned int len);
u64 vswap_tier_packed_mask(struct vswap_backend *b, u64 *word);
int vswap_tier_place_elsewhere(struct page *page, u32 slot, struct vswap_backend *from,
			       u64 *word);
void vswap_tier_release(u64 word);
void vswap_tier_release_one(u64 word);
struct vswap_backend *vswap_tier_backend(u64 word);
unsigned int vswap_tier_pool_bytes(u64 word);
u64 vswap_tier_word(struct vswap_backend *b, u64 payload);
struct vswap_place vswap_tier_place_of(u64 word);

/* vswap_room.c */
bool vswap_tier_writes_back(void);
u64 vswap_tier_cold_bit(void);
unsigned long vswap_tier_room_for_refused(void);
unsigned long vswap_tier_shrinkable(void);
unsigned int vswap_tier_pool_fullness(void);
unsigned long vswap_tier_pool_excess(unsigned int percent);
bool vswap_tier_tidy_pool(void);
void vswap_tier_compact_pool(void);
unsigned long vswap_tier_loose_pages(bool is_short);
unsigned long vswap_tier_sweep_begin(void);
bool vswap_tier_is_poor(u64 word);
void vswap_tier_sweep_end(void);
unsigned long vswap_tier_capacity(void);
unsigned long vswap_tier_used(void);
int vswap_tier_check_room(const char *name);
unsigned long vswap_tier_room(void);
unsigned long vswap_tier_stranded(void);

/* vswap_tier.c */
struct vswap_backend *vswap_tier_get(unsigned int n);
int vswap_tier_names(char *buf, size_t size, const char *between);
struct vswap_backend *vswap_tier_add(const struct vswap_backend_spec *spec, struct file *file);
struct vswap_backend *vswap_tier_claim(const char *name, int *state);
struct vswap_backend *vswap_tier_claim_failed(unsigned int *id);
void vswap_tier_unclaim(struct vswap_backend *b, int state);
void vswap_tier_remove(struct vswap_backend *b);
int vswap_tier_set_state(const char *name, int state);
int vswap_tier_resize(const char *name, u64 bytes, struct file *file);

/* What the words of all pages in one packed block have in common, and no others have. */
static inline u64 vswap_tier_block_key(u64 word)
{
	u64 payload = slot_payload(word);

	return slot_word(SLOT_PACKED, packed_payload(packed_backend(payload),
						     packed_place(payload), 0, 1));
}

/* The place inside its swap file that a word of one stands for, in pages. */
static inline u32 vswap_tier_file_slot(u64 word)
{
	return (u32)slot_payload(word);
}

#endif /* VSWAP_TIER_H */
