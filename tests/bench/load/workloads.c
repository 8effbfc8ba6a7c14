// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static struct memory get(size_t mib, const char *options)
{
	return get_memory(mib, strchr(options, 's'), strchr(options, 'l'));
}

int times(const char *options)
{
	int nr = atoi(options);

	return nr > 0 ? nr : 1;
}

/*
 * Every page out, in and away, by MADV_PAGEOUT in a guest with memory to spare: each
 * phase is about all the pages, and about one thing. "reout" evicts pages that were
 * read and not changed; "out" those never swapped before. With the option "w" pages move
 * from vswap's pool to the disk before they are read.
 */
void run_pages(size_t mib, const char *options)
{
	struct memory memory = get(mib, options);

	begin();
	fill(&memory);
	end("touch", memory.pages);
	begin();
	page_out(&memory);
	end("out", memory.pages);
	if (strchr(options, 'w')) {
		begin();
		write_back(&memory);
		end("writeback", memory.pages);
	}
	begin();
	read_forward(&memory);
	end("in", memory.pages);
	begin();
	page_out(&memory);
	end("reout", memory.pages);
	begin();
	read_shuffled(&memory);
	end("in-shuffled", memory.pages);
	next_generation();
	begin();
	fill(&memory);
	end("change", memory.pages);
	begin();
	page_out(&memory);
	end("out-changed", memory.pages);
	begin();
	put_memory(&memory);
	end("free", memory.pages);
}

/* More memory than there is: the kernel decides what goes out. */
void run_fill(size_t mib, const char *options)
{
	struct memory memory = get(mib, options);

	begin();
	fill(&memory);
	end("fill", memory.pages);
	begin();
	read_forward(&memory);
	end("read", memory.pages);
	begin();
	read_forward(&memory);
	end("read-again", memory.pages);
	next_generation();
	begin();
	fill(&memory);
	end("rewrite", memory.pages);
	begin();
	put_memory(&memory);
	end("free", memory.pages);
}

#define NR_CHILDREN	4

static void wait_for_children(int nr)
{
	int status;

	while (nr--) {
		if (wait(&status) < 0 || status) {
			fprintf(stderr, "bench: a child failed\n");
			exit(1);
		}
	}
}

/* Every fourth access is a write, which changes nothing that is checked. */
static void access_at_random(struct memory *memory, uint64_t seed, size_t accesses)
{
	size_t i, n;

	for (i = 0; i < accesses; i++) {
		n = mix(seed + i) % memory->pages;
		if (i & 3)
			touch_read(page_at(memory, n));
		else
			touch_write(page_at(memory, n) + 1, i);
		check_page(page_at(memory, n), n);
	}
}

static void child_ended(int signal)
{
	static const char message[] = "bench: a child was killed\n";
	siginfo_t info = { 0 };

	(void)signal;
	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid ||
	    info.si_code == CLD_EXITED)
		return;
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(2);
	_exit(1);
}

void catch_killed_child(void)
{
	signal(SIGCHLD, child_ended);
}

/* Each child has its own memory; the size is that of all. */
void run_random(size_t mib, const char *options)
{
	size_t accesses = mib * 256 / NR_CHILDREN / 2;
	int ready[2], go[2], i;
	char byte = 0;

	if (pipe(ready) || pipe(go))
		die("pipe");
	fflush(stdout);
	catch_killed_child();
	for (i = 0; i < NR_CHILDREN; i++) {
		if (!fork()) {
			struct memory memory = get(mib / NR_CHILDREN, options);

			prctl(PR_SET_PDEATHSIG, SIGKILL);

			fill(&memory);
			if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
				_exit(1);
			access_at_random(&memory, (uint64_t)i << 32, accesses);
			_exit(0);
		}
	}
	for (i = 0; i < NR_CHILDREN; i++)
		if (read(ready[0], &byte, 1) != 1)
			die("read");
	begin();
	for (i = 0; i < NR_CHILDREN; i++)
		if (write(go[1], &byte, 1) != 1)
			die("write");
	wait_for_children(NR_CHILDREN);
	signal(SIGCHLD, SIG_DFL);
	end("random", accesses * NR_CHILDREN);
}

#define NR_FORKS	8

