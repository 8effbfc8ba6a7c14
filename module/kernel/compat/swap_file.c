// SPDX-License-Identifier: GPL-2.0
/* A file system maps a swap file as swapon(2) has it do, for a swap_info_struct of our own. */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/fs.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/swap.h>

#include "compat.h"
#include "vswap_symbols.h"

#define FILE_LAYOUT(field, bits, size, value)				\
	size(swap_info_struct)						\
	field(swap_extent, rb_node, struct rb_node)			\
	field(swap_extent, start_page, unsigned long)			\
	field(swap_extent, nr_pages, unsigned long)			\
	field(swap_extent, start_block, sector_t)			\
	field(file, f_mapping, struct address_space *)			\
	field(address_space, a_ops, const struct address_space_operations *) \
	field(address_space_operations, swap_activate,			\
	      int (*)(struct swap_info_struct *, struct file *, sector_t *)) \
	field(address_space_operations, swap_deactivate, void (*)(struct file *))

#ifdef KERNEL_HAS_SWAP_OPS
#define SWAP_FILE_LAYOUT(field, bits, size, value)			\
	FILE_LAYOUT(field, bits, size, value)
#else
#define SWAP_FILE_LAYOUT(field, bits, size, value)			\
	FILE_LAYOUT(field, bits, size, value)				\
	value(SWP_FS_OPS)
#endif

VSWAP_LAYOUT(layout, SWAP_FILE_LAYOUT)

VSWAP_FUNC(int, generic_swapfile_activate, (struct swap_info_struct *, struct file *, sector_t *))

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(generic_swapfile_activate),
};

/**
 * port_swap_file_init() - find what is needed here
 *
 * The fields of swap_info_struct are in the list of all that is done with an area.
 *
 * Context: process, may sleep; after vswap_symbols_init().
 * Return: 0, or -ENOEXEC with one line in the log.
 */
int port_swap_file_init(void)
{
	return vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols));
}

static void free_extents(struct rb_root *root)
{
	struct rb_node *node;

	while ((node = rb_first(root))) {
		rb_erase(node, root);
		kfree(rb_entry(node, struct swap_extent, rb_node));
	}
}

static int pass_extents(struct rb_root *root, port_extent_fn add, void *arg)
{
	struct rb_node *node;
	int err = 0;

	for (node = rb_first(root); node && !err; node = rb_next(node)) {
		struct swap_extent *se = rb_entry(node, struct swap_extent, rb_node);

		err = add(arg, se->start_page, se->nr_pages, se->start_block);
	}
	return err ? -EUCLEAN : 0;
}

/* As in setup_swap_extents(). */
static int activate(struct swap_info_struct *sis)
{
	const struct address_space_operations *aops = sis->swap_file->f_mapping->a_ops;
	sector_t span;
	int err;

	if (aops->swap_activate)
		err = aops->swap_activate(sis, sis->swap_file, &span);
	else
		err = static_call(k_generic_swapfile_activate)(sis, sis->swap_file, &span);
	return min(err, 0);
}

static void deactivate(struct file *file)
{
	if (file->f_mapping->a_ops->swap_deactivate)
		file->f_mapping->a_ops->swap_deactivate(file);
}

/* Does the file system want the pages itself? */
static bool wants_pages(const struct swap_info_struct *sis)
{
#ifdef KERNEL_HAS_SWAP_OPS
	return sis->ops;
#else
	return sis->flags & SWP_FS_OPS;
#endif
}

static void fill_in(struct swap_info_struct *sis, struct file *file, u32 nr_pages,
		    struct block_device *bdev)
{
	spin_lock_init(&sis->lock);
	sis->flags = SWP_USED;
	sis->bdev = bdev;
	sis->swap_file = file;
	sis->swap_extent_root = RB_ROOT;
	sis->max = nr_pages;
	sis->pages = nr_pages - 1;
#ifdef KERNEL_HAS_SWAP_MAP
	sis->highest_bit = nr_pages - 1;
#endif
}

/**
 * port_map_file() - where the pages of a swap file lie
 * @file: a regular file; on success its a_ops->swap_deactivate() is due, if it has one
 * @nr_pages: in: pages of the area, out: those that are mapped
 * @bdev: in: the file system's device, out: that of the extents
 * @add: gets each extent, in order
 * @arg: for @add
 *
 * Has the file system map the file as for swapon(2), into a swap_info_struct that
 * only it and we see.
 *
 * Context: process, may sleep, inode lock held.
 * Return: 0; -EOPNOTSUPP if pages only go through the file system; -EUCLEAN if @add
 * refused; -ENOMEM; or what the file system says, -EINVAL for a file with holes.
 */
int port_map_file(struct file *file, u32 *nr_pages, struct block_device **bdev,
		  port_extent_fn add, void *arg)
{
	struct swap_info_struct *sis = kzalloc(sizeof(*sis), GFP_KERNEL);
	int err;

	if (!sis)
		return -ENOMEM;
	fill_in(sis, file, *nr_pages, *bdev);
	err = activate(sis);
	if (!err) {
		if (wants_pages(sis) || !sis->bdev)
			err = -EOPNOTSUPP;
		else
			err = pass_extents(&sis->swap_extent_root, add, arg);
		if (err)
			deactivate(file);
	}
	if (!err) {
		*bdev = sis->bdev;
		*nr_pages = min(*nr_pages, sis->max);
	}
	free_extents(&sis->swap_extent_root);
	kfree(sis);
	return err;
}
