// SPDX-License-Identifier: GPL-2.0
/*
 * The kinds of memory under test: how to get each, read it, write it, have it
 * paged out and give ranges of it back
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "memory.h"
#include "util.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#endif

#define TMPFS_MAGIC		0x01021994
#define PMD_BYTES		(2ul << 20)
#define THP64_BYTES		(64ul << 10)
#define PAGEOUT_STEP		(8ul << 20)
#define PAGEOUT_PAGES		(PAGEOUT_STEP / PAGE_BYTES)

/* Sizes of a kind are multiples of this many pages */
size_t kind_unit_pages(enum kind kind)
{
	if (kind == K_THP64)
		return THP64_BYTES / PAGE_BYTES;
	if (kind == K_THP2M)
		return PMD_BYTES / PAGE_BYTES;
	return 1;
}

/* ---- creation ---- */

static void *map_anon(size_t bytes)
{
	const size_t room = bytes + PMD_BYTES;
	uintptr_t at, start;

	/* NORESERVE: the swap space may well grow only when it is used */
	start = (uintptr_t)mmap(NULL, room, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				-1, 0);
	if ((void *)start == MAP_FAILED)
		return NULL;
	at = (start + PMD_BYTES - 1) & ~(PMD_BYTES - 1);
	if (at > start)
		munmap((void *)start, at - start);
	if (start + PMD_BYTES > at)
		munmap((void *)(at + bytes), start + PMD_BYTES - at);
	return (void *)at;
}

