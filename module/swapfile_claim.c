// SPDX-License-Identifier: GPL-2.0
/*
 * A swap file or partition, made by mkswap(8) and owned by this module alone: opened, checked
 * as swapon(2) and swapon(8) check it, claimed, mapped, made longer, and let go of.
 *
 * A file's blocks are mapped when it is opened, so that no file system is entered in reclaim.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/blkdev.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <linux/swap.h>
#include <linux/uio.h>
#include <linux/workqueue.h>

#include "port.h"
#include "rules.h"
#include "swapfile.h"

/* Transfers that can always be under way, whatever memory is left. */
#define MIN_BIOS	64

/* ---- Opening: check, claim, map ---- */

static int refuse(struct vswap_backend *b, const char *path, int err, const char *why)
{
	pr_err("%s: %s: %s (%d)\n", b->name, path, why, err);
	return err;
}

/* -ENXIO, and nothing else, means that it isn't there. */
static int cannot_open(struct vswap_backend *b, const char *path, int err)
{
	switch (err) {
	case -ENOENT:
		return refuse(b, path, -ENXIO, "no such file");
	case -ENXIO:
	case -ENODEV:
	case -ENOMEDIUM:
		return refuse(b, path, -ENXIO, "no such device");
	case -EBUSY:
		return refuse(b, path, err, "in use");
	default:
		return refuse(b, path, err, "can't be opened");
	}
}

/* Open a block device so that nobody else can use it meanwhile. */
static int claim_device(struct vswap_backend *b, struct swapfile *sf)
{
	struct block_device *bdev;

	bdev = port_bdev_claim(file_inode(sf->file)->i_rdev, sf, &sf->bdev_claim);
	if (IS_ERR(bdev))
		return cannot_open(b, sf->path, PTR_ERR(bdev));
	sf->bdev = bdev;
	if (bdev_is_zoned(sf->bdev))
		return refuse(b, sf->path, -EINVAL, "a zoned device can't be swapped to");
	if (bdev_read_only(sf->bdev))
		return refuse(b, sf->path, -EROFS, "read-only");
	return 0;
}

static int check_file(struct vswap_backend *b, struct swapfile *sf)
{
	struct inode *inode = file_inode(sf->file);

	if (IS_ENCRYPTED(inode))
		return refuse(b, sf->path, -EINVAL, "encrypted by its file system");
	if (sb_rdonly(inode->i_sb))
		return refuse(b, sf->path, -EROFS, "on a read-only file system");
	sf->bdev = inode->i_sb->s_bdev;
	return 0;
}

/* The name of what the user opened. */
static char *path_of(struct file *file)
{
	char *buffer = kmalloc(PATH_MAX, GFP_KERNEL), *path;

	if (!buffer)
		return NULL;
	path = file_path(file, buffer, PATH_MAX);
	path = kstrdup(IS_ERR(path) ? "?" : path, GFP_KERNEL);
	kfree(buffer);
	return path;
}

/* @given: opened already, or NULL. */
static int open_path(struct vswap_backend *b, struct swapfile *sf, struct file *given)
{
	struct inode *inode;
	const char *why;

	/*
	 * To read: data doesn't go through the file, and one that is open for
	 * writing would keep its file system from being remounted read-only at
	 * shutdown.
	 */
	sf->file = given ? get_file(given) : filp_open(sf->path, O_RDONLY | O_LARGEFILE, 0);
	if (IS_ERR(sf->file)) {
		int err = PTR_ERR(sf->file);

		sf->file = NULL;
		return cannot_open(b, sf->path, err);
	}
	if (!(sf->file->f_mode & FMODE_READ))
		return refuse(b, sf->path, -EBADF, "not open for reading");
	inode = file_inode(sf->file);
	if (!S_ISREG(inode->i_mode) && !S_ISBLK(inode->i_mode))
		return refuse(b, sf->path, -EINVAL, "neither a regular file nor a block device");
	why = rules_check_access(S_ISREG(inode->i_mode), inode->i_mode,
				 uid_eq(inode->i_uid, GLOBAL_ROOT_UID));
	if (why)
		return refuse(b, sf->path, -EPERM, why);
	return S_ISREG(inode->i_mode) ? check_file(b, sf) : claim_device(b, sf);
}

