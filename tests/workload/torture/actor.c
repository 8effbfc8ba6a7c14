// SPDX-License-Identifier: GPL-2.0
/*
 * An actor: its zones, its threads, their steps, and children with steps of
 * their own
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "torture.h"

#define STACK_BYTES	(256u << 10)

_Thread_local struct self self;
struct tally *tally;

static unsigned int actor_life;
static pthread_barrier_t all_ended;

/* Locked: a stack that can't be read back is no result of a test */
static uint8_t stacks[MAX_THREADS][STACK_BYTES]
	__attribute__((aligned(PAGE_BYTES)));

/* ---- what is said ---- */

static int say_who(char *out, size_t size)
{
	const double t = now_seconds();
	int n = snprintf(out, size, "%.3f a%u.%u", t, self.actor, self.thread);

	return n + (self.depth ? snprintf(out + n, size - n, "/%u ", self.depth) :
		    snprintf(out + n, size - n, " "));
}

static void say(int fd, const char *fmt, va_list args)
{
	char text[512];
	int n = say_who(text, sizeof(text));

	n += vsnprintf(text + n, sizeof(text) - 1 - n, fmt, args);
	if (n > (int)sizeof(text) - 2)
		n = sizeof(text) - 2;
	text[n] = '\n';
	write_full(fd, text, n + 1);
}

void trace(const char *fmt, ...)
{
	va_list args;

	if (!opt.trace)
		return;
	va_start(args, fmt);
	say(STDOUT_FILENO, fmt, args);
	va_end(args);
}

void fail(const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tally->failed++;
	tally->stop = true;
	trace("FAILED in %s: %s", self.doing ? self.doing : "between", text);
	complain("FAILED in %s, step %llu of actor %u, thread %u, depth %u: %s\n",
		 self.doing ? self.doing : "between",
		 (unsigned long long)self.step, self.actor, self.thread,
		 self.depth, text);
}

/* ---- signals ---- */

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (self.guarded) {
		self.guarded = 0;
		siglongjmp(self.bus, 1);
	}
	tally->lost++;
	complain("SIGBUS at %p, in no tested memory, in %s of actor %u\n",
		 info->si_addr, self.doing ? self.doing : "between", self.actor);
	_exit(EXIT_LOST);
}

