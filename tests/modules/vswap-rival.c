// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: another user of a function that vswap hooks, as a live patch would
 * be: "insmod vswap-rival.ko function=NAME" takes the right to redirect NAME, and
 * changes nothing.
 */
#include <linux/ftrace.h>
#include <linux/module.h>

static char *function;
module_param(function, charp, 0444);

static void notrace leave_alone(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

static struct ftrace_ops rival = {
	.func = leave_alone,
	.flags = FTRACE_OPS_FL_DYNAMIC | FTRACE_OPS_FL_IPMODIFY,
};

static int __init rival_init(void)
{
	int err;

	if (!function)
		return -EINVAL;
	err = ftrace_set_filter(&rival, function, strlen(function), 1);
	if (!err)
		err = register_ftrace_function(&rival);
	if (err)
		ftrace_free_filter(&rival);
	return err;
}

static void __exit rival_exit(void)
{
	unregister_ftrace_function(&rival);
	ftrace_free_filter(&rival);
}

module_init(rival_init);
module_exit(rival_exit);

MODULE_DESCRIPTION("Test of vswap: somebody else redirects a function");
MODULE_LICENSE("GPL");