static int read_header(struct vswap_backend *b, struct swapfile *sf,
		       union swap_header *header)
{
	struct rules_header found = { .page = header, .page_size = PAGE_SIZE };
	struct inode *inode = sf->file->f_mapping->host;
	const char *why;
	loff_t pos = 0;
	ssize_t n = kernel_read(sf->file, header, PAGE_SIZE, &pos);

	if (n < 0)
		return refuse(b, sf->path, n, "the swap header can't be read");
	if (n < PAGE_SIZE)
		return refuse(b, sf->path, -EINVAL, RULES_TOO_SMALL);
	why = rules_check_header(&found, i_size_read(inode), S_ISREG(inode->i_mode));
	if (why)
		return refuse(b, sf->path, -EINVAL, why);
	sf->nr_pages = found.nr_pages;
	return 0;
}

static struct extents *new_extents(void)
{
	struct extents *map = kmalloc(sizeof(*map), GFP_KERNEL);

	if (map)
		extents_init(map);
	return map;
}

static void free_extents(struct extents *map)
{
	if (map)
		extents_exit(map);
	kfree(map);
}

static int add_extent(void *arg, u32 start, u32 nr, u64 block)
{
	return extents_add(arg, start, nr, block);
}

/* Where the file's pages lie, by the file system's own word for it. */
static int map_file(struct vswap_backend *b, struct swapfile *sf, struct extents *map,
		    u32 *nr_pages)
{
	int err = port_map_file(sf->file, nr_pages, &sf->bdev, add_extent, map);

	if (!err)
		sf->activated = true;
	if (err == -EOPNOTSUPP)
		return refuse(b, sf->path, -EINVAL, "on a network file system");
	if (err == -EUCLEAN)
		return refuse(b, sf->path, -EINVAL, "its extents make no sense");
	if (err && err != -ENOMEM)
		return refuse(b, sf->path, err,
			      "has holes, or its file system can't hold swap files");
	return err;
}

/*
 * As swapon(2): from here on nobody else can write to, truncate or swap on it. The
 * inode lock keeps others from doing the same at the same time.
 */
static int claim(struct vswap_backend *b, struct swapfile *sf)
{
	struct inode *inode = sf->file->f_mapping->host;
	struct extents *map = new_extents();
	int err;

	RCU_INIT_POINTER(sf->extents, map);
	if (!map)
		return -ENOMEM;
	inode_lock(inode);
	if (IS_SWAPFILE(inode)) {
		err = refuse(b, sf->path, -EBUSY, "in use as swap");
		goto out;
	}
	if (S_ISREG(inode->i_mode) && d_unlinked(sf->file->f_path.dentry)) {
		err = refuse(b, sf->path, -EINVAL, "has been deleted");
		goto out;
	}
	err = S_ISBLK(inode->i_mode) ? extents_add(map, 0, sf->nr_pages, 0) :
				       map_file(b, sf, map, &sf->nr_pages);
	if (err)
		goto out;
	inode->i_flags |= S_SWAPFILE;
	sf->claimed = true;
	err = inode_drain_writes(inode);
	if (err)
		refuse(b, sf->path, err, "can't be flushed");
out:
	inode_unlock(inode);
	return err;
}

static int mark_bad_pages(struct vswap_backend *b, struct swapfile *sf,
			  const union swap_header *header)
{
	/* Declared with one element, whatever follows. */
	const u32 *badpages = header->info.badpages;
	int err = filemap_mark_bad(&sf->slots, 0);
	u32 i;

	for (i = 0; i < header->info.nr_badpages && !err; i++) {
		/* The file system may have mapped less than the header says. */
		if (badpages[i] < sf->nr_pages)
			err = filemap_mark_bad(&sf->slots, badpages[i]);
	}
	return err;
}

static void close_crypt(struct swapfile *sf)
{
	mempool_exit(&sf->bounces);
	crypt_free(sf->crypt);
	sf->crypt = NULL;
	sf->crypt_memory = 0;
}

