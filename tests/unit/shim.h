/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few kernel primitives that the pure parts of the module use, for user space.
 *
 * Marked accesses are C11 atomics, and spinlocks are mutexes, so that TSan sees what
 * is ordered and what isn't. shim_locks_held lets a test assert that it is called
 * without locks; shim_before_lock, if set, is called where a thread that holds none is
 * about to take one, so that a test can let something happen just there.
 */
#ifndef VSWAP_TEST_SHIM_H
#define VSWAP_TEST_SHIM_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define noinline	__attribute__((noinline))
#define __printf(text, args)	__attribute__((format(printf, text, args)))

#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define xchg(p, v)		__atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define cmpxchg(p, old, new) ({						\
	__typeof__(*(p)) __old = (old);					\
	__atomic_compare_exchange_n((p), &__old, (new), false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);	\
	__old; })

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

typedef struct {
	int counter;
} atomic_t;

#define atomic_read(v)		READ_ONCE((v)->counter)
#define atomic_set(v, i)	WRITE_ONCE((v)->counter, (i))
#define atomic_add_return(i, v)	__atomic_add_fetch(&(v)->counter, (int)(i), __ATOMIC_SEQ_CST)
#define atomic_sub_return(i, v)	__atomic_sub_fetch(&(v)->counter, (int)(i), __ATOMIC_SEQ_CST)
#define atomic_dec_return(v)	atomic_sub_return(1, v)
#define atomic_add(i, v)	((void)atomic_add_return(i, v))
#define atomic_sub(i, v)	((void)atomic_sub_return(i, v))

#define min_t(type, a, b) ({						\
	type __a = (a), __b = (b);					\
	__a < __b ? __a : __b; })

#define swap(a, b) do {				\
	__typeof__(a) __tmp = (a);		\
	(a) = (b);				\
	(b) = __tmp;				\
} while (0)

#define ____cacheline_aligned_in_smp	__attribute__((aligned(64)))

/* Memory: fails when the test says so, see test.h. */

#define GFP_KERNEL	0

void *shim_alloc(size_t size);	/* zeroed, cacheline-aligned */
void shim_free(void *memory);

#define kvcalloc(n, size, gfp)		shim_alloc((size_t)(n) * (size))
#define kvmalloc_array(n, size, gfp)	shim_alloc((size_t)(n) * (size))
#define kvfree(memory)			shim_free(memory)

/* Locks. */

typedef pthread_mutex_t spinlock_t;

extern _Thread_local unsigned int shim_locks_held;
extern _Thread_local void (*shim_before_lock)(void);

static inline void spin_lock_init(spinlock_t *lock)
{
	pthread_mutex_init(lock, NULL);
}

static inline void spin_lock(spinlock_t *lock)
{
	if (shim_before_lock && !shim_locks_held)
		shim_before_lock();
	if (pthread_mutex_lock(lock))
		abort();
	shim_locks_held++;
}

static inline void spin_unlock(spinlock_t *lock)
{
	shim_locks_held--;
	if (pthread_mutex_unlock(lock))
		abort();
}

/* The flags are the nesting depth, so that wrong nesting is seen. */
#define spin_lock_irqsave(lock, flags) do {	\
	(flags) = shim_locks_held;		\
	spin_lock(lock);			\
} while (0)

#define spin_unlock_irqrestore(lock, flags) do {	\
	spin_unlock(lock);				\
	if ((flags) != shim_locks_held)			\
		abort();				\
} while (0)

/* Lists. */

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name)	struct list_head name = { &(name), &(name) }

#define container_of(ptr, type, member)	((type *)((char *)(ptr) - offsetof(type, member)))
#define list_first_entry(head, type, member)	container_of((head)->next, type, member)
#define list_for_each(pos, head)	\
	for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	entry->next = head->next;
	entry->prev = head;
	head->next->prev = entry;
	head->next = entry;
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	list_add(entry, head->prev);
}

static inline void list_del_init(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	INIT_LIST_HEAD(entry);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	list_del_init(entry);
	list_add_tail(entry, head);
}

static inline void list_splice_tail(struct list_head *list, struct list_head *head)
{
	if (list_empty(list))
		return;
	list->next->prev = head->prev;
	head->prev->next = list->next;
	list->prev->next = head;
	head->prev = list->prev;
}

/* Bitmaps. */

#define BITS_PER_LONG		64
#define BITS_TO_LONGS(n)	(((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits)	unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(unsigned long bit, const unsigned long *map)
{
	return map[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG) & 1;
}

static inline void __set_bit(unsigned long bit, unsigned long *map)
{
	map[bit / BITS_PER_LONG] |= 1UL << (bit % BITS_PER_LONG);
}

static inline void __clear_bit(unsigned long bit, unsigned long *map)
{
	map[bit / BITS_PER_LONG] &= ~(1UL << (bit % BITS_PER_LONG));
}

#define hweight64(word)	((unsigned int)__builtin_popcountll(word))
#define __ffs(word)	((unsigned int)__builtin_ctzll(word))

static inline void clear_bit_unlock(unsigned long bit, unsigned long *map)
{
	__atomic_fetch_and(&map[bit / BITS_PER_LONG], ~(1UL << (bit % BITS_PER_LONG)),
			   __ATOMIC_RELEASE);
}

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nr)
{
	while (nr--)
		__set_bit(start++, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nr)
{
	while (nr--)
		__clear_bit(start++, map);
}

/* The first bit from @start on that is set after XOR with @invert, or @size. */
static inline unsigned long shim_find_bit(const unsigned long *map, unsigned long size,
					  unsigned long start, unsigned long invert)
{
	unsigned long word;

	while (start < size) {
		word = (map[start / BITS_PER_LONG] ^ invert) >> (start % BITS_PER_LONG);
		if (word) {
			start += __builtin_ctzl(word);
			return start < size ? start : size;
		}
		start = (start / BITS_PER_LONG + 1) * BITS_PER_LONG;
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *map, unsigned long size,
					  unsigned long start)
{
	return shim_find_bit(map, size, start, 0);
}

static inline unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size,
					       unsigned long start)
{
	return shim_find_bit(map, size, start, ~0UL);
}

static inline unsigned long bitmap_find_next_zero_area(const unsigned long *map,
						       unsigned long size,
						       unsigned long start, unsigned int nr,
						       unsigned long align_mask)
{
	unsigned long used;

	for (;;) {
		start = (find_next_zero_bit(map, size, start) + align_mask) & ~align_mask;
		if (start + nr > size)
			return start + nr;	/* more than size, as in the kernel */
		used = find_next_bit(map, start + nr, start);
		if (used >= start + nr)
			return start;
		start = used + 1;
	}
}

#endif /* VSWAP_TEST_SHIM_H */
