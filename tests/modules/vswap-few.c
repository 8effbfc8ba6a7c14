// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: of the 65535 numbers that vswap has for cgroups that pay for pages there are only
 * as many as the parameter "limit" says.
 */
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/xarray.h>

static uint limit = 1;
module_param(limit, uint, 0444);

/* The fourth argument: two words in one register. */
static unsigned long *argument(struct pt_regs *regs)
{
#ifdef CONFIG_ARM64
	return (unsigned long *)&regs->regs[3];
#else
	return &regs->cx;
#endif
}

/* The kernel has as many for its cgroups, but may wait for file systems then. */
static int wants_number(struct kprobe *kp, struct pt_regs *regs)
{
	struct xa_limit *wanted = (struct xa_limit *)argument(regs);
	gfp_t gfp = (__force gfp_t)regs_get_kernel_argument(regs, 4);

	if (wanted->min == 1 && wanted->max == U16_MAX && !(gfp & __GFP_FS))
		wanted->max = limit;
	return 0;
}

static struct kprobe kprobe = {
	.symbol_name = "__xa_alloc",
	.pre_handler = wants_number,
};

static int __init few_init(void)
{
	return register_kprobe(&kprobe);
}

static void __exit few_exit(void)
{
	unregister_kprobe(&kprobe);
}

module_init(few_init);
module_exit(few_exit);

MODULE_DESCRIPTION("Test of vswap: hardly any numbers for who pays");
MODULE_LICENSE("GPL");