static int open_crypt(struct vswap_backend *b, struct swapfile *sf)
{
	struct crypt *crypt = crypt_new();

	if (IS_ERR(crypt)) {
		if (crypt != ERR_PTR(-ENOMEM))
			pr_err("%s: can't encrypt, this kernel gives no %s (%ld)\n", b->name,
			       CRYPT_CIPHER, PTR_ERR(crypt));
		return PTR_ERR(crypt);
	}
	sf->crypt = crypt;
	sf->crypt_memory = VSWAP_SWAPFILE_BOUNCES * PAGE_SIZE + crypt_memory(crypt);
	return mempool_init_page_pool(&sf->bounces, VSWAP_SWAPFILE_BOUNCES, 0);
}

/* Kernels take shorter names for queues than we for backends. */
static int open_workers(struct vswap_backend *b, struct swapfile *sf)
{
	sf->workers = alloc_workqueue("vswap_%.17s", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND, 0,
				      b->name);
	if (!sf->workers)
		return -ENOMEM;
	batcher_init(&sf->batcher, sf->workers, sf->bdev, &sf->bios, vswap_swapfile_transfer_ended);
	return 0;
}

/* Works that have told of their last page may still be there. */
static void close_workers(struct swapfile *sf)
{
	if (!sf->workers)
		return;
	batcher_exit(&sf->batcher);
	destroy_workqueue(sf->workers);
	sf->workers = NULL;
}

static void set_swapfile(struct inode *inode, bool set)
{
	inode_lock(inode);
	inode->i_flags = set ? inode->i_flags | S_SWAPFILE : inode->i_flags & ~S_SWAPFILE;
	inode_unlock(inode);
}

static void close_file(struct swapfile *sf)
{
	struct address_space *mapping = sf->file->f_mapping;

	if (sf->activated && mapping->a_ops->swap_deactivate)
		mapping->a_ops->swap_deactivate(sf->file);
	if (sf->claimed)
		set_swapfile(mapping->host, false);
	if (sf->bdev_claim)
		port_bdev_release(sf->bdev_claim);
	fput(sf->file);
	sf->activated = false;
	sf->claimed = false;
	sf->bdev_claim = NULL;
	sf->bdev = NULL;
	sf->file = NULL;
}

static void forget_places(struct vswap_backend *b, struct swapfile *sf)
{
	if (!sf->slots.chunks)
		return;
	if (filemap_used(&sf->slots))
		pr_err("leak: %s: %u places are still taken\n", b->name,
		       filemap_used(&sf->slots));
	filemap_exit(&sf->slots);
}

/**
 * vswap_swapfile_detach() - let go of the file: see struct vswap_backend_ops
 * @b: the backend, attached, in part too
 *
 * Who only wants to know what it is may be looking at it.
 *
 * Context: process, may sleep.
 */
void vswap_swapfile_detach(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;
	struct extents *extents;

	/* What is free has been since the last page was. */
	flush_delayed_work(&sf->discard_freed);
	close_workers(sf);
	extents = rcu_replace_pointer(sf->extents, NULL, true);
	if (extents)
		synchronize_rcu();
	free_extents(extents);
	forget_places(b, sf);
	close_crypt(sf);
	bioset_exit(&sf->bios);
	if (sf->file)
		close_file(sf);
}

/**
 * vswap_swapfile_close() - the reverse of vswap_swapfile_open()
 * @b: the backend
 *
 * Context: process, may sleep.
 */
void vswap_swapfile_close(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;

	if (!sf)
		return;
	vswap_swapfile_detach(b);
	kfree(sf->path);
	kfree(sf);
	b->private = NULL;
}

static int open_area(struct vswap_backend *b, struct swapfile *sf, struct file *given,
		     union swap_header *header)
{
	int err = sf->encrypt ? open_crypt(b, sf) : 0;

	if (!err)
		err = open_path(b, sf, given);
	if (!err)
		err = read_header(b, sf, header);
	if (!err)
		err = claim(b, sf);
	if (!err)
		err = vswap_swapfile_open_places(sf);
	if (!err)
		err = mark_bad_pages(b, sf, header);
	if (!err)
		err = bioset_init(&sf->bios, MIN_BIOS, offsetof(struct vswap_transfer, bio),
				  BIOSET_NEED_BVECS);
	if (!err)
		err = open_workers(b, sf);
	return err;
}

