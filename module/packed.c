// SPDX-License-Identifier: GPL-2.0
#include "packed.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#endif

#define MAGIC	0x6b507356U	/* "VsPk" */

/**
 * struct header - what a block begins with
 * @magic: MAGIC
 * @codec: what compressed its pages, see codec.h
 * @nr: how many they are
 * @end: where the last one ends, rounded up
 */
struct header {
	u32 magic;
	u8 codec;
	u8 nr;
	u16 end;
};

/**
 * packed_init() - begin a block
 * @block: PACKED_BLOCK bytes, aligned to 8
 * @codec: number of what compresses its pages, below 256
 */
void packed_init(void *block, unsigned int codec)
{
	struct header *header = block;

	/* Nothing of what was there before goes to the disk. */
	memset(block, 0, PACKED_BLOCK);
	header->magic = MAGIC;
	header->codec = codec;
	header->end = PACKED_HEADER;
}

/**
 * packed_add() - take room for one more page
 * @block: a block that packed_init() began
 * @len: bytes of the compressed page
 *
 * Return: where in the block to put it, or -ENOSPC.
 */
int packed_add(void *block, unsigned int len)
{
	struct header *header = block;
	unsigned int offset = header->end;

	if (!len || len > PACKED_BLOCK - offset || header->nr == PACKED_MAX)
		return -ENOSPC;
	header->nr++;
	header->end = (offset + len + PACKED_ALIGN - 1) / PACKED_ALIGN * PACKED_ALIGN;
	return offset;
}

/**
 * packed_count() - how many pages were added to a block
 * @block: a block that packed_init() began
 */
unsigned int packed_count(const void *block)
{
	const struct header *header = block;

	return header->nr;
}

/**
 * packed_codec() - what compressed the pages of a block
 * @block: a block as it was read, maybe not what was written
 *
 * Return: the number that packed_init() was given, or -EINVAL if that isn't a block.
 */
int packed_codec(const void *block)
{
	const struct header *header = block;

	if (header->magic != MAGIC || !header->nr || header->nr > PACKED_MAX ||
	    header->end <= PACKED_HEADER || header->end > PACKED_BLOCK ||
	    header->end % PACKED_ALIGN)
		return -EINVAL;
	return header->codec;
}

/**
 * packed_object() - where in a block a page is
 * @block: a block as it was read, maybe not what was written
 * @payload: of the page's slot word
 *
 * Return: its packed_length() bytes, all within the block; or NULL if it can't be there.
 */
const void *packed_object(const void *block, u64 payload)
{
	const struct header *header = block;
	unsigned int offset = packed_offset(payload), len = packed_length(payload);

	if (packed_codec(block) < 0 || offset < PACKED_HEADER || offset >= header->end ||
	    len > header->end - offset)
		return NULL;
	return block + offset;
}