static void set_signals(void)
{
	struct sigaction bus = {
		.sa_sigaction = on_sigbus,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};
	sigset_t none;

	sigaction(SIGBUS, &bus, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Data and stacks; a child has to ask for it anew */
static void lock_own_memory(void)
{
	extern char __data_start[], _end[];
	const uintptr_t from = (uintptr_t)__data_start & ~(PAGE_BYTES - 1ul);

	(void)syscall(SYS_mlock2, from, (uintptr_t)_end - from, 1 /* on fault */);
}

static void identify(unsigned int thread, uint64_t seed)
{
	self.thread = thread;
	self.tid = syscall(SYS_gettid);
	self.seed = seed;
}

/* ---- steps ---- */

static bool is_absence(int err)
{
	return err == -ENOSYS || err == -EOPNOTSUPP || err == -EINVAL ||
	       err == -EPERM || err == -ENOENT || err == -ENODEV;
}

static bool is_busy(int err)
{
	return err == -EAGAIN || err == -EBUSY || err == -ENOMEM ||
	       err == -EINTR || err == -ENOSPC || err == -EEXIST;
}

static void account(const struct op *op, int err)
{
	const unsigned int nr = op - ops;

	if (!err) {
		tally->done[nr]++;
	} else if (is_absence(err)) {
		if (!tally->skipped[nr]++)
			complain("skipped: %s: %s\n", op->name, strerror(-err));
	} else if (is_busy(err)) {
		tally->busy[nr]++;
	} else {
		fail("%s", strerror(-err));
	}
}

static int perform(const struct op *op, struct zone *z, size_t first, size_t count)
{
	int err;

	if (op->how & OP_FREE)
		return op->fn(z, first, count);
	if (op->how & OP_ALONE)
		pthread_rwlock_wrlock(&z->guard);
	else
		pthread_rwlock_rdlock(&z->guard);
	if (op->how & OP_PAGES)
		range_lock(z, first, count);
	err = op->fn(z, first, count);
	if (op->how & OP_PAGES)
		range_unlock(z, first, count);
	pthread_rwlock_unlock(&z->guard);
	return err;
}

/* A child has no zone of files but the one of all */
static struct zone *pick_zone(unsigned int wanted)
{
	unsigned int slots[ZONES], i, n = 0;

	if (self.depth)
		wanted &= ~IN(Z_FILE);
	for (i = 0; i < ZONES; i++) {
		if (wanted & IN(i))
			slots[n++] = i;
	}
	return &zones[slots[below(n)]];
}

static size_t pick_count(unsigned int most)
{
	return below(4) ? 1 + below(most) : 1 + below((most + 7) / 8);
}

/* All of it follows from the thread's seed and the step's number */
static void make_step(void)
{
	const struct op *op;
	size_t first, count;
	struct zone *z;
	int err;

	self.rng.state = mix64(self.seed + mix64(++self.step));
	op = op_pick(&self.rng, self.depth);
	z = pick_zone(op->zones);
	count = pick_count(op->pages);
	first = below(z->r.pages);
	if (count > z->r.pages - first)
		count = z->r.pages - first;
	self.doing = op->name;
	trace("%llu %s z%u %zu+%zu", (unsigned long long)self.step, op->name,
	      z->slot, first, count);
	err = perform(op, z, first, count);
	account(op, err);
	if (err)
		trace("%llu %s: %s", (unsigned long long)self.step, op->name,
		      strerror(-err));
}

/* ---- children ---- */

pid_t fork_child(uint64_t seed)
{
	const unsigned int depth = self.depth + 1;
	pid_t pid;

	zones_lock();
	pid = fork();
	if (pid) {
		const int err = errno;

		zones_unlock();
		return pid < 0 ? -err : pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	zones_after_fork();
	lock_own_memory();
	self.depth = depth;
	self.direct_fd = 0;
	self.step = 0;
	identify(self.thread, seed);
	return 0;
}

/* What it leaves is checked as a whole: one zone as the child sees it */
_Noreturn void child_steps(unsigned int steps)
{
	struct zone *z;

	while (steps-- && !tally->stop)
		make_step();
	self.rng.state = mix64(self.seed);
	z = pick_zone(IN_ANON);
	self.doing = "end of child";
	if (opt.inject == INJECT_CHILD && self.depth == 1)
		page_spoil(z, below(z->r.pages));
	range_verify(z, 0, z->r.pages);
	_exit(EXIT_GOOD);
}

void child_end(pid_t pid, bool kill_it)
{
	int status = 0;

	if (kill_it)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status))
		return;		/* whatever it found it has counted */
	if (WTERMSIG(status) != SIGKILL)
		fail("a child ended by signal %d", WTERMSIG(status));
	else if (kill_it)
		tally->killed++;
	else
		tally->gone++;
}

/* ---- the whole of it ---- */

static size_t zone_pages(enum slot slot)
{
	static const unsigned int percent[ZONES] = {
		[Z_ANON] = 40, [Z_THP64] = 15, [Z_THP2M] = 25, [Z_FILE] = 20,
	};
	const size_t unit = slot == Z_THP64 || slot == Z_THP2M ? PMD_PAGES : 1;
	const size_t pages = opt.size / opt.actors * percent[slot] / 100 / PAGE_BYTES;

	return pages < unit ? unit : pages / unit * unit;
}

static void create_zones(void)
{
	/* every other one has a file with a name's worth of differences */
	const char *dir = self.actor % 2 && !access("/dev/shm", W_OK) ?
			  "/dev/shm" : NULL;
	unsigned int slot;
	int err;

	for (slot = 0; slot < Z_COMMON; slot++) {
		err = zone_create(slot, zone_pages(slot), dir);
		if (err) {
			fail("zone %u: %s", slot, strerror(-err));
			_exit(EXIT_ERROR);
		}
	}
}

void create_common(void)
{
	const size_t pages = opt.common / PAGE_BYTES;
	int err = zone_create(Z_COMMON, pages ? pages : 1, NULL);

	if (err) {
		complain("no common memory: %s\n", strerror(-err));
		_exit(EXIT_ERROR);
	}
}

void make_tally(void)
{
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED) {
		complain("no memory\n");
		_exit(EXIT_ERROR);
	}
	(void)mlock(tally, sizeof(*tally));
}

