// SPDX-License-Identifier: GPL-2.0
/*
 * For the benchmark only: what a hook costs for each call. Loading it calls a function
 * CALLS times as it is, redirected as vswap_hooks.c does, and redirected by a direct
 * call from its fentry, each between marks that icount.c finds. Loading then fails, so
 * that nothing has to be removed.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/objtool.h>

#define CALLS	100000

/* nopl disp32(%rax), see icount.c. */
#define MARK(number)	asm volatile(".byte 0x0f, 0x1f, 0x80, " #number ", 0x57, 0x53, 0x56")

int hookcost_target(int x);
int hookcost_replacement(int x);
void hookcost_direct(void);

noinline int hookcost_target(int x)
{
	barrier();
	return x + 1;
}

noinline notrace int hookcost_replacement(int x)
{
	barrier();
	return x + 2;
}

/* Called by the fentry of the target: forget that, and be called in its stead. */
asm(".pushsection .text\n"
    ".type hookcost_direct, @function\n"
    ".globl hookcost_direct\n"
    "hookcost_direct:\n"
#ifdef CONFIG_X86_KERNEL_IBT
    "	endbr64\n"
#endif
    "	addq $8, %rsp\n"
    "	jmp hookcost_replacement\n"
    ".size hookcost_direct, .-hookcost_direct\n"
    ".popsection\n");

STACK_FRAME_NON_STANDARD(hookcost_direct);

static void notrace redirect(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)hookcost_replacement);
}

static struct ftrace_ops hook = {
	.func = redirect,
	.flags = FTRACE_OPS_FL_DYNAMIC | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

static struct ftrace_ops direct;

static noinline void run(const char *how, int expected)
{
	int i, x = 0;

	MARK(1);
	for (i = 0; i < CALLS; i++)
		x += hookcost_target(i) - i;
	MARK(2);
	pr_info("hookcost %s %s\n", how, x == expected * CALLS ? "good" : "wrong");
}

static unsigned long fentry(void)
{
	unsigned long addr = (unsigned long)hookcost_target;

	/* Behind an endbr64, and objtool needn't wonder why. */
	OPTIMIZER_HIDE_VAR(addr);
	return addr + (IS_ENABLED(CONFIG_X86_KERNEL_IBT) ? 4 : 0);
}

static int __init hookcost_init(void)
{
	int err;

	run("none", 1);
	err = ftrace_set_filter_ip(&hook, fentry(), 0, 0);
	if (!err)
		err = register_ftrace_function(&hook);
	if (err)
		return err;
	run("ftrace", 2);
	unregister_ftrace_function(&hook);
	ftrace_free_filter(&hook);

	err = ftrace_set_filter_ip(&direct, fentry(), 0, 0);
	if (!err)
		err = register_ftrace_direct(&direct, (unsigned long)hookcost_direct);
	if (err)
		return err;
	run("direct", 2);
	unregister_ftrace_direct(&direct, (unsigned long)hookcost_direct, true);
	return -ECANCELED;
}

module_init(hookcost_init);

MODULE_DESCRIPTION("Benchmark of vswap: the cost of a hook");
MODULE_LICENSE("GPL");
