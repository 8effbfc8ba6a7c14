/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between architectures, in one shape; kernel/arch/ is behind it. Besides, only
 * copy.h and movable.h know one.
 */
#ifndef VSWAP_ARCH_H
#define VSWAP_ARCH_H

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/swap.h>
#include <linux/types.h>

/**
 * port_direct_map() - where the kernel's map of all memory begins
 *
 * On arm64 PAGE_OFFSET is for processors with the longest addresses; the map begins later on
 * others.
 *
 * Context: any.
 * Return: the address.
 */
static inline unsigned long port_direct_map(void)
{
#ifdef CONFIG_ARM64
	return _PAGE_OFFSET(vabits_actual);
#else
	return PAGE_OFFSET;
#endif
}

/*
 * Tags of memory, beside its contents. Where the kernel allocates slots it calls its own
 * functions for them.
 */
#if defined(__HAVE_ARCH_PREPARE_TO_SWAP) && defined(KERNEL_HAS_SWAP_MAP)
int port_tags_init(void);
int port_tags_save(struct folio *folio);
void port_tags_forget(int type, u32 slot, unsigned int nr);
#else
static inline int port_tags_init(void)
{
	return 0;
}

static inline int port_tags_save(struct folio *folio)
{
	return 0;
}

static inline void port_tags_forget(int type, u32 slot, unsigned int nr)
{
}
#endif

#endif /* VSWAP_ARCH_H */
