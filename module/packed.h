/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packed blocks: several compressed pages in one page of a swap file.
 *
 *   0         4       5    6     8
 *  +---------+-------+----+-----+--------------+---+--------------+-----
 *  |  magic  | codec | nr | end |  object       \  |  object       \  0
 *  +---------+-------+----+-----+--------------+---+--------------+-----
 *
 * Where in a block an object lies, a multiple of 8, and how long it is, is in the slot word
 * of its page; so a page is read by one transfer, and no list has to be kept in step. A block
 * doesn't say whose pages it holds: slot words alone do.
 *
 * Payload of a slot word of tag SLOT_PACKED:
 *
 *   58      53  52        41  40       32  31                 0
 *  +-----------+------------+-------------+--------------------+
 *  |  backend  | length - 1 |  offset / 8 |  page of its file  |
 *  +-----------+------------+-------------+--------------------+
 *
 * Like slots.h this knows nothing of mm/ and is built in user space too. Nobody but the
 * module that wrote a block reads it, so there is no byte order.
 */
#ifndef VSWAP_PACKED_H
#define VSWAP_PACKED_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "shim.h"
#endif

#define PACKED_BLOCK	4096U
#define PACKED_ALIGN	8U

/* Pages of one block, few enough for a filemap to count; and the header's room. */
#define PACKED_MAX	64
#define PACKED_HEADER	8U

/* The longest object there is room for. */
#define PACKED_ROOM	(PACKED_BLOCK - PACKED_HEADER)

#define PACKED_OFFSET_SHIFT	32
#define PACKED_LENGTH_SHIFT	41
#define PACKED_BACKEND_SHIFT	53

static inline u64 packed_payload(unsigned int backend, u32 place, unsigned int offset,
				 unsigned int len)
{
	return (u64)backend << PACKED_BACKEND_SHIFT | (u64)(len - 1) << PACKED_LENGTH_SHIFT |
	       (u64)(offset / PACKED_ALIGN) << PACKED_OFFSET_SHIFT | place;
}

static inline unsigned int packed_backend(u64 payload)
{
	return payload >> PACKED_BACKEND_SHIFT & 0x3f;
}

static inline u32 packed_place(u64 payload)
{
	return (u32)payload;
}

static inline unsigned int packed_offset(u64 payload)
{
	return (payload >> PACKED_OFFSET_SHIFT & 0x1ff) * PACKED_ALIGN;
}

static inline unsigned int packed_length(u64 payload)
{
	return (payload >> PACKED_LENGTH_SHIFT & 0xfff) + 1;
}

void packed_init(void *block, unsigned int codec);
int packed_add(void *block, unsigned int len);
unsigned int packed_count(const void *block);
int packed_codec(const void *block);
const void *packed_object(const void *block, u64 payload);

#endif /* VSWAP_PACKED_H */
