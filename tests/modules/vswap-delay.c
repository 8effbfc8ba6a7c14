// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: a call that takes longer than it does on an idle machine.
 * "insmod vswap-delay.ko function=NAME comm=PROGRAM ms=N": whenever a task whose name
 * begins so calls the function, so many milliseconds go by first.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "clock.h"

static char *function;
module_param(function, charp, 0444);
static char *comm;
module_param(comm, charp, 0444);
static unsigned int ms;
module_param(ms, uint, 0444);
static unsigned int calls;
module_param(calls, uint, 0444);

static int delay(struct kprobe *kp, struct pt_regs *regs)
{
	ktime_t begun = ktime_get();

	if (strncmp(current->comm, comm, strlen(comm)))
		return 0;
	calls++;
	while (!is_over(begun, ms))
		cpu_relax();
	return 0;
}

static struct kprobe probe = { .pre_handler = delay };

static int __init delay_init(void)
{
	if (!function || !comm)
		return -EINVAL;
	probe.symbol_name = function;
	return register_kprobe(&probe);
}

static void __exit delay_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(delay_init);
module_exit(delay_exit);

MODULE_DESCRIPTION("Test of vswap: a slow call");
MODULE_LICENSE("GPL");