static int tmpfs_open(const char *dir)
{
	if (!dir)
		return memfd_create(prog, MFD_CLOEXEC);
	return open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static int map_tmpfs(struct region *r, const char *dir)
{
	const size_t bytes = r->pages * PAGE_BYTES;
	void *mem;

	r->fd = tmpfs_open(dir);
	if (r->fd < 0 || ftruncate(r->fd, bytes))
		return -errno;
	mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (mem == MAP_FAILED)
		return -errno;
	r->mem = mem;
	return madvise(mem, bytes, MADV_DONTFORK) ? -errno : 0;
}

/*
 * The kernel gives a fault the largest enabled folio that fits into the VMA.
 * To get 64 KiB where 2 MiB are enabled as well, each 2 MiB is divided between
 * two VMAs; a flag without any effect here keeps them from being merged.
 */
static int split_vmas(const struct region *r)
{
	const size_t bytes = r->pages * PAGE_BYTES;
	size_t at;

	for (at = 0; at < bytes; at += PMD_BYTES) {
		if (madvise(r->mem + at, THP64_BYTES, MADV_DONTDUMP))
			return -errno;
	}
	return 0;
}

static int advise_anon(const struct region *r)
{
	const bool huge = r->kind == K_THP64 || r->kind == K_THP2M;
	const size_t bytes = r->pages * PAGE_BYTES;

	/* EINVAL is a kernel without large folios: ordinary pages, then */
	if (madvise(r->mem, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) &&
	    errno != EINVAL)
		return -errno;
	if (r->kind == K_THP64 && split_vmas(r))
		return -errno;
	if (r->kind != K_FORK && madvise(r->mem, bytes, MADV_DONTFORK))
		return -errno;
	return 0;
}

/* Only what is tested should be swapped; but we may lack the permission */
static uint16_t *create_gens(size_t pages)
{
	const size_t bytes = pages * sizeof(uint16_t);
	void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return NULL;
	madvise(mem, bytes, MADV_NOHUGEPAGE);
	(void)mlock(mem, bytes);
	return mem;
}

int region_create(struct region *r, enum kind kind, size_t pages,
		  const char *tmpfs_dir)
{
	r->kind = kind;
	r->pages = pages;
	r->fd = -1;
	r->gen = create_gens(pages);
	if (!r->gen)
		return -ENOMEM;
	if (kind == K_TMPFS)
		return map_tmpfs(r, tmpfs_dir);
	r->mem = map_anon(pages * PAGE_BYTES);
	return r->mem ? advise_anon(r) : -ENOMEM;
}

static int dir_fits(const char *dir, uint64_t bytes)
{
	struct statfs fs;

	if (statfs(dir, &fs))
		return -errno;
	if (fs.f_type != TMPFS_MAGIC)
		return -EMEDIUMTYPE;
	/* no blocks at all: a tmpfs without a limit */
	if (fs.f_blocks && fs.f_bavail < bytes / fs.f_bsize)
		return -ENOSPC;
	return 0;
}

static const char *fits_error(int err)
{
	if (err == -EMEDIUMTYPE)
		return "is not a tmpfs";
	if (err == -ENOSPC)
		return "has not enough free space";
	return strerror(-err);
}

int tmpfs_choose(const char **dir, uint64_t bytes)
{
	int err;

	if (*dir) {
		err = dir_fits(*dir, bytes);
		if (err)
			complain("%s: %s\n", *dir, fits_error(err));
		return err ? -1 : 0;
	}
	if (!dir_fits("/dev/shm", bytes) && !access("/dev/shm", W_OK))
		*dir = "/dev/shm";
	return 0;
}

/* ---- access ---- */

static int read_part(int fd, void *buf, size_t len, off_t at)
{
	ssize_t n = pread(fd, buf, len, at);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int write_part(int fd, const void *buf, size_t len, off_t at)
{
	ssize_t n = pwrite(fd, buf, len, at);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

/*
 * In two calls, divided at a byte offset of the page: a partial write to a
 * page that is swapped has to bring in the rest of it.
 */
int region_read(const struct region *r, size_t page, void *buf, size_t split)
{
	const off_t at = (off_t)page * PAGE_BYTES;
	int err = split ? read_part(r->fd, buf, split, at) : 0;

	return err ? err : read_part(r->fd, (uint8_t *)buf + split,
				     PAGE_BYTES - split, at + split);
}

int region_write(const struct region *r, size_t page, const void *buf,
		 size_t split)
{
	const off_t at = (off_t)page * PAGE_BYTES;
	int err = split ? write_part(r->fd, buf, split, at) : 0;

	return err ? err : write_part(r->fd, (const uint8_t *)buf + split,
				      PAGE_BYTES - split, at + split);
}

/* ---- out and away ---- */

static int step_residence(const uint8_t *mem, size_t len,
			  unsigned char residence[PAGEOUT_PAGES])
{
	return mincore((void *)mem, len, residence) ? -errno : 0;
}

/*
 * MADV_PAGEOUT sees only mapped pages, so those that are not, but in the page
 * cache (after read(2)) or swap cache (after a first MADV_PAGEOUT, when the
 * writing took its time), have to be mapped first.
 */
static int step_pageout(uint8_t *mem, size_t len)
{
	unsigned char residence[PAGEOUT_PAGES];
	const size_t pages = len / PAGE_BYTES;
	int err = step_residence(mem, len, residence);
	size_t from, to;

	for (from = 0; from < pages && !err; from = to) {
		for (to = from; to < pages && residence[to] & 1; to++)
			;
		if (to == from) {
			to++;
			continue;
		}
		len = (to - from) * PAGE_BYTES;
		madvise(mem + from * PAGE_BYTES, len, MADV_POPULATE_READ);
		if (madvise(mem + from * PAGE_BYTES, len, MADV_PAGEOUT))
			err = -errno;
	}
	return err;
}

static size_t step_length(const struct region *r, size_t at)
{
	const size_t left = r->pages * PAGE_BYTES - at;

	return left < PAGEOUT_STEP ? left : PAGEOUT_STEP;
}

/* The first round may do no more than start the writing */
int region_pageout(const struct region *r)
{
	size_t at, len;
	int round, err;

	for (round = 0; round < 2; round++) {
		for (at = 0; at < r->pages * PAGE_BYTES; at += len) {
			len = step_length(r, at);
			err = step_pageout(r->mem + at, len);
			if (err)
				return err;
		}
	}
	return 0;
}

/* Pages in RAM, be it in the swap cache only */
size_t region_resident(const struct region *r)
{
	unsigned char residence[PAGEOUT_PAGES];
	size_t at, len, i, sum = 0;

	for (at = 0; at < r->pages * PAGE_BYTES; at += len) {
		len = step_length(r, at);
		if (step_residence(r->mem + at, len, residence))
			return r->pages;
		for (i = 0; i < len / PAGE_BYTES; i++)
			sum += residence[i] & 1;
	}
	return sum;
}

/* Afterwards the pages read as zero */
int region_drop(const struct region *r, size_t first, size_t count)
{
	const size_t len = count * PAGE_BYTES;

	if (r->kind != K_TMPFS)
		return madvise(region_page(r, first), len, MADV_DONTNEED) ?
			-errno : 0;
	return fallocate(r->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 (off_t)first * PAGE_BYTES, len) ? -errno : 0;
}

/* ---- large folios ---- */

#define THP_DIR "/sys/kernel/mm/transparent_hugepage"

static const char *const thp_stats[] = {
	"anon_fault_alloc", "anon_fault_fallback", "swpout", "zswpout",
	"swpout_fallback", "swpin", "split",
};
#define THP_STATS (sizeof(thp_stats) / sizeof(thp_stats[0]))

static int read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	buf[n] = '\0';
	return 0;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -EIO : 0;
}

static void read_thp_stats(unsigned int kb, long long *out)
{
	char path[128], text[32];
	unsigned int i;

	for (i = 0; i < THP_STATS; i++) {
		snprintf(path, sizeof(path), THP_DIR "/hugepages-%ukB/stats/%s",
			 kb, thp_stats[i]);
		out[i] = read_text(path, text, sizeof(text)) ? -1 : atoll(text);
	}
}

/* Of "always [madvise] never", the chosen one */
static void chosen_word(const char *text, char *out, size_t size)
{
	const char *from = strchr(text, '[');
	const char *to = from ? strchr(from, ']') : NULL;

	out[0] = '\0';
	if (to && (size_t)(to - from) < size)
		snprintf(out, size, "%.*s", (int)(to - from - 1), from + 1);
}

void thp_enable(struct thp_control *thp, unsigned int kb)
{
	char text[96];

	thp->kb = kb;
	read_thp_stats(kb, thp->before);
	snprintf(thp->path, sizeof(thp->path), THP_DIR "/hugepages-%ukB/enabled",
		 kb);
	if (kb == PMD_BYTES >> 10 && access(thp->path, F_OK))
		strcpy(thp->path, THP_DIR "/enabled");
	if (read_text(thp->path, text, sizeof(text))) {
		complain("warning: no %u KiB folios: %s is missing\n", kb,
			 thp->path);
		thp->path[0] = '\0';
		return;
	}
	chosen_word(text, thp->old, sizeof(thp->old));
	if (!strcmp(thp->old, "madvise") || !strcmp(thp->old, "always")) {
		thp->path[0] = '\0';
		return;
	}
	if (write_text(thp->path, "madvise"))
		complain("warning: cannot write %s, which says %s\n", thp->path,
			 thp->old);
}

void thp_restore(const struct thp_control *thp)
{
	if (thp->kb && thp->path[0] && thp->old[0])
		write_text(thp->path, thp->old);
}

/* What the kernel counted: whether the memory was what its name says */
void thp_report(const struct thp_control *thp, const char *name)
{
	long long after[THP_STATS];
	unsigned int i;

	read_thp_stats(thp->kb, after);
	printf("%s: folios=%s kib=%u", prog, name, thp->kb);
	for (i = 0; i < THP_STATS; i++) {
		if (after[i] >= 0 && thp->before[i] >= 0)
			printf(" %s=%lld", thp_stats[i],
			       after[i] - thp->before[i]);
	}
	printf("\n");
}
