// SPDX-License-Identifier: GPL-2.0
/*
 * Operations with userfaultfd: is a page that went out still write-protected
 * when it is back; pages that move while they are out
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "torture.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY	1
#endif
/* Since 6.8; older headers don't have it */
#ifndef UFFDIO_MOVE
#define UFFD_FEATURE_MOVE	(1ull << 16)
struct uffdio_move {
	uint64_t dst;
	uint64_t src;
	uint64_t len;
	uint64_t mode;
	int64_t move;
};
#define UFFDIO_MOVE		_IOWR(UFFDIO, 0x05, struct uffdio_move)
#endif

static int uffd_open(uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK |
			 UFFD_USER_MODE_ONLY);
	int err;

	if (fd < 0)
		return -errno;
	if (!ioctl(fd, UFFDIO_API, &api))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int uffd_register(int fd, void *mem, size_t bytes, uint64_t mode)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)mem, bytes },
		.mode = mode,
	};

	return ioctl(fd, UFFDIO_REGISTER, &reg) ? -errno : 0;
}

static void uffd_unregister(int fd, void *mem, size_t bytes)
{
	struct uffdio_range range = { (uintptr_t)mem, bytes };

	if (ioctl(fd, UFFDIO_UNREGISTER, &range))
		fail("UFFDIO_UNREGISTER: %s", strerror(errno));
}

/* ---- write protection ---- */

static int protect(int fd, void *mem, size_t bytes, bool on)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)mem, bytes },
		.mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	return ioctl(fd, UFFDIO_WRITEPROTECT, &wp) ? -errno : 0;
}

struct writer {
	uint8_t *mem;
	_Atomic bool done;
};

/* Writes what is there already: whoever is waiting for it will have noticed */
static void *write_byte(void *arg)
{
	struct writer *w = arg;

	*(volatile uint8_t *)w->mem = *(volatile uint8_t *)w->mem;
	w->done = true;
	return NULL;
}

/* A write has to be told of before it is done */
static bool is_told(int fd, const struct writer *w)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct uffd_msg msg;

	while (poll(&p, 1, 100) <= 0) {
		if (w->done)
			return false;
	}
	return read(fd, &msg, sizeof(msg)) == sizeof(msg) &&
	       msg.event == UFFD_EVENT_PAGEFAULT &&
	       msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP &&
	       msg.arg.pagefault.address / PAGE_BYTES ==
	       (uintptr_t)w->mem / PAGE_BYTES;
}

static int write_to_protected(int fd, uint8_t *page)
{
	struct writer w = { .mem = page };
	pthread_t thread;
	int err;

	layout_lock();	/* for its stack */
	err = pthread_create(&thread, NULL, write_byte, &w);
	layout_unlock();
	if (err)
		return -EAGAIN;
	if (!is_told(fd, &w))
		fail("a page that was write-protected by userfaultfd isn't any more");
	protect(fd, page, PAGE_BYTES, false);
	pthread_join(thread, NULL);
	return 0;
}

/* Each page is there beforehand: the kernel protects no holes */
int op_uffd_wp(struct zone *z, size_t first, size_t count)
{
	const size_t bytes = count * PAGE_BYTES;
	const size_t at = first + below(count);
	uint8_t *mem = zone_page(z, first);
	int fd = uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
	size_t page;
	int err;

	if (fd < 0)
		return fd;
	for (page = first; page < first + count; page++)
		page_renew(z, page);
	err = uffd_register(fd, mem, bytes, UFFDIO_REGISTER_MODE_WP);
	if (!err) {
		err = protect(fd, mem, bytes, true);
		if (!err) {
			madvise(mem, bytes, MADV_PAGEOUT);
			range_verify(z, first, count / 2);
			err = write_to_protected(fd, zone_page(z, at));
			protect(fd, mem, bytes, false);
		}
		uffd_unregister(fd, mem, bytes);
	}
	close(fd);
	range_verify(z, first, count);
	return err;
}

/* ---- moving ---- */

static int move_page(int fd, uint8_t *from, uint8_t *to)
{
	struct uffdio_move move = {
		.dst = (uintptr_t)to,
		.src = (uintptr_t)from,
		.len = PAGE_BYTES,
	};
	int tries = 0;

	while (ioctl(fd, UFFDIO_MOVE, &move)) {
		/* it is just going out or coming back */
		if (errno != EAGAIN || tries++ > 100)
			return -errno;
		move.move = 0;
	}
	return 0;
}

/* Back, by other means if the kernel can't just now */
static void move_home(int fd, uint8_t *away, uint8_t *home)
{
	if (!move_page(fd, away, home))
		return;
	if (mremap(away, PAGE_BYTES, PAGE_BYTES, MREMAP_MAYMOVE | MREMAP_FIXED,
		   home) == MAP_FAILED) {
		fail("mremap: %s", strerror(errno));
		_exit(EXIT_ERROR);
	}
}

/* Pages that are shared or pinned can't move: they stay */
static int move_pages(int fd, struct zone *z, size_t first, size_t count,
		      uint8_t *away)
{
	int moved = 0, err = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		uint8_t *home = zone_page(z, first + i);
		uint8_t *there = away + i * PAGE_BYTES;

		err = move_page(fd, home, there);
		if (err)
			continue;
		moved++;
		if (below(2))
			madvise(there, PAGE_BYTES, MADV_PAGEOUT);
		page_check_at(z, first + i, there);
		if (below(2))
			madvise(there, PAGE_BYTES, MADV_PAGEOUT);
		move_home(fd, there, home);
	}
	return moved ? 0 : err == -ENOENT ? -EAGAIN : err;
}

int op_uffd_move(struct zone *z, size_t first, size_t count)
{
	const size_t bytes = count * PAGE_BYTES;
	uint8_t *mem = zone_page(z, first);
	int fd = uffd_open(UFFD_FEATURE_MOVE);
	uint8_t *away;
	int err;

	if (fd < 0)
		return fd;
	away = map_somewhere(bytes, PROT_READ | PROT_WRITE);
	if (!away) {
		close(fd);
		return -ENOMEM;
	}
	range_verify(z, first, count);
	madvise(mem, bytes, MADV_PAGEOUT);
	err = uffd_register(fd, away, bytes, UFFDIO_REGISTER_MODE_MISSING);
	if (!err)
		err = uffd_register(fd, mem, bytes, UFFDIO_REGISTER_MODE_MISSING);
	if (!err) {
		layout_lock();	/* there may be holes in what is unmapped below */
		err = move_pages(fd, z, first, count, away);
		uffd_unregister(fd, mem, bytes);
		munmap(away, bytes);
		layout_unlock();
	} else {
		munmap(away, bytes);
	}
	close(fd);
	range_verify(z, first, count);
	return err;
}
