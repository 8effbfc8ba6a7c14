// SPDX-License-Identifier: GPL-2.0
/*
 * What a person feels: a task that comes back every 10 ms, beside a hog that wants more
 * memory than there is, until the hog has gone through it some times. Each time the task
 * touches the next part of its 50 MiB, and all of them in PARTS times: an emulated processor
 * is slower by about that, and a task that looked at all of it each time would do nothing
 * else.
 *
 * A stall is the time from when it should have been there until it has touched its part. A
 * person comes at any time: when it should have been there again before that, these are
 * stalls too, each shorter by 10 ms. So one long stall counts by its length, as much as many
 * short ones.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define DESKTOP_MIB	50
#define PERIOD_NS	10000000LL
#define MAX_PERIODS	6000
#define PARTS		32

/* Locked in memory, both: what is measured with isn't to be swapped. */
static int64_t *stalls;
static volatile uint64_t *hog_pages;

static void *get_locked(size_t size)
{
	void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED || mlock(start, size))
		die("mlock");
	return start;
}

/* In order, again and again; every fourth page is changed. */
static void hog(struct memory *memory)
{
	size_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (n = 0; n < memory->pages; n++) {
		make_page(page_at(memory, n), n);
		++*hog_pages;
	}
	for (n = 0; ; n = (n + 1) % memory->pages) {
		check_page(page_at(memory, n), n);
		if (!(n & 3))
			touch_write(page_at(memory, n) + 1, n);
		++*hog_pages;
	}
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void sleep_until(int64_t ns)
{
	struct timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
	int error;

	do {
		error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
	} while (error == EINTR);
	if (error)
		die("clock_nanosleep");
}

static void touch_part(struct memory *memory, size_t part)
{
	size_t n, end = memory->pages * (part + 1) / PARTS;

	for (n = memory->pages * part / PARTS; n < end; n++) {
		check_page(page_at(memory, n), n);
		if (!(n & 3))
			touch_write(page_at(memory, n) + 1, n);
	}
}

/* Until the hog has done that many pages; returns the number of stalls. */
static size_t come_back(struct memory *memory, uint64_t pages)
{
	int64_t due = now(), done;
	size_t part, nr = 0;

	for (part = 0; nr < MAX_PERIODS && *hog_pages < pages; part = (part + 1) % PARTS) {
		due += PERIOD_NS;
		sleep_until(due);
		touch_part(memory, part);
		done = now();
		stalls[nr++] = done - due;
		for (; due + PERIOD_NS < done && nr < MAX_PERIODS; due += PERIOD_NS)
			stalls[nr++] = done - due - PERIOD_NS;
	}
	return nr;
}

static int by_length(const void *one, const void *other)
{
	int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;

	return (a > b) - (a < b);
}

void run_desktop(size_t mib, const char *options)
{
	struct memory memory = get_memory(DESKTOP_MIB, false, false);
	struct memory others = get_memory(mib, false, false);
	size_t nr;
	pid_t pid;

	stalls = get_locked(MAX_PERIODS * sizeof(*stalls));
	hog_pages = get_locked(PAGE);
	/* Or the hog would have a copy of each page that is written. */
	if (madvise(memory.start, memory.pages * PAGE, MADV_DONTFORK))
		die("MADV_DONTFORK");
	fill(&memory);
	fflush(stdout);
	begin();
	catch_killed_child();
	pid = fork();
	if (!pid)
		hog(&others);
	nr = come_back(&memory, times(options) * others.pages);
	signal(SIGCHLD, SIG_DFL);
	if (kill(pid, SIGKILL) || waitpid(pid, NULL, 0) != pid)
		die("the hog");
	qsort(stalls, nr, sizeof(*stalls), by_length);
	also("stall50", stalls[nr / 2]);
	also("stall99", stalls[nr * 99 / 100]);
	also("stall100", stalls[nr - 1]);
	also("hog", *hog_pages);
	end("desktop", nr);
}
