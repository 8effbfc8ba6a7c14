// SPDX-License-Identifier: GPL-2.0
/*
 * Do tags of memory (MTE, arm64) come back with the page that was swapped out?
 *
 *	vswap-tags MIB PASSES
 *
 * Each page of it gets a tag of its own, anew in every pass, and each 16 bytes a word that tells
 * where they are. One tag for all of a page, because QEMU 7.2 knows but a pair for each. Then it is paged out, and all is looked at. Ends with 77 without such tags, with 1
 * if anything is wrong, or if hardly a page was swapped out.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef HWCAP2_MTE
#define HWCAP2_MTE	(1 << 18)
#endif
#define PROT_MTE	0x20
#define GRANULE		16UL
#define PAGE		4096UL
#define TAG_SHIFT	56

static unsigned int tag_of(unsigned long granule, unsigned long pass)
{
	return ((granule / (PAGE / GRANULE) + pass) * 0x9e3779b97f4a7c15UL) >> 60;
}

static char *tagged(char *p, unsigned int tag)
{
	return (char *)((uintptr_t)p | (uintptr_t)tag << TAG_SHIFT);
}

static void set_tag(char *p)
{
	__asm__ volatile(".arch armv8.5-a+memtag\n\tstg %0, [%0]" : : "r" (p) : "memory");
}

static unsigned int get_tag(char *p)
{
	__asm__ volatile(".arch armv8.5-a+memtag\n\tldg %0, [%0]" : "+r" (p) : : "memory");
	return (uintptr_t)p >> TAG_SHIFT & 15;
}

static void fill(char *base, unsigned long bytes, unsigned long pass)
{
	unsigned long i;

	for (i = 0; i < bytes / GRANULE; i++) {
		char *p = tagged(base + i * GRANULE, tag_of(i, pass));

		set_tag(p);
		*(volatile uint64_t *)p = i + pass;
	}
}

/* With the wrong tag, the load itself is a signal: so it goes by the one that is there. */
static unsigned long count_bad(char *base, unsigned long bytes, unsigned long pass)
{
	unsigned long i, bad = 0;

	for (i = 0; i < bytes / GRANULE; i++) {
		char *p = base + i * GRANULE;
		unsigned int tag = get_tag(p);

		if (tag != tag_of(i, pass) || *(volatile uint64_t *)tagged(p, tag) != i + pass)
			bad++;
	}
	return bad;
}

static unsigned long count_swapped(char *base, unsigned long bytes)
{
	unsigned long i, nr = bytes / PAGE, swapped = 0;
	uint64_t *map = malloc(nr * sizeof(*map));
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (map && fd >= 0 && pread(fd, map, nr * sizeof(*map), (uintptr_t)base / PAGE * 8) ==
	    (ssize_t)(nr * sizeof(*map)))
		for (i = 0; i < nr; i++)
			swapped += map[i] >> 62 & 1;
	close(fd);
	free(map);
	return swapped;
}

int main(int argc, char **argv)
{
	unsigned long bytes, passes, pass, bad = 0, swapped = 0;
	char *base;

	if (argc != 3) {
		fprintf(stderr, "usage: vswap-tags MIB PASSES\n");
		return 2;
	}
	bytes = strtoul(argv[1], NULL, 10) << 20;
	passes = strtoul(argv[2], NULL, 10);
	if (!(getauxval(AT_HWCAP2) & HWCAP2_MTE)) {
		puts("vswap-tags: skipped, memory has no tags here");
		return 77;
	}
	if (prctl(PR_SET_TAGGED_ADDR_CTRL, 1 | 1 << 1 | 0xfffeUL << 3, 0, 0, 0)) {
		perror("vswap-tags: prctl");
		return 2;
	}
	base = mmap(NULL, bytes, PROT_READ | PROT_WRITE | PROT_MTE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	if (base == MAP_FAILED) {
		perror("vswap-tags: mmap");
		return 2;
	}
	for (pass = 0; pass < passes; pass++) {
		fill(base, bytes, pass);
		madvise(base, bytes, MADV_PAGEOUT);
		swapped += count_swapped(base, bytes);
		bad += count_bad(base, bytes, pass);
	}
	printf("vswap-tags: granules=%lu swapped=%lu bad=%lu\n", passes * bytes / GRANULE, swapped,
	       bad);
	return bad || swapped < passes * bytes / PAGE / 2;
}
