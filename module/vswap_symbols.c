// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>

#include "vswap_symbols.h"

int kallsyms_on_each_match_symbol(int (*fn)(void *data, unsigned long addr),
				  const char *name, void *data);

VSWAP_FUNC(kallsyms_on_each_match_symbol)

/**
 * vswap_symbols_init() - open the door to kallsyms
 *
 * kprobes take names, and so give the address of the one function that gives
 * all others. Nothing is probed: the probe is gone before it could be hit.
 *
 * Context: process, may sleep; once, before all others here.
 * Return: 0, or what register_kprobe() said.
 */
int vswap_symbols_init(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_on_each_match_symbol" };
	int err = register_kprobe(&kp);

	if (err) {
		pr_err("the kernel's symbol table can't be read (kprobe on %s: %d)\n",
		       kp.symbol_name, err);
		return err;
	}
	/* Behind an endbr64 the probe sits on the fentry: right for a call too. */
	set_kallsyms_on_each_match_symbol((unsigned long)kp.addr);
	unregister_kprobe(&kp);
	return 0;
}

struct match {
	unsigned long addr;
	unsigned int count;
};

static int count_match(void *data, unsigned long addr)
{
	struct match *match = data;

	match->addr = addr;
	match->count++;
	return 0;
}

/**
 * vswap_symbol_address() - the address of a symbol
 * @name: its name; one that is not unique is as bad as none, for who could tell
 *	which one is meant
 *
 * Says in the log what is wrong.
 *
 * Context: process, may sleep.
 * Return: the address, or 0.
 */
unsigned long vswap_symbol_address(const char *name)
{
	struct match match = {};

	static_call(k_kallsyms_on_each_match_symbol)(count_match, name, &match);
	if (match.count == 1)
		return match.addr;
	pr_err("this kernel has %s symbol \"%s\"\n",
	       match.count ? "more than one" : "no", name);
	return 0;
}

/**
 * vswap_symbols_resolve() - resolve a table of symbols, all or fail
 * @symbols: the table
 * @nr: its length
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOENT after one line in the log for each that is missing.
 */
int vswap_symbols_resolve(const struct vswap_symbol *symbols, unsigned int nr)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr; i++) {
		unsigned long addr = vswap_symbol_address(symbols[i].name);

		if (addr)
			symbols[i].set(addr);
		else
			err = -ENOENT;
	}
	return err;
}
