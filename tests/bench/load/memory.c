// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define HUGE		(2UL << 20)

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

void die(const char *what)
{
	perror(what);
	exit(2);
}

/* Aligned, so that large folios fit in, and on 2 MiB so that they do the same always. */
static uint64_t *map(size_t size, int flags, int fd)
{
	char *start = mmap(NULL, size + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED)
		die("mmap");
	start = (char *)(((uintptr_t)start + HUGE - 1) & ~(HUGE - 1));
	start = mmap(start, size, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
	if (start == MAP_FAILED)
		die("mmap");
	return (uint64_t *)start;
}

struct memory get_memory(size_t mib, bool shared, bool large)
{
	struct memory memory = { .pages = mib << 8, .shared = shared };
	size_t size = mib << 20;
	int fd = -1;

	if (shared) {
		fd = memfd_create("bench", 0);
		if (fd < 0 || ftruncate(fd, size))
			die("memfd");
	}
	memory.start = map(size, shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd);
	if (fd >= 0)
		close(fd);
	madvise(memory.start, size, large ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return memory;
}

void put_memory(struct memory *memory)
{
	munmap(memory->start, memory->pages * PAGE);
}

void fill(struct memory *memory)
{
	size_t n;

	for (n = 0; n < memory->pages; n++) {
		make_page(page_at(memory, n), n);
	}
}

void read_forward(struct memory *memory)
{
	size_t n;

	for (n = 0; n < memory->pages; n++)
		check_page(page_at(memory, n), n);
}

/* Each page once. */
void read_shuffled(struct memory *memory)
{
	size_t i, n = 0;

	for (i = 0; i < memory->pages; i++) {
		n = (n + NO_FACTOR) % memory->pages;
		check_page(page_at(memory, n), n);
	}
}

/* Asks the cgroup of bench-load for what the kernel reclaims first. */
static void reclaim_first(long long kib)
{
	FILE *file = fopen("/sys/fs/cgroup/bench/memory.reclaim", "w");

	if (!file)
		return;
	/* EAGAIN if it isn't all that much. */
	fprintf(file, "%lldK", kib);
	fclose(file);
}

#define LEFT_KIB	512

/*
 * Pages that go to a disk are still under writeback when the call returns, and in the
 * swap cache after that: in front of what is reclaimed, but nobody reclaims.
 */
void page_out(struct memory *memory)
{
	long long cached;
	int i;

	if (madvise(memory->start, memory->pages * PAGE, MADV_PAGEOUT))
		die("MADV_PAGEOUT");
	while (vmstat("nr_writeback"))
		usleep(20000);
	for (i = 0; i < 4; i++) {
		cached = meminfo("SwapCached");
		if (cached < LEFT_KIB)
			break;
		reclaim_first(cached);
	}
}

/* All that is in vswap's pool; it returns when the disk has it. */
void write_back(struct memory *memory)
{
	FILE *file = fopen("/sys/kernel/vswap/writeback", "w");

	if (!file || fprintf(file, "%zu", memory->pages) < 0 || fclose(file))
		die("write-back");
}
