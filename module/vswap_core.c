// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters, start and stop.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/delay.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/suspend.h>
#include <linux/swap.h>
#include <linux/umh.h>

#include "codec.h"
#include "kernel/compat/movable.h"
#include "port.h"
#include "rules.h"
#include "sparse.h"
#include "vswap_area.h"
#include "vswap_control.h"
#include "vswap_copies.h"
#include "vswap_disk.h"
#include "vswap_evacuate.h"
#include "vswap_hooks.h"
#include "vswap_io.h"
#include "vswap_mover.h"
#include "vswap_payers.h"
#include "vswap_symbols.h"
#include "vswap_sysfs.h"
#include "vswap_tier.h"

/* What zram-generator gives to compressed RAM; more if someone else has that. */
#define DEFAULT_PRIORITY	100

static struct rules_params params = RULES_DEFAULTS;

module_param_named(backends, params.backends, charp, 0444);
MODULE_PARM_DESC(backends, "backends in order of preference: zswap, ssd");
module_param_named(ssd, params.ssd, charp, 0444);
MODULE_PARM_DESC(ssd, "swap file or partition behind the backend ssd");
module_param_named(require_all, params.require_all, bool, 0444);
MODULE_PARM_DESC(require_all, "refuse to load where a swap file is missing (0: go on with the others)");
module_param_named(encrypt, params.encrypt, bool, 0444);
MODULE_PARM_DESC(encrypt, "encrypt what goes to swap files, by a key that goes with the module (0)");
module_param_named(discard, params.discard, charp, 0444);
MODULE_PARM_DESC(discard,
		 "discard swap files when they are opened, or what is freed: none, once, pages, both");
module_param_named(zswap_compressor, params.zswap_compressor, charp, 0444);
MODULE_PARM_DESC(zswap_compressor, "compressor of the pool: lz4, lzo-rle, zstd, ...");
module_param_named(zswap_cold_compressor, params.zswap_cold_compressor, charp, 0444);
MODULE_PARM_DESC(zswap_cold_compressor,
		 "compressor of the oldest pages once the pool is nearly full: none, zstd, ...");
module_param_named(zswap_allocator, params.zswap_allocator, charp, 0444);
MODULE_PARM_DESC(zswap_allocator, "where compressed pages lie: auto, slab, zsmalloc");
module_param_named(zswap_charge, params.zswap_charge, bool, 0444);
MODULE_PARM_DESC(zswap_charge, "charge what the pool takes to the cgroups of its pages (0)");
module_param_named(zswap_max_pool_percent, params.zswap_max_pool_percent, uint, 0444);
MODULE_PARM_DESC(zswap_max_pool_percent, "limit of the pool in percent of RAM (20)");
module_param_named(zswap_max_pool_mb, params.zswap_max_pool_mb, uint, 0444);
MODULE_PARM_DESC(zswap_max_pool_mb, "limit of the pool in MiB (0: use the percentage)");
module_param_named(zswap_max_pool, params.zswap_max_pool, charp, 0444);
MODULE_PARM_DESC(zswap_max_pool,
		 "the pool takes all it may, or less where that is faster: fixed, auto");
module_param_named(zswap_max_page_percent, params.zswap_max_page_percent, uint, 0444);
MODULE_PARM_DESC(zswap_max_page_percent,
		 "pages that shrink less go to the next backend, in percent (75)");

module_param_named(zswap_high_percent, params.zswap_high_percent, uint, 0444);
MODULE_PARM_DESC(zswap_high_percent,
		 "fullness of the pool at which old pages go to the swap file (97; 0: never)");
module_param_named(zswap_low_percent, params.zswap_low_percent, uint, 0444);
MODULE_PARM_DESC(zswap_low_percent, "fullness of the pool at which that ends (95)");

static struct vswap_area_params area_params;

module_param_named(zswap_packed_writeback, vswap_mover_packs, bool, 0644);
MODULE_PARM_DESC(zswap_packed_writeback,
		 "pages go to the swap file compressed, several in one of its pages (1)");
module_param_named(zswap_shrinker, area_params.writeback.shrinker, bool, 0644);
MODULE_PARM_DESC(zswap_shrinker, "old pages go to the swap file when memory is short (0)");

static int set_idle_seconds(const char *text, const struct kernel_param *kp)
{
	int err = param_set_uint(text, kp);

	if (!err)
		vswap_writeback_look_for_idle();
	return err;
}

static const struct kernel_param_ops idle_seconds_ops = {
	.set = set_idle_seconds,
	.get = param_get_uint,
};

