/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a slot word says to user space. Like slots.h this knows nothing of mm/ and is built in
 * user space too.
 */
#ifndef VSWAP_PLACES_H
#define VSWAP_PLACES_H

#include "packed.h"
#include "slots.h"
#include "vswap_ioctl.h"

/**
 * place_of_word() - where the page of a slot lies
 * @word: the slot's word
 * @number: the number of the backend that it names, if it names one
 * @pool_bytes: what the page takes, if it is in a pool
 *
 * Context: any.
 * Return: the same for user space. Of no tag that isn't known: there is nothing to be said then.
 */
static inline struct vswap_place place_of_word(u64 word, unsigned int number,
					       unsigned int pool_bytes)
{
	switch (slot_tag(word)) {
	case SLOT_EMPTY:
		return (struct vswap_place){ .kind = VSWAP_PLACE_EMPTY };
	case SLOT_FILL:
	case SLOT_WIDE:
		return (struct vswap_place){ .kind = VSWAP_PLACE_FILL };
	case SLOT_POOL:
		return (struct vswap_place){ VSWAP_PLACE_POOL, number, pool_bytes };
	case SLOT_FILE:
		return (struct vswap_place){ VSWAP_PLACE_FILE, number, PACKED_BLOCK };
	case SLOT_PACKED:
		return (struct vswap_place){ VSWAP_PLACE_PACKED, number,
					     packed_length(slot_payload(word)) };
	default:
		return (struct vswap_place){ .kind = VSWAP_PLACE_NONE };
	}
}

#endif /* VSWAP_PLACES_H */
