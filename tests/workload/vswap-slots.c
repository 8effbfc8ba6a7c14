// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the module which slots files have (VSWAP_FILE_SLOTS), as somebody would who means no good.
 *
 *	vswap-slots --wrong FOLDER	what must be refused, and what must not take long; FOLDER is
 *					in tmpfs, the module is loaded
 *	vswap-slots --race FOLDER	until SIGTERM: several ask for files in FOLDER, and for what is
 *					none, which others write, swap out, truncate and delete
 *					meanwhile, and whose descriptors they close; the askers get
 *					killed; the module comes and goes as it likes
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../module/vswap_ioctl.h"
#include "content.h"
#include "util.h"

#define CONTROL		"/dev/" VSWAP_CONTROL_DEVICE
#define ROOM		512
#define CANARY		0x5a5a5a5a5a5a5a5aULL
#define FILES		8
#define ASKERS		2
#define CHANGERS	2
/* Numbers of descriptors that come and go. */
#define FIRST_FD	100
#define PAGES		256
#define NOBODY		65534

const char prog[] = "vswap-slots";

struct totals {
	atomic_ulong asked;
	atomic_ulong found;
	atomic_ulong bad;
};

static struct totals *totals;
static volatile sig_atomic_t stop;

static void __attribute__((format(printf, 1, 2), noreturn)) fail(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain("%s\n", text);
	if (totals)
		atomic_fetch_add(&totals->bad, 1);
	exit(EXIT_ERROR);
}

static int ask(int control, struct vswap_file_slots *request)
{
	return ioctl(control, VSWAP_FILE_SLOTS, request) ? errno : 0;
}

static void file_name(char name[4096], const char *folder, unsigned int number)
{
	snprintf(name, 4096, "%s/%u", folder, number);
}

/* ---- What is wrong ---- */

static void expect(const char *what, int wanted, int control, struct vswap_file_slots request)
{
	int error = ask(control, &request);

	if (error != wanted)
		fail("%s: %s, not %s", what, strerrorname_np(error) ?: "0", strerrorname_np(wanted) ?: "0");
}

static void expect_of(const char *path, int flags, int wanted, int control)
{
	uint64_t slots[ROOM];
	int fd = open(path, flags);

	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	expect(path, wanted, control, (struct vswap_file_slots){ 0, (uintptr_t)slots, ROOM, fd });
	close(fd);
}

static void wrong_files(const char *folder, int control)
{
	uint64_t slots[ROOM];
	int ends[2];

	expect_of("/proc/self/maps", O_RDONLY, EINVAL, control);
	expect_of("/dev/zero", O_RDONLY, EINVAL, control);
	expect_of(CONTROL, O_RDONLY, EINVAL, control);
	expect_of(folder, O_RDONLY, EINVAL, control);
	expect_of(folder, O_PATH, EBADF, control);
	expect("no file", EBADF, control, (struct vswap_file_slots){ 0, (uintptr_t)slots, ROOM, -1 });
	expect("no file", EBADF, control, (struct vswap_file_slots){ 0, (uintptr_t)slots, ROOM, 1000000 });
	if (pipe(ends))
		fail("pipe: %s", strerror(errno));
	expect("a pipe", EINVAL, control, (struct vswap_file_slots){ 0, (uintptr_t)slots, ROOM, ends[0] });
	close(ends[0]);
	close(ends[1]);
}

