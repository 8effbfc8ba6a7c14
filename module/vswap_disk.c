// SPDX-License-Identifier: GPL-2.0
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/workqueue.h>

#include "port.h"
#include "vswap_area.h"
#include "vswap_disk.h"
#include "vswap_io.h"
#include "vswap_space.h"
#include "vswap_stats.h"
#include "vswap_tier.h"

/*
 * @lock: serialises opening and closing
 * @gendisk: the device
 * @major: its major number
 * @header: its first page
 * @queue: for @bio_work alone: others wait for reclaim, and reclaim for this; never frozen
 * @bio_work, @bios, @bio_lock: swap I/O that reached the device, see serve_bios()
 */
static struct {
	struct mutex lock;
	struct gendisk *gendisk;
	int major;
	union swap_header *header;
	struct workqueue_struct *queue;
	struct work_struct bio_work;
	struct bio_list bios;
	spinlock_t bio_lock;
} disk = { .lock = __MUTEX_INITIALIZER(disk.lock) };

/* ---- Opened and closed ---- */

/* Let go of an area that the kernel doesn't know, or no longer. */
static void discard(void)
{
	if (port_area_state() == PORT_AREA_NONE)
		return;
	flush_work(&disk.bio_work);
	vswap_space_discard();
}

/* The area is no more: nothing of it is kept, nor of what belongs to others. */
static void retire(void)
{
	discard();
	vswap_tier_detach();
}

/*
 * swapoff(2) and the close of the device end in either order: wait until the kernel is through
 * with the area.
 */
static void wait_until_gone(void)
{
	while (port_area_state() == PORT_AREA_ADOPTED)
		msleep(20);
}

/*
 * Our device is opened, @exclusive by who has it alone from now on, as an area that is on has it.
 *
 * swapon(2) comes through here, and must find everything ready. It opens the device to
 * write; those who only look at it need nothing. Some kernels let go of it before swapoff(2)
 * has quite ended: what is left to do there needs nothing that is held here.
 */
static int open_device(bool write, bool exclusive)
{
	int err = 0;

	mutex_lock(&disk.lock);
	if (exclusive)
		wait_until_gone();
	if (port_area_state() == PORT_AREA_GONE)
		retire();
	if (write && port_area_state() == PORT_AREA_NONE) {
		err = vswap_tier_attach();
		if (!err)
			err = vswap_space_prepare(disk.gendisk);
		if (err)
			vswap_tier_detach();
	}
	mutex_unlock(&disk.lock);
	return err;
}

/* Has swapoff(2) finished, or swapon(2) never begun? */
static bool is_unused(void)
{
	enum port_area_state state = port_area_state();

	return state == PORT_AREA_GONE ||
	       (state == PORT_AREA_PREPARED && !vswap_disk_is_open());
}

/* The last thing swapoff(2) does. */
static void close_device(void)
{
	mutex_lock(&disk.lock);
	if (is_unused())
		retire();
	mutex_unlock(&disk.lock);
}

/* ---- Block I/O ---- */

/* Copy what the device looks like to everybody else: a swap header, then zeros. */
static void show_header(struct bio_vec *bv, sector_t sector)
{
	size_t offset = sector << SECTOR_SHIFT;
	void *to;

	memzero_page(bv->bv_page, bv->bv_offset, bv->bv_len);
	if (offset >= PAGE_SIZE)
		return;
	to = kmap_local_page(bv->bv_page);
	memcpy(to + bv->bv_offset, (void *)disk.header + offset,
	       min_t(size_t, bv->bv_len, PAGE_SIZE - offset));
	kunmap_local(to);
}

/*
 * Is this the kernel reading a page back, and not someone who opened the device?
 * Then the page is locked, has this slot, and belongs to no file.
 */
static bool is_swap_read(struct bio_vec *bv, u32 slot)
{
	struct folio *folio = page_folio(bv->bv_page);

	return slot && bv->bv_len == PAGE_SIZE && !bv->bv_offset && !folio->mapping &&
	       folio_test_locked(folio) &&
	       swp_offset(port_folio_entry(folio)) + folio_page_idx(folio, bv->bv_page) == slot;
}

static int serve_page(struct bio *bio, sector_t sector, struct bio_vec *bv)
{
	u32 slot = sector >> PAGE_SECTORS_SHIFT;

	if (op_is_write(bio_op(bio))) {
		if (bv->bv_len != PAGE_SIZE)
			return -EIO;
		vswap_stat_add(VSWAP_BIO_PAGES, 1);
		return vswap_area_write_page(slot, bv->bv_page);
	}
	if (!is_swap_read(bv, slot)) {
		show_header(bv, sector);
		return 0;
	}
	vswap_stat_add(VSWAP_BIO_PAGES, 1);
	return vswap_page_in(&vswap_slots, slot, bv->bv_page);
}

static void serve_bio(struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector;
	struct bvec_iter iter;
	struct bio_vec bv;
	int err = 0;

	bio_for_each_segment(bv, bio, iter) {
		if (!err)
			err = serve_page(bio, sector, &bv);
		sector += bv.bv_len >> SECTOR_SHIFT;
	}
	bio->bi_status = errno_to_blk_status(err);
	bio_endio(bio);
}

/*
 * Pages come as block I/O only if a tracer kept a hook from running. They may need
 * the disk of a backend, which can't be waited for inside submit_bio(); a worker can.
 */
