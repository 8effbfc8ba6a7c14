// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that look at pages, or write them, from the program and by the
 * kernel for it
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "torture.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

int op_verify(struct zone *z, size_t first, size_t count)
{
	range_verify(z, first, count);
	return 0;
}

int op_rewrite(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++) {
		page_check(z, page);
		page_renew(z, page);
	}
	return 0;
}

int op_blind(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++)
		page_renew(z, page);
	return 0;
}

int op_touch(struct zone *z, size_t first, size_t count)
{
	range_touch(z, first, count);
	return 0;
}

/*
 * Rewritten in two parts, and in between it goes out: the second part is written
 * to a page that has to come back first.
 */
int op_halves(struct zone *z, size_t first, size_t count)
{
	const size_t at = 8 * (1 + below(PAGE_WORDS - 1));
	struct iovec from, to;
	size_t page;

	for (page = first; page < first + count; page++) {
		page_check(z, page);
		page_next(z, page);
		from = (struct iovec) { self.expect, at };
		to = (struct iovec) { zone_page(z, page), at };
		if (process_vm_writev(getpid(), &from, 1, &to, 1, 0) !=
		    (ssize_t)at) {
			page_check(z, page);	/* it was lost, then */
			continue;
		}
		madvise(zone_page(z, page), PAGE_BYTES, MADV_PAGEOUT);
		from.iov_base = (uint8_t *)self.expect + at;
		to.iov_base = zone_page(z, page) + at;
		from.iov_len = PAGE_BYTES - at;
		to.iov_len = PAGE_BYTES - at;
		if (process_vm_writev(getpid(), &from, 1, &to, 1, 0) ==
		    (ssize_t)from.iov_len)
			page_renewed(z, page);
		else			/* neither the old nor the new one */
			z->flags[page] = PAGE_UNKNOWN;
		page_check(z, page);
	}
	return 0;
}

/* The kernel reads it, as a debugger has it do */
int op_readv(struct zone *z, size_t first, size_t count)
{
	static _Thread_local uint64_t copy[PAGE_WORDS];
	size_t page;

	for (page = first; page < first + count; page++) {
		struct iovec to = { copy, PAGE_BYTES };
		struct iovec from = { zone_page(z, page), PAGE_BYTES };
		const ssize_t n = process_vm_readv(getpid(), &to, 1, &from, 1, 0);

		if (n == PAGE_BYTES)
			page_check_at(z, page, copy);
		else if (n < 0 && errno != EFAULT)
			return -errno;
		else
			page_check(z, page);	/* can't it be read? */
	}
	return 0;
}

int op_writev(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++) {
		struct iovec from = { self.expect, PAGE_BYTES };
		struct iovec to = { zone_page(z, page), PAGE_BYTES };
		ssize_t n;

		page_next(z, page);
		n = process_vm_writev(getpid(), &from, 1, &to, 1, 0);
		if (n == PAGE_BYTES)
			page_renewed(z, page);
		else if (n < 0 && errno != EFAULT)
			return -errno;
		page_check(z, page);
	}
	return 0;
}

/* ---- pages in a pipe ---- */

static void check_pipe(int fd, struct zone *z, size_t first, size_t count)
{
	static _Thread_local uint64_t copy[PAGE_WORDS];
	size_t page;

	for (page = first; page < first + count; page++) {
		if (read_full(fd, copy, PAGE_BYTES)) {
			fail("a pipe has lost what was in it");
			return;
		}
		page_check_at(z, page, copy);
	}
}

/* The pipe has the pages themselves, pinned while they go out and come back */
int op_vmsplice(struct zone *z, size_t first, size_t count)
{
	struct iovec range = { zone_page(z, first), count * PAGE_BYTES };
	ssize_t n;
	int fds[2];
	int err = 0;

	if (pipe2(fds, O_CLOEXEC))
		return -EAGAIN;
	n = vmsplice(fds[1], &range, 1, SPLICE_F_NONBLOCK);
	if (n < 0)
		err = -errno;
	if (err == -EFAULT) {
		range_check(z, first, count);
		err = -EAGAIN;
	}
	if (n > 0) {
		madvise(range.iov_base, range.iov_len, MADV_PAGEOUT);
		range_touch(z, first, count);
		check_pipe(fds[0], z, first, n / PAGE_BYTES);
	}
	close(fds[0]);
	close(fds[1]);
	return err;
}

/* ---- to a file and back, without the page cache ---- */

static int direct_file(void)
{
	char path[256];
	int fd;

	if (self.direct_fd)
		return self.direct_fd - 1;
	if (!opt.direct_dir)
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/direct-%u.%u", opt.direct_dir,
		 self.actor, self.thread);
	fd = open(path, O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	self.direct_fd = fd + 1;
	return fd;
}

static int whole(ssize_t n, ssize_t bytes)
{
	if (n < 0)
		return errno == EFAULT ? -EAGAIN : -errno;
	return n == bytes ? 0 : -EAGAIN;
}

/* From pages that have to come back first; what the file has then is compared */
static int direct_out(int fd, struct zone *z, size_t first, size_t count,
		      uint8_t *buf)
{
	const ssize_t bytes = count * PAGE_BYTES;
	size_t page;
	int err;

	madvise(zone_page(z, first), bytes, MADV_PAGEOUT);
	err = whole(pwrite(fd, zone_page(z, first), bytes, 0), bytes);
	if (!err)
		err = whole(pread(fd, buf, bytes, 0), bytes);
	for (page = first; page < first + count && !err; page++)
		page_check_at(z, page, buf + (page - first) * PAGE_BYTES);
	return err;
}

/* Into such pages, what they are to be next */
static int direct_in(int fd, struct zone *z, size_t first, size_t count,
		     uint8_t *buf)
{
	const ssize_t bytes = count * PAGE_BYTES;
	size_t page;
	int err;

	for (page = first; page < first + count; page++) {
		page_next(z, page);
		memcpy(buf + (page - first) * PAGE_BYTES, self.expect, PAGE_BYTES);
	}
	err = whole(pwrite(fd, buf, bytes, 0), bytes);
	if (err)
		return err;
	madvise(zone_page(z, first), bytes, MADV_PAGEOUT);
	err = whole(pread(fd, zone_page(z, first), bytes, 0), bytes);
	for (page = first; page < first + count; page++) {
		if (err)
			z->flags[page] = PAGE_UNKNOWN;
		else
			page_renewed(z, page);
	}
	return err;
}

int op_direct(struct zone *z, size_t first, size_t count)
{
	const size_t bytes = count * PAGE_BYTES;
	const int fd = direct_file();
	uint8_t *buf;
	int err;

	if (fd < 0)
		return fd;
	buf = map_somewhere(bytes, PROT_READ | PROT_WRITE);
	if (!buf)
		return -ENOMEM;
	err = direct_out(fd, z, first, count, buf);
	if (!err)
		err = direct_in(fd, z, first, count, buf);
	range_check(z, first, count);
	munmap(buf, bytes);
	return err;
}
