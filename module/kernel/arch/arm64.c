// SPDX-License-Identifier: GPL-2.0
/*
 * arm64. There are no static calls: functions are called by pointer, originals behind the slot
 * of two instructions that ftrace has at the beginning of each. Branch tracking (BTI) wants
 * another instruction where such a call goes, CFI a checksum in front of it; neither is there.
 */
#include <linux/mm.h>
#include <linux/pgtable.h>

#include "kernel/compat/arch.h"
#include "vswap_symbols.h"

VSWAP_NEEDS("config ARM64");
VSWAP_NEEDS("config DYNAMIC_FTRACE_WITH_ARGS");
VSWAP_NEEDS("without ARM64_BTI_KERNEL");
VSWAP_NEEDS("without CFI_CLANG");
VSWAP_NEEDS("without CFI");
/* With these a pointer has a tag in its uppermost byte. */
VSWAP_NEEDS("without KASAN_HW_TAGS");
VSWAP_NEEDS("without KASAN_SW_TAGS");

#if defined(CONFIG_ARM64_MTE) && defined(KERNEL_HAS_SWAP_MAP)
VSWAP_FUNC(int, arch_prepare_to_swap, (struct folio *))
VSWAP_FUNC(void, mte_invalidate_tags, (int, unsigned long))

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(arch_prepare_to_swap),
	VSWAP_SYMBOL(mte_invalidate_tags),
};

/**
 * port_tags_init() - find what is needed to keep the tags of memory (MTE)
 *
 * Context: process, may sleep; after vswap_symbols_init().
 * Return: 0, or -ENOEXEC with one line in the log for each thing missing.
 */
int port_tags_init(void)
{
	return vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols));
}

/**
 * port_tags_save() - keep the tags of a folio that is swapped out
 * @folio: locked, in the swap cache
 *
 * The kernel keeps them, by slot, and puts them back when it maps what was read.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int port_tags_save(struct folio *folio)
{
	return static_call(k_arch_prepare_to_swap)(folio);
}

/**
 * port_tags_forget() - slots are freed
 * @type: the area's number
 * @slot: the first
 * @nr: how many
 *
 * Context: any that the kernel frees a slot in.
 */
void port_tags_forget(int type, u32 slot, unsigned int nr)
{
	if (!system_supports_mte())
		return;
	while (nr--)
		static_call(k_mte_invalidate_tags)(type, slot++);
}
#endif
