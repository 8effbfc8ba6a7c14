// SPDX-License-Identifier: GPL-2.0
/*
 * Operations with processes: children that share pages until somebody writes,
 * many that end at once, and one that takes more than its cgroup may have
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "torture.h"

#define STORM		10u
#define OOM_BYTES	(256ul << 20)

static void sleep_ms(unsigned int ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000l };

	nanosleep(&t, NULL);
}

/* A child with steps of its own, of children too; one in three doesn't see its end */
int op_chain(struct zone *z, size_t first, size_t count)
{
	const uint64_t seed = rng_next(&self.rng);
	const bool killed = !below(3);
	const unsigned int ms = below(60);
	const unsigned int steps = 2 + below(10);
	pid_t pid;

	(void)z;
	(void)first;
	(void)count;
	if (self.depth >= MAX_DEPTH)
		return -EAGAIN;
	pid = fork_child(seed);
	if (pid < 0)
		return pid;
	if (!pid)
		child_steps(steps);
	if (killed)
		sleep_ms(ms);
	child_end(pid, killed);
	return 0;
}

/* Many at once, each with a few pages of its own, half of them killed */
int op_storm(struct zone *z, size_t first, size_t count)
{
	const uint64_t seed = rng_next(&self.rng);
	pid_t pids[STORM];
	unsigned int i, n;

	(void)z;
	(void)first;
	(void)count;
	for (n = 0; n < STORM; n++) {
		pids[n] = fork_child(seed + n);
		if (pids[n] < 0)
			break;
		if (!pids[n])
			child_steps(1);
	}
	for (i = 0; i < n; i += 2)
		kill(pids[i], SIGKILL);
	for (i = 0; i < n; i++)
		child_end(pids[i], i % 2 == 0);
	return n ? 0 : -EAGAIN;
}

/* ---- out of memory ---- */

static int enter_cgroup(const char *dir)
{
	char path[256], text[16];
	int fd, n;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%d", (int)getpid());
	n = write(fd, text, n) == n ? 0 : -errno;
	close(fd);
	return n;
}

/* Until it is killed; what it has is right until then */
static _Noreturn void eat(void)
{
	struct zone *z = &zones[Z_ANON];
	const size_t pages = OOM_BYTES / PAGE_BYTES;
	const size_t mine = z->r.pages;
	uint8_t *mem;
	size_t i;

	if (enter_cgroup(opt.oom_dir))
		_exit(EXIT_ERROR);
	mem = map_somewhere(OOM_BYTES, PROT_READ | PROT_WRITE);
	if (!mem)
		_exit(EXIT_ERROR);
	for (i = 0; i < pages && !tally->stop; i++) {
		struct ident id = { .index = i, .kind = K_ANON, .worker = 254 };

		content_make(self.expect, &id);
		memcpy(mem + i * PAGE_BYTES, self.expect, PAGE_BYTES);
		range_verify(z, i % mine, 1);
	}
	_exit(EXIT_GOOD);
}

int op_oom(struct zone *z, size_t first, size_t count)
{
	const uint64_t seed = rng_next(&self.rng);
	int status = 0;
	pid_t pid;

	(void)z;
	(void)first;
	(void)count;
	if (!opt.oom_dir)
		return -ENOENT;
	pid = fork_child(seed);
	if (pid < 0)
		return pid;
	if (!pid)
		eat();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		tally->oom++;
	else if (!WIFEXITED(status))
		fail("a child out of memory ended by signal %d", WTERMSIG(status));
	return 0;
}
