// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: while this is loaded, ftrace has given up, as after ftrace_bug(). Nobody
 * can hook, or take a hook out.
 */
#include <linux/module.h>

#include "symbol.h"

static int *disabled;

static int __init lame_init(void)
{
	disabled = (int *)symbol("ftrace_disabled");
	if (!disabled)
		return -EOPNOTSUPP;
	WRITE_ONCE(*disabled, 1);
	return 0;
}

/* Before ftrace is told that this module goes. */
static void __exit lame_exit(void)
{
	WRITE_ONCE(*disabled, 0);
}

module_init(lame_init);
module_exit(lame_exit);

MODULE_DESCRIPTION("ftrace that has given up, for tests");
MODULE_LICENSE("GPL");
