// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: a swapoff(2) that is held up when it has let go of the device of swap area
 * 0, and isn't quite through, until somebody else has the device, or has wanted it for a
 * second. The parameter "state" tells: armed, stalled, passed, or, if nobody came, late.
 */
#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/swap.h>

#include "clock.h"
#include "symbol.h"

/* Well below the time after which the kernel complains of a CPU that is stuck. */
#define LIMIT_MS	15000
#define WANTED_MS	1000

static char *state = "armed";
module_param(state, charp, 0444);

static struct block_device *bdev;
static struct file *swap_file;

/* Returns whether somebody came. */
static bool wait_for_somebody(void)
{
	ktime_t begun = ktime_get(), wanted = 0;

	while (!READ_ONCE(bdev->bd_holder) && !is_over(begun, LIMIT_MS)) {
		if (!wanted && READ_ONCE(bdev->bd_claiming))
			wanted = ktime_get();
		if (wanted && is_over(wanted, WANTED_MS))
			return true;
		cpu_relax();
	}
	return READ_ONCE(bdev->bd_holder);
}

/* swapoff(2) closes the file in its last step but one. */
static int closes(struct kprobe *kp, struct pt_regs *regs)
{
	if ((struct file *)regs_get_kernel_argument(regs, 0) != swap_file)
		return 0;
	swap_file = NULL;
	WRITE_ONCE(state, "stalled");
	WRITE_ONCE(state, wait_for_somebody() ? "passed" : "late");
	return 0;
}

static struct kprobe kprobe = {
	.symbol_name = "filp_close",
	.pre_handler = closes,
};

static int __init linger_init(void)
{
	struct swap_info_struct **swap_info = (void *)symbol("swap_info");

	if (!swap_info || !swap_info[0] || !swap_info[0]->bdev)
		return -ENOENT;
	bdev = swap_info[0]->bdev;
	swap_file = swap_info[0]->swap_file;
	return register_kprobe(&kprobe);
}

static void __exit linger_exit(void)
{
	unregister_kprobe(&kprobe);
}

module_init(linger_init);
module_exit(linger_exit);

MODULE_DESCRIPTION("Test of vswap: a swapoff that isn't through when the next swapon comes");
MODULE_LICENSE("GPL");