/* Children that inherit swapped pages, read some, change some, and end. */
void run_forks(size_t mib, const char *options)
{
	struct memory memory = get(mib, options);
	size_t n;
	int i;

	fill(&memory);
	page_out(&memory);
	fflush(stdout);
	begin();
	for (i = 0; i < NR_FORKS; i++) {
		if (!fork()) {
			for (n = i; n < memory.pages; n += 16) {
				check_page(page_at(&memory, n), n);
				if (n & 16)
					page_at(&memory, n)[1] = i;
			}
			_exit(0);
		}
		wait_for_children(1);
	}
	end("forks", memory.pages / 16 * NR_FORKS);
	put_memory(&memory);
}

#define CHUNK_PAGES	(16 << 8)

/* A part at a time, so that it needn't be in memory all at once. */
static void fill_and_page_out(const struct memory *memory)
{
	struct memory chunk = *memory;
	size_t n;

	for (n = 0; n < memory->pages; n += chunk.pages) {
		chunk.start = memory->start + n * WORDS;
		chunk.pages = memory->pages - n < CHUNK_PAGES ? memory->pages - n : CHUNK_PAGES;
		fill(&chunk);
		page_out(&chunk);
	}
}

/* A process ends whose memory is all swapped out; what is left of the memory before. */
void run_exit(size_t mib, const char *options)
{
	long long free_before = free_memory(), tables = meminfo("PageTables");
	int ready[2], go[2];
	char byte = 0;

	if (pipe(ready) || pipe(go))
		die("pipe");
	fflush(stdout);
	catch_killed_child();
	if (!fork()) {
		struct memory memory = get(mib, options);

		fill_and_page_out(&memory);
		if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
			_exit(1);
		_exit(0);
	}
	if (read(ready[0], &byte, 1) != 1)
		die("read");
	report_memory(mib << 8, free_before - free_memory(),
		      meminfo("PageTables") - tables);
	begin();
	if (write(go[1], &byte, 1) != 1)
		die("write");
	wait_for_children(1);
	signal(SIGCHLD, SIG_DFL);
	end("exit", mib << 8);
}

/*
 * Half of the memory is hot: nine accesses of ten go there. It is filled last, so the
 * cold half is what the kernel evicts first.
 */
static size_t hot_or_cold(const struct memory *memory, uint64_t random)
{
	size_t half = memory->pages / 2, n = random % half;

	return (random >> 32) % 10 ? n + half : n;
}

/*
 * By Zipf's law: the page of rank k is wanted in proportion to 1 / k^0.8, and pages of all
 * ranks lie among each other. The inverse of the distribution is (1 + u (N^0.2 - 1))^5, for
 * u from 0 to 1.
 */
static size_t by_zipf(const struct memory *memory, uint64_t random)
{
	static double root;
	double u = (random & UINT32_MAX) / 4294967296.0, x;

	if (!root)
		root = pow(memory->pages, 0.2);
	x = 1 + u * (root - 1);
	return (size_t)(x * x * x * x * x - 1) * NO_FACTOR % memory->pages;
}

typedef size_t (*choose_page)(const struct memory *memory, uint64_t random);

static void access_chosen(struct memory *memory, choose_page choose, size_t first,
			  size_t accesses)
{
	size_t i, n;
	uint64_t random;

	for (i = first; i < first + accesses; i++) {
		random = mix(i + 12345);
		n = choose(memory, random);
		if (random >> 48 & 3)
			touch_read(page_at(memory, n));
		else
			touch_write(page_at(memory, n) + 1, i);
		check_page(page_at(memory, n), n);
	}
}

/* In epochs of as many accesses as there are pages: what is where settles in the first. */
void run_hot(size_t mib, const char *options)
{
	struct memory memory = get(mib, options);
	choose_page choose = strchr(options, 'z') ? by_zipf : hot_or_cold;
	int epoch, epochs = times(options);
	char phase[16];

	begin();
	fill(&memory);
	end("fill", memory.pages);
	for (epoch = 0; epoch < epochs; epoch++) {
		snprintf(phase, sizeof(phase), "hot-%d", epoch + 1);
		begin();
		access_chosen(&memory, choose, epoch * memory.pages, memory.pages);
		end(phase, memory.pages);
	}
	begin();
	put_memory(&memory);
	end("free", memory.pages);
}

/* Its memory's size is only what a page of the time it takes is one of. */
void run_command(size_t mib, const char *options)
{
	begin();
	fflush(stdout);
	if (!fork()) {
		execl("/bin/sh", "sh", "-c", options, NULL);
		_exit(127);
	}
	wait_for_children(1);
	end("command", mib << 8);
}