/* @given: opened already, or NULL. */
static int attach(struct vswap_backend *b, struct file *given)
{
	struct swapfile *sf = b->private;
	union swap_header *header = (void *)get_zeroed_page(GFP_KERNEL);
	int err = header ? open_area(b, sf, given, header) : -ENOMEM;

	free_page((unsigned long)header);
	if (err == -ENOMEM)
		pr_err("%s: no memory\n", b->name);
	if (err)
		vswap_swapfile_detach(b);
	return err;
}

/**
 * vswap_swapfile_attach() - take hold of the file again: see struct vswap_backend_ops
 * @b: the backend, detached
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with one line in the log, and it is detached as before.
 */
int vswap_swapfile_attach(struct vswap_backend *b)
{
	return attach(b, NULL);
}

/**
 * vswap_swapfile_open() - open and claim a swap file: see struct vswap_backend_ops
 * @b: the backend
 * @params: what the user said
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with one line in the log and nothing left behind.
 */
int vswap_swapfile_open(struct vswap_backend *b, const struct vswap_backend_params *params)
{
	struct swapfile *sf = kzalloc(sizeof(*sf), GFP_KERNEL);
	int err;

	b->private = sf;
	if (!sf)
		return -ENOMEM;
	sf->backend = b;
	sf->encrypt = params->encrypt;
	sf->discard = params->discard;
	INIT_DELAYED_WORK(&sf->discard_freed, vswap_swapfile_discard_freed);
	sf->path = params->file ? path_of(params->file) : kstrdup(params->path, GFP_KERNEL);
	err = sf->path ? attach(b, params->file) : -ENOMEM;
	if (err)
		vswap_swapfile_close(b);
	return err;
}

/* ---- Growing ---- */

/* So that the next one who opens it sees its size. @was: what it said, once that is known. */
static int write_header(struct file *file, u32 nr_pages, u32 *was)
{
	union swap_header *header = (void *)get_zeroed_page(GFP_KERNEL);
	loff_t pos = 0;
	ssize_t n;

	if (!header)
		return -ENOMEM;
	n = kernel_read(file, header, PAGE_SIZE, &pos);
	if (n == PAGE_SIZE) {
		u32 *last_page = &header->info.last_page;
		bool swab = swab32(header->info.version) == 1;

		*was = (swab ? swab32(*last_page) : *last_page) + 1;
		*last_page = swab ? swab32(nr_pages - 1) : nr_pages - 1;
		pos = 0;
		n = kernel_write(file, header, PAGE_SIZE, &pos);
	}
	free_page((unsigned long)header);
	if (n == PAGE_SIZE)
		return 0;
	return n < 0 ? n : -EIO;
}

/*
 * Nobody may write to a swap file: for as long as this takes, it is none. @was: pages that its
 * header said it has, or unchanged if it still says so.
 */
static int lengthen(struct file *file, u32 nr_pages, u32 *was)
{
	struct inode *inode = file->f_mapping->host;
	int err = 0;

	set_swapfile(inode, false);
	if (S_ISREG(inode->i_mode))
		err = vfs_fallocate(file, 0, 0, (loff_t)nr_pages << PAGE_SHIFT);
	if (!err)
		err = write_header(file, nr_pages, was);
	if (!err)
		err = vfs_fsync(file, 0);
	set_swapfile(inode, true);
	return err;
}

/* As it was before lengthen(), which may have come half the way. @was: as there, 0 if unchanged. */
static void shorten(struct vswap_backend *b, struct file *file, u32 was, loff_t size)
{
	struct inode *inode = file->f_mapping->host;
	u32 longer;
	int err = 0;

	set_swapfile(inode, false);
	if (was)
		err = write_header(file, was, &longer);
	if (!err && S_ISREG(inode->i_mode))
		err = vfs_truncate(&file->f_path, size);
	set_swapfile(inode, true);
	if (err)
		pr_warn("%s: it stays longer than it was (%d)\n", b->name, err);
}

/* Are all pages that @old has where they were? */
static bool extends(const struct extents *new, const struct extents *old)
{
	u32 i, run;

	for (i = 0; i < old->nr; i++) {
		const struct extent *e = &old->ext[i];

		if (extents_lookup(new, e->page, &run) != e->block || run < e->nr)
			return false;
	}
	return true;
}