module_param_cb(zswap_idle_seconds, &idle_seconds_ops, &area_params.writeback.idle_seconds, 0644);
__MODULE_PARM_TYPE(zswap_idle_seconds, "uint");
MODULE_PARM_DESC(zswap_idle_seconds,
		 "pages not used for so long go to the swap file (0: never)");

static bool autostart = true;
module_param(autostart, bool, 0444);
MODULE_PARM_DESC(autostart, "run swapon at load (1)");

module_param_named(priority, params.priority, int, 0444);
MODULE_PARM_DESC(priority, "swap priority, 0..32767 (-1: above all others)");

module_param_named(swapin, params.swapin, charp, 0444);
MODULE_PARM_DESC(swapin, "read pages into the swap cache or past it: cache, direct");

module_param_named(checksum, params.checksum, charp, 0444);
MODULE_PARM_DESC(checksum, "keep a checksum of each page: none, crc32c");

static unsigned int virtual_gb;
module_param(virtual_gb, uint, 0444);
MODULE_PARM_DESC(virtual_gb, "bound of the virtual space in GiB (0: the kernel's)");

static bool unchecked;
module_param(unchecked, bool, 0444);
MODULE_PARM_DESC(unchecked, "load on a kernel that doesn't describe its types (0)");

/* A family or an architecture may have more. find-port reads them here, before anything is built. */
VSWAP_NEEDS("config SWAP");
VSWAP_NEEDS("config ZSMALLOC");
VSWAP_NEEDS("config MEMCG");
VSWAP_NEEDS("config TASK_DELAY_ACCT");
VSWAP_NEEDS("config CRYPTO");
VSWAP_NEEDS("config CRYPTO_HASH");
VSWAP_NEEDS("config CRYPTO_SKCIPHER");
VSWAP_NEEDS("config KALLSYMS_ALL");
VSWAP_NEEDS("config KPROBES");
VSWAP_NEEDS("config DEBUG_INFO_BTF");

static int check_params(void)
{
	char why[RULES_WHY_SIZE];
	int err = rules_check_params(&params, totalram_pages() >> (20 - PAGE_SHIFT), why);

	if (err)
		pr_err("%s\n", why);
	return err;
}

static void set_area_params(void)
{
	area_params.max_slots = (u64)virtual_gb << (30 - PAGE_SHIFT);
	area_params.writeback.high_percent = params.zswap_high_percent;
	area_params.writeback.low_percent = params.zswap_low_percent;
}

static unsigned int discard_flags(void)
{
	static const unsigned int flags[] = {
		[RULES_DISCARD_ONCE] = SWAP_FLAG_DISCARD_ONCE,
		[RULES_DISCARD_PAGES] = SWAP_FLAG_DISCARD_PAGES,
		[RULES_DISCARD_BOTH] = SWAP_FLAG_DISCARD_ONCE | SWAP_FLAG_DISCARD_PAGES,
	};

	return flags[rules_discard(params.discard)];
}

/* What the kernel can't move is in the way of huge pages, and of whoever else wants many at once. */
static bool wants_slab(void)
{
	return !strcmp(params.zswap_allocator, "slab") ||
	       (!strcmp(params.zswap_allocator, "auto") && PORT_PAGES_MOVE);
}

static int open_backends(void)
{
	const struct vswap_backend_params backend_params = {
		.path = params.ssd,
		.compressor = params.zswap_compressor,
		.cold_compressor = params.zswap_cold_compressor,
		.pool_percent = params.zswap_max_pool_percent,
		.pool_mb = params.zswap_max_pool_mb,
		.pool_auto = !strcmp(params.zswap_max_pool, "auto"),
		.page_percent = params.zswap_max_page_percent,
		.slab = wants_slab(),
		.encrypt = params.encrypt,
		.require_all = params.require_all,
		.discard = discard_flags(),
	};

	return vswap_tier_open(params.backends, &backend_params, vswap_evacuate_failed);
}

static int choose_priority(void)
{
	static_assert(RULES_MAX_PRIORITY == SWAP_FLAG_PRIO_MASK);

	if (params.priority >= 0)
		return params.priority;
	return min(max(DEFAULT_PRIORITY, port_highest_priority() + 1), SWAP_FLAG_PRIO_MASK);
}

