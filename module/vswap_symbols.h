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

#include "vswap_btf.h"

/**
 * struct vswap_symbol - one symbol the module can't do without
 * @name: its name in kallsyms
 * @type: of a function; empty for data, whose types the kernel doesn't tell
 * @set: takes its address; for functions, updates a static call
 */
struct vswap_symbol {
	const char *name;
	const char *type;
	void (*set)(unsigned long addr);
};

/*
 * VSWAP_DATA(type, name) declares `static type *k_name` and its setter,
 * VSWAP_FUNC(ret, name, (types)) a static call k_name; the types of the arguments
 * come without names, and written as the kernel's source has them. VSWAP_SYMBOL(name)
 * is their line in the table.
 */
#define VSWAP_DATA(type, name)						\
	VSWAP_NEEDS("symbol " #name);					\
	static const char type_##name[] = "";				\
	static type *k_##name;						\
	static void set_##name(unsigned long addr)			\
	{								\
		k_##name = (void *)addr;				\
	}

/* For several files; one has it, a header declares k_name. */
#define VSWAP_SHARED_DATA(type, name)					\
	VSWAP_NEEDS("symbol " #name);					\
	static const char type_##name[] = "";				\
	type *k_##name;							\
	static void set_##name(unsigned long addr)			\
	{								\
		k_##name = (void *)addr;				\
	}

#define VSWAP_FUNC(ret, name, args)					\
	VSWAP_NEEDS("function " #name " " #ret " " #args);		\
	static const char type_##name[] = #ret " " #args;		\
	ret name args;							\
	DEFINE_STATIC_CALL_NULL(k_##name, name);			\
	static void set_##name(unsigned long addr)			\
	{								\
		static_call_update(k_##name, (typeof(&name))addr);	\
	}

/* In a header: what one file has by VSWAP_FUNC(). */
#define VSWAP_SHARED_FUNC(ret, name, args)				\
	ret name args;							\
	DECLARE_STATIC_CALL(k_##name, name);

#define VSWAP_SYMBOL(symbol) {						\
	.name = #symbol,						\
	.type = type_##symbol,						\
	.set = set_##symbol,						\
}

int vswap_symbols_init(bool unchecked);
void vswap_symbols_done(void);
unsigned long vswap_symbol_address(const char *name);
int vswap_symbols_resolve(const struct vswap_symbol *symbols, unsigned int nr);

#endif /* VSWAP_SYMBOLS_H */