/* @nr_pages: in: pages of the file, out: those that are mapped. */
static int map_longer(struct vswap_backend *b, struct swapfile *sf, struct extents *map,
		      u32 *nr_pages)
{
	const struct extents *old = rcu_dereference_protected(sf->extents, true);
	struct inode *inode = sf->file->f_mapping->host;
	int err;

	if (S_ISBLK(inode->i_mode))
		return extents_add(map, 0, *nr_pages, 0);
	inode_lock(inode);
	err = map_file(b, sf, map, nr_pages);
	inode_unlock(inode);
	if (!err && (*nr_pages < sf->nr_pages || !extends(map, old)))
		err = refuse(b, sf->path, -EUCLEAN, "its file system has moved it");
	return err;
}

/* Returns the one that was used until now, which nobody looks at any more. */
static struct extents *exchange_map(struct swapfile *sf, struct extents *map)
{
	map = rcu_replace_pointer(sf->extents, map, true);
	synchronize_rcu();
	return map;
}

/* @nr_pages: of the file, which is longer now. Returns 0, or -errno and nothing has changed. */
static int use_longer(struct vswap_backend *b, struct swapfile *sf, u32 nr_pages)
{
	struct extents *map = new_extents();
	int err = map ? map_longer(b, sf, map, &nr_pages) : -ENOMEM;

	if (!err) {
		/* Before there are places that it has to find. */
		map = exchange_map(sf, map);
		err = filemap_grow(&sf->slots, nr_pages);
		if (err)
			map = exchange_map(sf, map);
	}
	if (!err)
		sf->nr_pages = nr_pages;
	free_extents(map);
	return err;
}

/* Else whoever else writes there would be the first to fail. */
static bool has_room(struct file *file, u64 nr_pages)
{
	loff_t more = (loff_t)(nr_pages << PAGE_SHIFT) - i_size_read(file->f_mapping->host);
	struct kstatfs fs;

	return more <= 0 || vfs_statfs(&file->f_path, &fs) || more / fs.f_bsize < fs.f_bavail;
}

static int check_growth(struct vswap_backend *b, struct swapfile *sf, u64 nr_pages,
			struct file *file)
{
	struct inode *inode = sf->file->f_mapping->host;

	if (!file || file->f_mapping->host != inode)
		return refuse(b, sf->path, -EINVAL, "another file was given to resize it");
	if (!(file->f_mode & FMODE_READ) || !(file->f_mode & FMODE_WRITE))
		return refuse(b, sf->path, -EBADF, "not open for reading and writing");
	if (nr_pages < sf->nr_pages || nr_pages >= U32_MAX)
		return refuse(b, sf->path, -EINVAL, "a swap file can only grow");
	if (S_ISBLK(inode->i_mode) && nr_pages > (u64)i_size_read(inode) >> PAGE_SHIFT)
		return refuse(b, sf->path, -ENOSPC, "the device is smaller");
	/* These keep a record of the blocks of swap files. */
	if (sf->file->f_mapping->a_ops->swap_deactivate)
		return refuse(b, sf->path, -EOPNOTSUPP, "its file system can't grow swap files");
	if (S_ISREG(inode->i_mode) && !has_room(file, nr_pages))
		return refuse(b, sf->path, -ENOSPC, "its file system has no room for that");
	return 0;
}

/**
 * vswap_swapfile_resize() - make a swap file longer: see struct vswap_backend_ops
 * @b: the backend, attached
 * @bytes: its new size
 * @file: the file, open for reading and writing
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with one line in the log, and it is as long as before.
 */
int vswap_swapfile_resize(struct vswap_backend *b, u64 bytes, struct file *file)
{
	struct swapfile *sf = b->private;
	u32 nr_pages = bytes >> PAGE_SHIFT, was = 0;
	loff_t size = i_size_read(sf->file->f_mapping->host);
	int err;

	err = check_growth(b, sf, bytes >> PAGE_SHIFT, file);
	if (err || nr_pages == sf->nr_pages)
		return err;
	err = lengthen(file, nr_pages, &was);
	if (err)
		refuse(b, sf->path, err, "can't be made longer");
	else
		err = use_longer(b, sf, nr_pages);
	if (err)
		shorten(b, file, was, size);
	return err;
}
