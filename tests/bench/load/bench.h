/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE		4096
/* A step that reaches each page once, of any number of MiB. */
#define NO_FACTOR	1000003
#define WORDS		(PAGE / sizeof(uint64_t))

/* A mark for the plugin: a NOP, see icount.c. */
#ifdef __aarch64__
#define MARK(n) asm volatile("movz xzr, #0x5600 + " #n ", lsl #48" ::: "memory")
#else
#define MARK(n) asm volatile(".byte 0x0f, 0x1f, 0x80, " #n ", 0x57, 0x53, 0x56" ::: "memory")
#endif

/* content.c */
enum content { MIXED, LIGHT, NOISE, ZEROS, HEAP };

uint64_t mix(uint64_t x);
void choose_content(const char *name);
void make_page(uint64_t *page, uint64_t n);
/* Looks at some words only, and ends the program where one is wrong. */
void check_page(const uint64_t *page, uint64_t n);
/* Pages made from now on differ from those before; returns the number of it. */
void next_generation(void);

/* measure.c */
void measure_setup(const char *contestant, const char *workload);
void begin(void);
/* One more number for the phase. */
void also(const char *name, long long value);
/* Prints what the phase cost. pages: how many it was about. */
void end(const char *phase, size_t pages);
/* What pages that are swapped out have taken of the memory, in KiB. */
void report_memory(size_t pages, long long taken, long long tables);
long long meminfo(const char *field);
long long vmstat(const char *field);
long long free_memory(void);

/* memory.c */
struct memory {
	uint64_t *start;
	size_t pages;
	bool shared;
};

void die(const char *what);
struct memory get_memory(size_t mib, bool shared, bool large);
void put_memory(struct memory *memory);
void fill(struct memory *memory);
void read_forward(struct memory *memory);
void read_shuffled(struct memory *memory);
void page_out(struct memory *memory);
void write_back(struct memory *memory);

/* What the compiler can't leave out. */
static inline void touch_read(const uint64_t *word)
{
	*(const volatile uint64_t *)word;
}

static inline void touch_write(uint64_t *word, uint64_t value)
{
	*(volatile uint64_t *)word = value;
}

static inline uint64_t *page_at(struct memory *memory, size_t n)
{
	return memory->start + n * WORDS;
}

/* Who waits for a child that was killed would wait for ever. */
void catch_killed_child(void);

/*
 * The workloads: options are in a string of letters, s: tmpfs, l: large folios, w: write-back;
 * of run_hot() and run_desktop() a number of times comes first, 1 without it; z: skewed.
 */
int times(const char *options);
void run_pages(size_t mib, const char *options);
void run_fill(size_t mib, const char *options);
void run_random(size_t mib, const char *options);
void run_forks(size_t mib, const char *options);
void run_exit(size_t mib, const char *options);
void run_desktop(size_t mib, const char *options);
void run_hot(size_t mib, const char *options);
/* A program that isn't ours: options are a command for the shell. */
void run_command(size_t mib, const char *options);

#endif
