// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: makes a task miss hooks.
 *
 * Where more than one tracer is on a function, ftrace skips all of them for a task
 * that it believes to be inside a tracer already. Writing the number of a stopped
 * task to /proc/vswap-miss makes ftrace believe that for good. With the function
 * tracer on the hooked functions, that task then runs all originals.
 */
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/sched/task.h>
#include <linux/trace_recursion.h>
#include <linux/uaccess.h>

static ssize_t miss_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct task_struct *task;
	int err, pid;

	err = kstrtoint_from_user(buf, len, 10, &pid);
	if (err)
		return err;
	task = get_pid_task(find_vpid(pid), PIDTYPE_PID);
	if (!task)
		return -ESRCH;
	task->trace_recursion |= BIT(TRACE_LIST_START + TRACE_CTX_NORMAL) |
				 BIT(TRACE_LIST_START + TRACE_CTX_TRANSITION);
	put_task_struct(task);
	return len;
}

static const struct proc_ops miss_ops = { .proc_write = miss_write };

static int __init miss_init(void)
{
	return proc_create("vswap-miss", 0200, NULL, &miss_ops) ? 0 : -ENOMEM;
}

static void __exit miss_exit(void)
{
	remove_proc_entry("vswap-miss", NULL);
}

module_init(miss_init);
module_exit(miss_exit);

MODULE_DESCRIPTION("Test of vswap: tasks that miss hooks");
MODULE_LICENSE("GPL");
