/* SPDX-License-Identifier: GPL-2.0 */
/* For tests only: the address of a symbol that isn't exported, 0 if there is none. */
#ifndef VSWAP_TEST_SYMBOL_H
#define VSWAP_TEST_SYMBOL_H

#include <linux/kprobes.h>

static inline unsigned long symbol(const char *symbol)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long (*lookup)(const char *name);

	if (register_kprobe(&kp))
		return 0;
	lookup = (void *)kp.addr;
	unregister_kprobe(&kp);
	return lookup(symbol);
}

#endif /* VSWAP_TEST_SYMBOL_H */
