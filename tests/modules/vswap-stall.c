// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: whom an interrupt, a tracer or a hypervisor holds up at the worst of all
 * moments. After "insmod vswap-stall.ko", the first task that looks at the flags of swap
 * area 0 from within a module stands still just behind that, until swapoff(2) has found
 * the area empty. The parameter "state" tells: armed, stalled, passed, or, if nobody came
 * with a swapoff, late.
 *
 * A watchpoint of the CPU sees the look, wherever the compiler has put it.
 */
#include <linux/hw_breakpoint.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/percpu-refcount.h>
#include <linux/sched.h>
#include <linux/swap.h>

#include "clock.h"
#include "symbol.h"

/* Well below the time after which the kernel complains of a CPU that is stuck. */
#define LIMIT_MS	15000

static char *state = "armed";
module_param(state, charp, 0444);

static struct swap_info_struct *si;
static struct perf_event * __percpu *watchpoint;
static atomic_t armed = ATOMIC_INIT(1);

/* Workers look under locks that swapoff(2) needs. */
static bool is_meant(struct pt_regs *regs)
{
	unsigned long ip = instruction_pointer(regs);

	return ip >= MODULES_VADDR && ip < MODULES_END &&
	       !(current->flags & PF_WQ_WORKER) && atomic_xchg(&armed, 0);
}

static void looked(struct perf_event *event, struct perf_sample_data *data,
		   struct pt_regs *regs)
{
	ktime_t begun = ktime_get();

	if (!is_meant(regs))
		return;
	WRITE_ONCE(state, "stalled");
	while (!percpu_ref_is_dying(&si->users) && !is_over(begun, LIMIT_MS))
		cpu_relax();
	WRITE_ONCE(state, percpu_ref_is_dying(&si->users) ? "passed" : "late");
}

static int __init stall_init(void)
{
	struct swap_info_struct **swap_info = (void *)symbol("swap_info");
	struct perf_event_attr attr;

	if (!swap_info || !swap_info[0])
		return -ENOENT;
	si = swap_info[0];
	hw_breakpoint_init(&attr);
	attr.bp_addr = (unsigned long)&si->flags;
	attr.bp_len = HW_BREAKPOINT_LEN_8;
	attr.bp_type = HW_BREAKPOINT_RW;
	watchpoint = register_wide_hw_breakpoint(&attr, looked, NULL);
	return PTR_ERR_OR_ZERO((void *)(unsigned long __force)watchpoint);
}

static void __exit stall_exit(void)
{
	unregister_wide_hw_breakpoint(watchpoint);
}

module_init(stall_init);
module_exit(stall_exit);

MODULE_DESCRIPTION("Test of vswap: a task that stands still before swapoff");
MODULE_LICENSE("GPL");
