/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finding what the kernel doesn't export.
 *
 * Data is reached through pointers. Functions are reached by static_call only:
 * a static call is a direct call instruction, which indirect branch tracking
 * (IBT) has no say in, whereas a call through a pointer to a function that has
 * no other indirect caller is a fault on such machines.
 */
#ifndef VSWAP_SYMBOLS_H
#define VSWAP_SYMBOLS_H

#include <linux/static_call.h>
#include <linux/types.h>

/**
 * struct vswap_symbol - one symbol the module can't do without
 * @name: its name in kallsyms
 * @set: takes its address; for functions, updates a static call
 */
struct vswap_symbol {
	const char *name;
	void (*set)(unsigned long addr);
};

/*
 * VSWAP_DATA(type, name) declares `static type *k_name` and its setter,
 * VSWAP_FUNC(name) a static call k_name with the prototype of @name, which
 * needs to be declared. VSWAP_SYMBOL(name) is their line in the table.
 */
#define VSWAP_DATA(type, name)						\
	static type *k_##name;						\
	static void set_##name(unsigned long addr)			\
	{								\
		k_##name = (void *)addr;				\
	}

#define VSWAP_FUNC(name)						\
	DEFINE_STATIC_CALL_NULL(k_##name, name);			\
	static void set_##name(unsigned long addr)			\
	{								\
		static_call_update(k_##name, (typeof(&name))addr);	\
	}

#define VSWAP_SYMBOL(symbol) { .name = #symbol, .set = set_##symbol }

int vswap_symbols_init(void);
unsigned long vswap_symbol_address(const char *name);
int vswap_symbols_resolve(const struct vswap_symbol *symbols, unsigned int nr);

#endif /* VSWAP_SYMBOLS_H */
