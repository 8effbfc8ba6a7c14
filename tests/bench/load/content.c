// SPDX-License-Identifier: GPL-2.0
/*
 * What is in the pages. Each begins with words that name the page, so that a wrong
 * one is noticed: those of its number and of the generation.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define MIXED_NOISE	160
#define LIGHT_NOISE	56
#define HEAP_FILE	"/root/heap"

static enum content content;
static const uint64_t *heap;
static size_t heap_pages;
static uint64_t generation = 1;

uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static void open_heap(void)
{
	struct stat stat;
	int fd = open(HEAP_FILE, O_RDONLY);

	if (fd < 0 || fstat(fd, &stat))
		die(HEAP_FILE);
	heap_pages = stat.st_size / PAGE;
	heap = mmap(NULL, heap_pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (heap == MAP_FAILED || !heap_pages)
		die(HEAP_FILE);
	close(fd);
}

void choose_content(const char *name)
{
	static const char * const names[] = { "mixed", "light", "noise", "zeros", "heap" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(names[i], name)) {
			content = i;
			if (content == HEAP)
				open_heap();
			return;
		}
	}
	die("no such content");
}

void next_generation(void)
{
	generation++;
}

static void make_noise(uint64_t *page, uint64_t seed, size_t words)
{
	size_t i;

	for (i = 0; i < words; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		page[i] = seed ^ seed >> 29;
	}
}

/* A third (light: a ninth) noise, the rest one word: LZ4 makes a third (an eighth) of it. */
static void make_mixed(uint64_t *page, uint64_t n)
{
	size_t i, noise = content == LIGHT ? LIGHT_NOISE : MIXED_NOISE;
	uint64_t word = mix(n + 1);

	make_noise(page, mix(n ^ generation << 40), noise);
	for (i = noise; i < WORDS; i++)
		page[i] = word;
}

/* Three pages of four are zero. */
static bool is_zero(uint64_t n)
{
	return content == ZEROS && n & 3;
}

void make_page(uint64_t *page, uint64_t n)
{
	if (is_zero(n)) {
		memset(page, 0, PAGE);
		return;
	}
	if (content == NOISE)
		make_noise(page, mix(n), WORDS);
	else if (content == HEAP)
		memcpy(page, heap + mix(n) % heap_pages * WORDS, PAGE);
	else
		make_mixed(page, n);
	page[0] = mix(n ^ generation << 40);
}

static void expect(const uint64_t *page, uint64_t n, size_t i, uint64_t word)
{
	if (page[i] != word) {
		fprintf(stderr, "bench: word %zu of page %lu is wrong\n", i, (unsigned long)n);
		exit(1);
	}
}

void check_page(const uint64_t *page, uint64_t n)
{
	if (is_zero(n)) {
		expect(page, n, 0, 0);
		expect(page, n, WORDS - 1, 0);
		return;
	}
	expect(page, n, 0, mix(n ^ generation << 40));
	if (content == MIXED || content == LIGHT || content == ZEROS)
		expect(page, n, WORDS - 1, mix(n + 1));
	else if (content == HEAP)
		expect(page, n, WORDS - 1, heap[mix(n) % heap_pages * WORDS + WORDS - 1]);
}