/* Of each zone every so manieth run of pages is this thread's */
static void each_share(const char *doing, void (*fn)(struct zone *z, size_t first,
						     size_t count))
{
	const size_t run = 32, stride = run * opt.threads;
	unsigned int slot;
	size_t first;

	self.doing = doing;
	for (slot = 0; slot < ZONES; slot++) {
		struct zone *z = &zones[slot];

		for (first = run * self.thread; first < z->r.pages; first += stride) {
			const size_t left = z->r.pages - first;

			pthread_rwlock_rdlock(&z->guard);
			fn(z, first, left < run ? left : run);
			pthread_rwlock_unlock(&z->guard);
		}
	}
}

static void fill(struct zone *z, size_t first, size_t count)
{
	if (tally->stop || (z->slot == Z_COMMON && (self.actor || actor_life)))
		return;
	range_lock(z, first, count);
	op_blind(z, first, count);
	range_unlock(z, first, count);
}

static void inject_lost(uint8_t *page)
{
	int fd = memfd_create("empty", MFD_CLOEXEC);

	if (fd < 0 || mmap(page, PAGE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
		fail("can't inject");
}

static void inject(void)
{
	struct zone *z = &zones[opt.inject == INJECT_COMMON ? Z_COMMON : Z_THP64];
	const size_t page = below(z->r.pages);

	if (self.actor || self.thread)
		return;
	if (opt.inject == INJECT_BYTE || opt.inject == INJECT_COMMON)
		page_spoil(z, page);
	else if (opt.inject == INJECT_LOST)
		inject_lost(zone_page(z, page));
}

static void *thread_main(void *arg)
{
	const unsigned int nr = (uintptr_t)arg;
	const unsigned int actor = actor_life >> 8;

	self.actor = actor;
	identify(nr, mix64(opt.seed ^ mix64(actor_life << 8 | nr)));
	trace("begins, life %u", actor_life & 0xff);
	each_share("fill", fill);
	while (!tally->stop && (!opt.steps || self.step < opt.steps))
		make_step();
	/* nobody makes good, by a step of his, what is damaged now */
	pthread_barrier_wait(&all_ended);
	inject();
	pthread_barrier_wait(&all_ended);
	each_share("last check", range_verify);
	trace("ends after %llu steps", (unsigned long long)self.step);
	return NULL;
}

static int start_thread(pthread_t *thread, unsigned int nr)
{
	pthread_attr_t attr;
	int err;

	pthread_attr_init(&attr);
	err = pthread_attr_setstack(&attr, stacks[nr], STACK_BYTES);
	if (!err)
		err = pthread_create(thread, &attr, thread_main,
				     (void *)(uintptr_t)nr);
	pthread_attr_destroy(&attr);
	return err;
}

_Noreturn void actor_main(unsigned int nr, unsigned int life)
{
	pthread_t threads[MAX_THREADS];
	unsigned int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	set_signals();
	lock_own_memory();
	self.actor = nr;
	actor_life = nr << 8 | (life & 0xff);
	create_zones();
	pthread_barrier_init(&all_ended, NULL, opt.threads);
	layout_lock();
	for (i = 0; i < opt.threads; i++) {
		if (start_thread(&threads[i], i)) {
			fail("no thread");
			_exit(EXIT_ERROR);
		}
	}
	layout_unlock();
	for (i = 0; i < opt.threads; i++)
		pthread_join(threads[i], NULL);
	_exit(EXIT_GOOD);
}
