// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "vswap_hooks.h"
#include "vswap_symbols.h"

DEFINE_PER_CPU(long, vswap_hooks_inflight);

VSWAP_FUNC(unsigned long, ftrace_location, (unsigned long))

static const struct vswap_symbol hook_symbols[] = {
	VSWAP_SYMBOL(ftrace_location),
};

/**
 * vswap_hooks_init() - find what the engine itself needs
 *
 * Context: process, may sleep; after vswap_symbols_init().
 * Return: 0, or -ENOEXEC with the reason in the log.
 */
int vswap_hooks_init(void)
{
	return vswap_symbols_resolve(hook_symbols, ARRAY_SIZE(hook_symbols));
}

static int find_hook(struct vswap_hook *hook)
{
	unsigned long addr = vswap_symbol_address(hook->name);
	int err;

	if (!addr)
		return -ENOEXEC;
	err = vswap_btf_check_function(hook->name, hook->type);
	if (err)
		return err;
	hook->ip = static_call(k_ftrace_location)(addr);
	if (!hook->ip) {
		pr_err("%s can't be traced on this kernel\n", hook->name);
		return -ENOEXEC;
	}
	/* Before the hook is in: reclaim may call it at once. */
	hook->set_original(hook->ip + MCOUNT_INSN_SIZE);
	return 0;
}

static int install_hook(struct vswap_hook *hook, ftrace_func_t redirect)
{
	int err;

	/*
	 * Livepatch's flags. PERMANENT makes "sysctl kernel.ftrace_enabled=0"
	 * fail instead of dropping the redirection under a live swap area.
	 */
	hook->ops.func = redirect;
	hook->ops.flags = FTRACE_OPS_FL_DYNAMIC | FTRACE_OPS_FL_IPMODIFY |
			  FTRACE_OPS_FL_PERMANENT;
	err = ftrace_set_filter_ip(&hook->ops, hook->ip, 0, 0);
	if (!err)
		err = register_ftrace_function(&hook->ops);
	if (err) {
		ftrace_free_filter(&hook->ops);
		pr_err("%s can't be hooked: %s (%d)\n", hook->name,
		       err == -EBUSY ? "a live patch or another module has it, or ftrace is off" :
		       "ftrace refused", err);
		return err;
	}
	hook->installed = true;
	return 0;
}

/*
 * Where ftrace has given up, for a fault of whomever, calls keep being sent here: then nothing
 * of this module may go.
 */
static void unregister(struct vswap_hook *hook)
{
	bool told = false;
	int err;

	while ((err = unregister_ftrace_function(&hook->ops))) {
		if (!told)
			pr_alert("%s can't be unhooked (%d): the module stays until it can\n",
				 hook->name, err);
		told = true;
		msleep(1000);
	}
}

static void remove_hook(struct vswap_hook *hook)
{
	if (!hook->installed)
		return;
	unregister(hook);
	ftrace_free_filter(&hook->ops);
	hook->installed = false;
}

/**
 * vswap_hooks_install() - put all hooks in, or none
 * @hooks: the hooks; all are found before the first goes in
 * @nr: how many
 * @redirect: VSWAP_REDIRECT()
 *
 * Context: process, may sleep.
 * Return: 0; -ENOEXEC if a function is missing, can't be traced, or is another one than
 * expected; -EBUSY if somebody else redirects one; with one line in the log.
 */
int vswap_hooks_install(struct vswap_hook *const *hooks, unsigned int nr, ftrace_func_t redirect)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++) {
		err = find_hook(hooks[i]);
		if (err)
			return err;
	}
	for (i = 0; i < nr; i++) {
		err = install_hook(hooks[i], redirect);
		if (err) {
			vswap_hooks_remove(hooks, i);
			return err;
		}
	}
	return 0;
}

static long nr_inflight(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(vswap_hooks_inflight, cpu);
	return sum;
}

/**
 * vswap_hooks_remove() - take hooks out and wait until nobody is inside
 * @hooks: the hooks
 * @nr: how many
 *
 * Unregistering waits for tasks that ftrace's trampoline is sending here, and for
 * those preempted in a replacement, but not for those that sleep in one: these
 * are counted. The last wait is for the few instructions behind the counter.
 *
 * Context: process, may sleep, for as long as a replacement may.
 */
void vswap_hooks_remove(struct vswap_hook *const *hooks, unsigned int nr)
{
	while (nr--)
		remove_hook(hooks[nr]);
	while (nr_inflight())
		msleep(20);
	synchronize_rcu_tasks();
}
