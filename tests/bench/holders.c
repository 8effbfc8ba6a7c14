// SPDX-License-Identifier: GPL-2.0
/*
 * holders MIB PROCESSES private|shared
 *
 * Processes that have swapped-out memory: MIB altogether, either a part for each, or all
 * of it the same pages, which each maps. Contents are random, so that a page is a page
 * wherever it lies. Prints READY when everything is out; on SIGTERM every process
 * verifies what it has. Exit status 0, or 1 if a page isn't what it was.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096UL
#define WORDS	(PAGE / sizeof(uint64_t))

static sigset_t end_signal;
static int ready[2];

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* splitmix64: the word of that number. */
static uint64_t word_at(uint64_t n)
{
	uint64_t z = (n + 1) * 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t *fill(size_t pages, uint64_t first)
{
	uint64_t *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t i;

	if (memory == MAP_FAILED)
		die("mmap");
	if (madvise(memory, pages * PAGE, MADV_NOHUGEPAGE) && errno != EINVAL)
		die("madvise");
	for (i = 0; i < pages * WORDS; i++)
		memory[i] = word_at(first * WORDS + i);
	return memory;
}

static void page_out(uint64_t *memory, size_t pages)
{
	if (madvise(memory, pages * PAGE, MADV_PAGEOUT))
		die("MADV_PAGEOUT");
}

/* Some words of each page: reading all of them is not what this is about. */
static int verify(const uint64_t *memory, size_t pages, uint64_t first)
{
	size_t i, k;

	for (i = 0; i < pages; i++)
		for (k = 0; k < WORDS; k += WORDS / 8)
			if (memory[i * WORDS + k] != word_at((first + i) * WORDS + k)) {
				fprintf(stderr, "page %zu of %d is wrong\n", i, getpid());
				return 1;
			}
	return 0;
}

static void wait_for_end(void)
{
	int number;

	if (write(ready[1], "", 1) != 1)
		die("write");
	if (sigwait(&end_signal, &number))
		die("sigwait");
}

/* @memory: what is shared, or NULL for a part of its own. */
static int hold(uint64_t *memory, size_t pages, uint64_t first)
{
	if (!memory) {
		memory = fill(pages, first);
		page_out(memory, pages);
	}
	wait_for_end();
	return verify(memory, pages, first);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!n || *end) {
		fprintf(stderr, "usage: holders MIB PROCESSES private|shared\n");
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	unsigned long mib = argc == 4 ? number(argv[1]) : number("");
	unsigned long procs = number(argv[2]), i;
	int shared = !strcmp(argv[3], "shared"), status, bad = 0, got;
	size_t pages = (mib << 20) / PAGE / (shared ? 1 : procs);
	uint64_t *memory = NULL;
	pid_t *children = calloc(procs, sizeof(*children));
	char byte;

	sigemptyset(&end_signal);
	sigaddset(&end_signal, SIGTERM);
	sigprocmask(SIG_BLOCK, &end_signal, NULL);
	if (!children || pipe(ready))
		die("holders");
	if (shared) {
		memory = fill(pages, 0);
		page_out(memory, pages);
	}
	for (i = 0; i < procs; i++) {
		children[i] = fork();
		if (children[i] < 0)
			die("fork");
		if (!children[i])
			_exit(hold(memory, pages, shared ? 0 : i * pages));
		/* One after the other: what is private is out before there is more. */
		if (read(ready[0], &byte, 1) != 1)
			die("read");
	}
	/* What is shared is theirs alone. */
	if (shared)
		munmap(memory, pages * PAGE);
	puts("READY");
	fflush(stdout);
	sigwait(&end_signal, &got);
	/* One after the other, again: only one's pages need be in memory. */
	for (i = 0; i < procs; i++) {
		kill(children[i], SIGTERM);
		if (waitpid(children[i], &status, 0) < 0 || status)
			bad = 1;
	}
	return bad;
}