static void serve_bios(struct work_struct *work)
{
	struct bio_list bios;
	struct bio *bio;

	spin_lock_irq(&disk.bio_lock);
	bios = disk.bios;
	bio_list_init(&disk.bios);
	spin_unlock_irq(&disk.bio_lock);
	while ((bio = bio_list_pop(&bios)))
		serve_bio(bio);
}

static void show_bio(struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector;
	struct bvec_iter iter;
	struct bio_vec bv;

	bio_for_each_segment(bv, bio, iter) {
		show_header(&bv, sector);
		sector += bv.bv_len >> SECTOR_SHIFT;
	}
	bio_endio(bio);
}

/* Ended later, except for what can be answered at once. From submit_bio(). */
static void submit(struct bio *bio)
{
	unsigned long flags;
	bool swap_write = bio_op(bio) == REQ_OP_WRITE && (bio->bi_opf & REQ_SWAP);

	if (bio_op(bio) != REQ_OP_READ && !swap_write) {
		bio->bi_status = BLK_STS_NOTSUPP;
		bio_endio(bio);
	} else if (!port_area_is_on() && !swap_write) {
		show_bio(bio);
	} else {
		spin_lock_irqsave(&disk.bio_lock, flags);
		bio_list_add(&disk.bios, bio);
		spin_unlock_irqrestore(&disk.bio_lock, flags);
		queue_work(disk.queue, &disk.bio_work);
	}
}

PORT_DISK_FOPS(disk_fops, open_device, close_device, submit, port_area_slot_freed);

/* ---- Start and stop ---- */

/* What mkswap(8) would write: two pages are enough, the rest is made on demand. */
static int make_header(void)
{
	union swap_header *header = (void *)get_zeroed_page(GFP_KERNEL);

	if (!header)
		return -ENOMEM;
	header->info.version = 1;
	header->info.last_page = 1;
	strscpy(header->info.sws_volume, "vswap", sizeof(header->info.sws_volume));
	memcpy(header->magic.magic, "SWAPSPACE2", 10);
	disk.header = header;
	return 0;
}

static struct lock_class_key open_mutex_class;

/* Not to be seen yet. Returns the device or -errno. */
static struct gendisk *new_gendisk(void)
{
	struct gendisk *gendisk = port_disk_alloc(&disk_fops);

	if (IS_ERR(gendisk))
		return gendisk;
	/* swapon(2) comes with it, and opens other devices under it: swap files on them. */
	lockdep_set_class(&gendisk->open_mutex, &open_mutex_class);
	gendisk->major = disk.major;
	gendisk->first_minor = 0;
	gendisk->minors = 1;
	gendisk->flags |= GENHD_FL_NO_PART;
	strscpy(gendisk->disk_name, VSWAP_DEVICE, sizeof(gendisk->disk_name));
	set_capacity(gendisk, (sector_t)vswap_space_first_slots() << PAGE_SECTORS_SHIFT);
	return gendisk;
}

static int make_disk(bool direct)
{
	int err;

	disk.major = register_blkdev(0, "vswap");
	if (disk.major < 0)
		return disk.major;
	disk.gendisk = new_gendisk();
	if (IS_ERR(disk.gendisk)) {
		err = PTR_ERR(disk.gendisk);
		goto err_major;
	}
	err = port_start(disk.gendisk->part0, direct);
	if (err)
		goto err_disk;
	err = add_disk(disk.gendisk);
	if (err)
		goto err_hooks;
	return 0;

err_hooks:
	port_stop();
err_disk:
	put_disk(disk.gendisk);
err_major:
	unregister_blkdev(disk.major, "vswap");
	return err;
}

/**
 * vswap_disk_start() - hook the kernel and offer /dev/vswap0
 * @direct: pages with one user bypass the swap cache when they are read back
 *
 * Context: process, may sleep; all that moves pages is ready.
 * Return: 0, or -errno with nothing left behind.
 */
int vswap_disk_start(bool direct)
{
	int err;

	spin_lock_init(&disk.bio_lock);
	bio_list_init(&disk.bios);
	INIT_WORK(&disk.bio_work, serve_bios);
	disk.queue = alloc_workqueue("vswap_bio", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!disk.queue)
		return -ENOMEM;
	err = make_header();
	if (err)
		goto err_queue;
	err = make_disk(direct);
	if (err)
		goto err_header;
	return 0;

err_header:
	free_page((unsigned long)disk.header);
err_queue:
	destroy_workqueue(disk.queue);
	return err;
}

/**
 * vswap_disk_stop() - the reverse of vswap_disk_start()
 *
 * Context: process, may sleep; nobody has the device open.
 */
void vswap_disk_stop(void)
{
	del_gendisk(disk.gendisk);
	mutex_lock(&disk.lock);
	wait_until_gone();
	discard();
	mutex_unlock(&disk.lock);
	port_stop();
	put_disk(disk.gendisk);
	unregister_blkdev(disk.major, "vswap");
	destroy_workqueue(disk.queue);
	free_page((unsigned long)disk.header);
}

/**
 * vswap_disk_is_open() - has anybody the device open, swapon(2) for one
 *
 * Context: process.
 */
bool vswap_disk_is_open(void)
{
	return disk_openers(disk.gendisk);
}