static void wrong_addresses(int control, int fd)
{
	static const struct vswap_file_slots all = { .nr = ~0U };
	/* The last byte of what is mapped, and what can't be. */
	char *page = mmap(NULL, 2 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vswap_file_slots *request = (void *)(page + PAGE_BYTES) - sizeof(*request) / 2;
	uint64_t kernel = 0xffff888000000000, slots[ROOM];

	munmap(page + PAGE_BYTES, PAGE_BYTES);
	if (ask(control, request) != EFAULT || ask(control, (void *)kernel) != EFAULT || ask(control, NULL) != EFAULT)
		fail("a request that isn't there was read");
	request = (void *)page;
	*request = all;
	request->fd = fd;
	request->slots = kernel;
	if (ask(control, request) != EFAULT)
		fail("slots were written to the kernel");
	/* Room for one less than there are, and no more. */
	*request = all;
	request->fd = fd;
	request->slots = (uintptr_t)(page + PAGE_BYTES - sizeof(uint64_t));
	if (ask(control, request) != EFAULT)
		fail("more slots than there was room");
	request->slots = (uintptr_t)slots;
	request->nr = ROOM;
	mprotect(page, PAGE_BYTES, PROT_READ);
	if (ask(control, request) != EFAULT)
		fail("the answer was written where nothing may be");
}

/* All of a file, in steps of @nr. */
static unsigned long count(int control, int fd, uint32_t nr)
{
	struct vswap_file_slots request = { .fd = fd };
	uint64_t slots[ROOM], last = 0;
	unsigned long found = 0;

	do {
		request.nr = nr;
		request.slots = (uintptr_t)slots;
		if (ask(control, &request))
			fail("%s", strerror(errno));
		if (request.first && request.first < last + (last != 0))
			fail("it doesn't get on from page %lu", (unsigned long)last);
		last = request.first;
		found += request.nr;
	} while (request.first);
	return found;
}

static void page_out(int fd, off_t at)
{
	char *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);

	if (page == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	memset(page, (int)(at >> 12) | 1, PAGE_BYTES);
	madvise(page, PAGE_BYTES, MADV_PAGEOUT);
	munmap(page, PAGE_BYTES);
}

/* As long as a file can be, with a page here and there. */
static void huge_file(const char *name, int control)
{
	static const off_t at[] = { 0, 1L << 20, 1L << 40, 1L << 50, 1L << 62, 0x7ffffffffffff000 - PAGE_BYTES };
	int fd = open(name, O_RDWR | O_CREAT, 0600);
	double begin = now_seconds();
	unsigned int i;

	if (fd < 0 || ftruncate(fd, 0x7ffffffffffff000))
		fail("%s: %s", name, strerror(errno));
	if (count(control, fd, 1))
		fail("pages of nothing");
	for (i = 0; i < sizeof(at) / sizeof(*at); i++)
		while (page_out(fd, at[i]), count(control, fd, 1) <= i)
			if (now_seconds() > begin + 60)
				fail("page %u isn't swapped out", i);
	if (count(control, fd, ROOM) != i || count(control, fd, 1) != i)
		fail("%lu and %lu slots, not %u", count(control, fd, ROOM), count(control, fd, 1), i);
	expect("nothing", 0, control, (struct vswap_file_slots){ 0, 0, 0, fd });
	expect("behind the end", 0, control, (struct vswap_file_slots){ ~0ULL, 0, ROOM, fd });
	expect("behind the end", 0, control, (struct vswap_file_slots){ 1ULL << 63, 0, ROOM, fd });
	begin = now_seconds();
	for (i = 0; i < 100; i++)
		count(control, fd, 1);
	if (now_seconds() > begin + 60)
		fail("holes take %.0f s", now_seconds() - begin);
	wrong_addresses(control, fd);
	if (setresuid(NOBODY, NOBODY, NOBODY))
		fail("setresuid: %s", strerror(errno));
	expect("another user", EPERM, control, (struct vswap_file_slots){ 0, 0, 0, fd });
}

static void do_wrong(const char *folder)
{
	int control = open(CONTROL, O_RDONLY);
	char name[4096];

	if (control < 0)
		fail(CONTROL ": %s", strerror(errno));
	file_name(name, folder, 0);
	wrong_files(folder, control);
	huge_file(name, control);
}

/* ---- A race ---- */

static unsigned int any(unsigned int *state, unsigned int below)
{
	return rand_r(state) % below;
}

/* Closes what the other thread is asking for, and opens something else in its place. */
static void *exchange_files(void *folder)
{
	static const char *const others[] = { "/proc/self/maps", "/dev/zero", "/", CONTROL };
	unsigned int state = getpid();
	char name[4096];
	int fd, number;

	for (;;) {
		number = FIRST_FD + any(&state, FILES);
		file_name(name, folder, any(&state, FILES));
		fd = open(any(&state, 8) ? name : others[any(&state, 4)], O_RDONLY);
		if (fd >= 0) {
			dup2(fd, number);
			close(fd);
		}
		if (!any(&state, 4))
			close(number);
	}
	return NULL;
}

static void ask_any(int control, unsigned int *state)
{
	static uint64_t slots[ROOM + 1];
	uint32_t i, nr = any(state, ROOM + 1);
	uint64_t first = any(state, 3) ? any(state, PAGES) : 0;
	struct vswap_file_slots request = { first, (uintptr_t)slots, nr, FIRST_FD + any(state, FILES) };
	int error;

	for (i = nr; i <= ROOM; i++)
		slots[i] = CANARY;
	error = ask(control, &request);
	atomic_fetch_add(&totals->asked, 1);
	if (error == EBADF || error == EINVAL)
		return;
	if (error || request.nr > nr || (request.first && request.first < first))
		fail("%d: %u of %u slots, from %lu to %lu", error, request.nr, nr, (unsigned long)first,
		     (unsigned long)request.first);
	for (i = 0; i < request.nr; i++)
		if (!slots[i])
			fail("slot 0");
	for (i = nr; i <= ROOM; i++)
		if (slots[i] != CANARY)
			fail("it wrote behind the end");
	atomic_fetch_add(&totals->found, request.nr);
}

static void ask_on(const char *folder)
{
	unsigned int i, state = getpid();
	pthread_t thread;
	int control;

	if (pthread_create(&thread, NULL, exchange_files, (void *)folder))
		fail("no thread");
	for (;;) {
		control = open(CONTROL, O_RDONLY);
		if (control < 0) {
			usleep(1000);
			continue;
		}
		for (i = 0; i < 50; i++)
			ask_any(control, &state);
		close(control);
		/* so that the module may go */
		usleep(any(&state, 20000));
	}
}

/* Another one may truncate it at any time: pages are mapped, but nobody touches them. */
static void change_pages(int fd, unsigned int *state)
{
	off_t at = (off_t)any(state, PAGES) * PAGE_BYTES;
	size_t size = (1 + any(state, 64)) * PAGE_BYTES;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);

	if (memory == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	if (pwrite(fd, prog, sizeof(prog), at) < 0 || fallocate(fd, 0, at, size))
		fail("write: %s", strerror(errno));
	madvise(memory, size, MADV_POPULATE_READ);
	madvise(memory, size, MADV_PAGEOUT);
	munmap(memory, size);
}

static void cut(int fd, unsigned int *state)
{
	off_t at = (off_t)any(state, PAGES) * PAGE_BYTES + any(state, 2);

	if (any(state, 2) ? ftruncate(fd, at) :
	    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, PAGES / 2 * PAGE_BYTES))
		fail("cut: %s", strerror(errno));
}