/* Returns the program's exit status, or -errno if it didn't run. */
static int run_program(char *path, char *option, char *value)
{
	static char * const envp[] = { "HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	char *argv[5] = { path, "/dev/" VSWAP_DEVICE, option, value, NULL };
	int ret = call_usermodehelper(path, argv, (char **)envp, UMH_WAIT_PROC);

	return ret > 0 ? (ret >> 8 ?: ret) : ret;
}

/* Nobody has the device open any more, or not within a second: udev may look at it. */
static bool is_closed(void)
{
	int tries;

	for (tries = 0; vswap_disk_is_open() && tries < 50; tries++)
		msleep(20);
	return !vswap_disk_is_open();
}

/*
 * The real swapon(8), so that the area is like any other. Returns 0 if swap is on,
 * or can't be taken off again: then the module has to stay.
 */
static int start_swap(void)
{
	char prio[8];
	int ret;

	snprintf(prio, sizeof(prio), "%d", choose_priority());
	ret = run_program("/sbin/swapon", "-p", prio);
	if (!ret && port_area_is_on())
		return 0;
	pr_err("\"swapon /dev/%s -p %s\" failed (%d); with autostart=0 it is left to you\n",
	       VSWAP_DEVICE, prio, ret);
	/* It may have failed late, or left a page or two of ordinary swap. */
	if (!is_closed())
		run_program("/sbin/swapoff", NULL, NULL);
	if (!is_closed()) {
		pr_err("/dev/%s is still in use: the module stays\n", VSWAP_DEVICE);
		return 0;
	}
	return -ECANCELED;
}

/* Hibernation, suspend to RAM, resume from an image: all are the same here. */
static int sleep_or_wake(struct notifier_block *nb, unsigned long event, void *data)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		vswap_area_pause(true);
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
	case PM_POST_RESTORE:
		vswap_area_pause(false);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block pm_notifier = { .notifier_call = sleep_or_wake };

static int find_symbols(void)
{
	int err = vswap_symbols_init(unchecked);

	if (!err)
		err = vswap_hooks_init();
	if (!err)
		err = sparse_array_init();
	if (!err)
		err = vswap_copies_init();
	if (!err)
		err = vswap_family_init();
	if (!err && params.zswap_charge)
		err = vswap_payers_start();
	return err;
}

static void greet(void)
{
	char names[2 * VSWAP_NAME_SIZE];

	vswap_tier_names(names, sizeof(names), ",");
	pr_info("version %s, backends %s, device /dev/%s\n", THIS_MODULE->version, names,
		VSWAP_DEVICE);
}

static int start_area(void)
{
	int err;

	set_area_params();
	err = vswap_area_start(&area_params);
	if (err)
		return err;
	err = vswap_disk_start(!strcmp(params.swapin, "direct"));
	if (err)
		vswap_area_stop();
	return err;
}

static void stop_area(void)
{
	vswap_disk_stop();
	vswap_area_stop();
}

static int start(void)
{
	int err;

	err = open_backends();
	if (err)
		goto err_codec;
	err = vswap_io_start(params.checksum);
	if (err)
		goto err_tier;
	err = vswap_mover_start();
	if (err)
		goto err_io;
	err = start_area();
	if (err)
		goto err_mover;
	err = vswap_sysfs_start();
	if (err)
		goto err_area;
	err = register_pm_notifier(&pm_notifier);
	if (err)
		goto err_sysfs;
	if (autostart) {
		err = start_swap();
		if (err)
			goto err_pm;
	}
	/* The last, and before it nothing can fail late: backends may come and go now. */
	err = vswap_control_start();
	if (err)
		pr_warn("/dev/%s can't be made (%d): backends stay as they are\n",
			VSWAP_CONTROL_DEVICE, err);
	greet();
	return 0;

err_pm:
	unregister_pm_notifier(&pm_notifier);
err_sysfs:
	vswap_sysfs_stop();
err_area:
	stop_area();
err_mover:
	vswap_mover_stop();
err_io:
	vswap_io_stop();
err_tier:
	vswap_tier_close();
err_codec:
	codec_stop();
	return err;
}

/*
 * Of these modprobe(8) would say "Unknown symbol in module", take it for success, or print a
 * number, whatever our line in the log says.
 */
static int presentable(int err)
{
	switch (err) {
	case -ENOENT:
		return -ENXIO;
	case -EEXIST:
		return -EBUSY;
	case -ERESTARTSYS:
		return -EINTR;
	case -ENOTSUPP:
		return -EOPNOTSUPP;
	default:
		return err;
	}
}

static int __init vswap_init(void)
{
	int err = check_params();

	if (!err)
		err = find_symbols();
	if (!err)
		err = start();
	vswap_symbols_done();
	return presentable(err);
}

static void __exit vswap_exit(void)
{
	vswap_control_stop();
	unregister_pm_notifier(&pm_notifier);
	vswap_sysfs_stop();
	stop_area();
	vswap_mover_stop();
	vswap_io_stop();
	vswap_tier_close();
	codec_stop();
}

module_init(vswap_init);
module_exit(vswap_exit);

MODULE_DESCRIPTION("Virtual swap space");
MODULE_LICENSE("GPL");
MODULE_VERSION(VSWAP_VERSION);
