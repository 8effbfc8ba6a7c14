// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>

#include "vswap_symbols.h"

VSWAP_FUNC(int, kallsyms_on_each_match_symbol,
	   (int (*)(void *, unsigned long), const char *, void *))

/*
 * kprobes take names, and so give the address of the one function that gives
 * all others. Nothing is probed: the probe is gone before it could be hit.
 */
static int find_kallsyms(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_on_each_match_symbol" };
	int err = register_kprobe(&kp);

	if (err) {
		pr_err("the kernel's symbol table can't be read (kprobe on %s: %d)\n",
		       kp.symbol_name, err);
		return -ENOEXEC;
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

static bool has_symbol(const char *name)
{
	struct match match = {};

	static_call(k_kallsyms_on_each_match_symbol)(count_match, name, &match);
	return match.count;
}

static int open_btf(bool unchecked)
{
	int err;

	if (has_symbol("__start_BTF"))
		err = vswap_btf_open((void *)vswap_symbol_address("__start_BTF"),
				     (void *)vswap_symbol_address("__stop_BTF"));
	else
		err = -ENOEXEC;
	if (!err)
		return vswap_btf_check_function("kallsyms_on_each_match_symbol",
						type_kallsyms_on_each_match_symbol);
	if (!unchecked) {
		pr_err("can't compare this kernel's types with those the module was built for (%s); unchecked=1 loads it all the same\n",
		       "CONFIG_DEBUG_INFO_BTF");
		return err;
	}
	pr_warn("this kernel's types aren't compared with those the module was built for\n");
	return 0;
}

/**
 * vswap_symbols_init() - open the door to kallsyms and to the kernel's types
 * @unchecked: go on if this kernel has no description of its types
 *
 * Context: process, may sleep; once, before all others here. vswap_symbols_done() is
 * due behind the last one.
 * Return: 0; -ENOEXEC if symbols can't be read, or types can't be compared or one differs;
 * -ENOMEM; with the reason in the log.
 */
int vswap_symbols_init(bool unchecked)
{
	int err = find_kallsyms();

	if (!err)
		err = open_btf(unchecked);
	if (err)
		vswap_symbols_done();
	return err;
}

/**
 * vswap_symbols_done() - nothing more will be resolved or compared
 *
 * Context: process, may sleep.
 */
void vswap_symbols_done(void)
{
	vswap_btf_close();
}

/**
 * vswap_symbols_resolve() - resolve a table of symbols, all or fail
 * @symbols: the table
 * @nr: its length
 *
 * Context: process, may sleep.
 * Return: 0; -ENOEXEC after one line in the log for each that is missing or of another
 * type; -ENOMEM.
 */
int vswap_symbols_resolve(const struct vswap_symbol *symbols, unsigned int nr)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr; i++) {
		unsigned long addr = vswap_symbol_address(symbols[i].name);
		int wrong = addr ? 0 : -ENOEXEC;

		if (addr && *symbols[i].type)
			wrong = vswap_btf_check_function(symbols[i].name, symbols[i].type);
		if (!wrong)
			symbols[i].set(addr);
		err = err ?: wrong;
	}
	return err;
}
