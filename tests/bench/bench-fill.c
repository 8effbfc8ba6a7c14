// SPDX-License-Identifier: GPL-2.0
/*
 * bench-fill NAME MIB: fills anonymous memory with pages that compress about 3:1,
 * reads it twice, rewrites it, gives it back. Each phase lies between two marks for
 * the plugin, and prints a line: NAME, phase, pages, pages swapped out and in.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WORDS		512
#define NOISE_WORDS	160

#define MARK(n) asm volatile(".byte 0x0f, 0x1f, 0x80, " #n ", 0x57, 0x53, 0x56" ::: "memory")

static uint64_t *memory;
static size_t nr_pages;
static uint64_t generation;

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* A third noise, the rest one word. */
static void make_page(uint64_t *page, uint64_t n)
{
	uint64_t seed = mix(n ^ generation << 40), word = mix(n + 1);
	int i;

	for (i = 0; i < NOISE_WORDS; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		page[i] = seed ^ seed >> 29;
	}
	for (; i < WORDS; i++)
		page[i] = word;
}

static void fill(void)
{
	size_t n;

	generation++;
	for (n = 0; n < nr_pages; n++)
		make_page(memory + n * WORDS, n);
}

static void read_back(void)
{
	uint64_t expected[WORDS];
	size_t n;

	for (n = 0; n < nr_pages; n++) {
		make_page(expected, n);
		if (memcmp(expected, memory + n * WORDS, sizeof(expected))) {
			fprintf(stderr, "bench-fill: page %zu is wrong\n", n);
			exit(1);
		}
	}
}

static void give_back(void)
{
	munmap(memory, nr_pages * WORDS * sizeof(*memory));
}

static void swapped(unsigned long *out, unsigned long *in)
{
	char line[128];
	FILE *file = fopen("/proc/vmstat", "r");

	if (!file)
		exit(2);
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "pswpout %lu", out);
		sscanf(line, "pswpin %lu", in);
	}
	fclose(file);
}

static void phase(const char *name, const char *what, void (*run)(void))
{
	unsigned long out[2] = {}, in[2] = {};

	swapped(&out[0], &in[0]);
	MARK(0x01);
	run();
	MARK(0x02);
	swapped(&out[1], &in[1]);
	printf("%s %s %zu %lu %lu\n", name, what, nr_pages, out[1] - out[0], in[1] - in[0]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	nr_pages = strtoul(argv[2], NULL, 10) * 256;
	memory = mmap(NULL, nr_pages * WORDS * sizeof(*memory), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return 2;
	madvise(memory, nr_pages * WORDS * sizeof(*memory), MADV_NOHUGEPAGE);
	phase(argv[1], "fill", fill);
	phase(argv[1], "read", read_back);
	phase(argv[1], "read-again", read_back);
	phase(argv[1], "rewrite", fill);
	phase(argv[1], "free", give_back);
	return 0;
}
