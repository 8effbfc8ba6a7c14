// SPDX-License-Identifier: GPL-2.0
/*
 * Kernels of the 7 family: swap tables in the kernel's clusters, struct swap_ops.
 *
 * Pages that aren't stored in the hook on zswap_store() come by the area's swap_ops, and so do
 * all that are read. What is the same on 7.2, which has no swap_ops, is in swap_table.c.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/swap_ops.h>
#include <linux/uio.h>

#include "family/swap_table.h"

/* What is read or written here and by no other family, or not as this. */
#define SWAP_LAYOUT(field, bits, size, value)				\
	field(swap_info_struct, ops, const struct swap_ops *)		\
	size(swap_ops)							\
	field(swap_ops, flags, unsigned int)				\
	field(swap_ops, can_merge, bool (*)(struct folio *, struct folio *, size_t, int)) \
	field(swap_ops, submit_write, void (*)(struct swap_io_ctx *))	\
	field(swap_ops, submit_read, void (*)(struct swap_io_ctx *))	\
	field(swap_io_ctx, sio, struct swap_iocb *)			\
	field(swap_iocb, iocb, struct kiocb)				\
	field(swap_iocb, bvecs, struct bio_vec [32])			\
	field(swap_iocb, nr_bvecs, int)					\
	field(swap_iocb, len, int)					\
	field(kiocb, ki_complete, void (*)(struct kiocb *, long))	\
	field(kiocb, private, void *)					\
	size(bio_vec)							\
	field(bio_vec, bv_page, struct page *)				\
	field(bio_vec, bv_offset, unsigned int)

VSWAP_LAYOUT(layout, SWAP_LAYOUT)

/* ---- Pages ---- */

static void write_end(void *data, int error)
{
	struct swap_iocb *sio = data;

	sio->iocb.ki_complete(&sio->iocb, error ?: sio->len);
}

/* One folio, under writeback. The kernel's own completion is for files. */
static void submit_write(struct swap_io_ctx *ctx)
{
	struct swap_iocb *sio = ctx->sio;
	struct folio *folio = page_folio(sio->bvecs[0].bv_page);
	struct iov_iter unused;

	swap_fs_prepare_rw(ctx, WRITE, &unused);
	vswap_area_write(swp_offset(folio->swap), folio, write_end, sio);
}

/* Of a request's folios, how many are still being read. */
static atomic_long_t *unread(struct swap_iocb *sio)
{
	BUILD_BUG_ON(sizeof(atomic_long_t) != sizeof(sio->iocb.private));
	return (atomic_long_t *)&sio->iocb.private;
}

static bool all_uptodate(const struct swap_iocb *sio)
{
	int i;

	for (i = 0; i < sio->nr_bvecs; i++)
		if (!folio_test_uptodate(page_folio(sio->bvecs[i].bv_page)))
			return false;
	return true;
}

/*
 * One folio of a request has been read. When all have, the kernel unlocks them; in case of an
 * error it leaves those that are up to date as they are.
 */
static void read_end(void *data, int error)
{
	struct bio_vec *bvec = data;
	struct swap_iocb *sio = container_of(bvec - bvec->bv_offset, struct swap_iocb, bvecs[0]);

	if (!error)
		folio_mark_uptodate(page_folio(bvec->bv_page));
	if (atomic_long_dec_and_test(unread(sio)))
		sio->iocb.ki_complete(&sio->iocb, all_uptodate(sio) ? sio->len : -EIO);
}

/*
 * Several folios, locked. The kernel has pulled its plug before the last ones of a readahead
 * come. An offset of a bvec is 0 for a folio, and of no use: so the bvec's place is put there.
 */
static void submit_read(struct swap_io_ctx *ctx)
{
	struct swap_iocb *sio = ctx->sio;
	int i, nr = sio->nr_bvecs;
	struct iov_iter unused;
	struct blk_plug plug;

	swap_fs_prepare_rw(ctx, READ, &unused);
	atomic_long_set(unread(sio), nr);
	blk_start_plug(&plug);
	for (i = 0; i < nr; i++) {
		struct folio *folio = page_folio(sio->bvecs[i].bv_page);

		sio->bvecs[i].bv_offset = i;
		vswap_area_read(swp_offset(folio->swap), folio, read_end, &sio->bvecs[i]);
	}
	blk_finish_plug(&plug);
}

/*
 * Folios that are written fail one by one. Those that are read in one request are unlocked
 * together: only neighbours that have to come from a disk, none that is in RAM, waits.
 */
static bool can_merge(struct folio *folio, struct folio *prev_folio, size_t prev_folio_size,
		      int rw)
{
	pgoff_t slot = swp_offset(folio->swap), before = swp_offset(prev_folio->swap);

	return rw == READ && slot == before + (prev_folio_size >> PAGE_SHIFT) &&
	       !vswap_area_in_ram(slot) && !vswap_area_in_ram(before);
}

static const struct swap_ops swap_ops = {
	.can_merge = can_merge,
	.submit_write = submit_write,
	.submit_read = submit_read,
};

/* ---- The family ---- */

static void adopt(struct swap_info_struct *si)
{
	port_table_adopt(si);
	si->ops = &swap_ops;
}

static struct vswap_hook *const hooks[] = {
	PORT_TABLE_HOOKS
};

VSWAP_REDIRECT(redirect, ftrace_regs_set_instruction_pointer)

static const struct port_family family = {
	PORT_TABLE_FAMILY,
	.adopt = adopt,
	PORT_FAMILY_HOOKS,
};

/* See port.h. */
int vswap_family_init(void)
{
	return port_table_init(&family) ?:
	       vswap_btf_check_layout(layout, ARRAY_SIZE(layout));
}