static void change_on(const char *folder)
{
	unsigned int state = getpid();
	char name[4096];
	int fd;

	for (;;) {
		file_name(name, folder, any(&state, FILES));
		fd = open(name, O_RDWR | O_CREAT, 0600);
		if (fd < 0)
			fail("%s: %s", name, strerror(errno));
		change_pages(fd, &state);
		if (!any(&state, 4))
			cut(fd, &state);
		if (!any(&state, 8))
			unlink(name);
		close(fd);
	}
}

static pid_t begin(void (*work)(const char *folder), const char *folder)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_DFL);
	work(folder);
	exit(EXIT_ERROR);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void note_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static int do_race(const char *folder)
{
	pid_t asker[ASKERS], changer[CHANGERS];
	unsigned int i;

	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	signal(SIGTERM, note_signal);
	for (i = 0; i < CHANGERS; i++)
		changer[i] = begin(change_on, folder);
	for (i = 0; i < ASKERS; i++)
		asker[i] = begin(ask_on, folder);
	for (i = 0; !stop && !totals->bad; i = (i + 1) % ASKERS) {
		usleep(300000);
		end(asker[i]);
		asker[i] = begin(ask_on, folder);
	}
	for (i = 0; i < ASKERS; i++)
		end(asker[i]);
	for (i = 0; i < CHANGERS; i++)
		end(changer[i]);
	printf("%s: asked=%lu found=%lu bad=%lu\n", prog, totals->asked, totals->found, totals->bad);
	return totals->bad || !totals->found ? EXIT_ERROR : EXIT_GOOD;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--race"))
		return do_race(argv[2]);
	if (argc != 3 || strcmp(argv[1], "--wrong"))
		fail("usage: vswap-slots --wrong|--race FOLDER");
	do_wrong(argv[2]);
	return EXIT_GOOD;
}
