// SPDX-License-Identifier: GPL-2.0
/*
 * Stands for /dev/vswap-control, and for file systems, in a vswapctl that is linked with
 * --wrap= of the functions below. Tells in $FAKE_LOG what was requested. What it is to do:
 *
 *	FAKE_OPEN	opening the device fails with this errno
 *	FAKE_READ	reading it does
 *	FAKE_RESULT	requests fail with this errno
 *	FAKE_SLOTS	asking a file for its slots does; else these are the numbers in it, two
 *			at a time, and a file that begins with anything else is in no tmpfs
 *	FAKE_SAYS	requests have this record come to the kernel's log of $VSWAP_ROOT
 *	FAKE_MOVE	"PAGES MS MAX": a removal moves so many pages each so many
 *			milliseconds, MAX in all; if more are there, it waits for a signal
 *	FAKE_FREED	so many pages are freed before any moves
 *	FAKE_EINTR	so many times a removal returns for no reason
 *	FAKE_BTRFS	all files are on btrfs, and their flags are told in the log
 *	FAKE_FREE	so many bytes are free on all file systems
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../../module/vswap_ioctl.h"

int __real_ioctl(int fd, unsigned long request, ...);
int __real_open(const char *path, int flags, ...);
ssize_t __real_pread(int fd, void *buffer, size_t size, off_t at);
int __real_fstatfs(int fd, struct statfs *fs);
int __real_statvfs(const char *path, struct statvfs *fs);

static const char *text(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static int number_of_error(const char *name)
{
	int i;

	for (i = 1; i < 200; i++)
		if (strerrorname_np(i) && !strcmp(strerrorname_np(i), name))
			return i;
	return 0;
}

static int fail_with(int error)
{
	errno = error;
	return error ? -1 : 0;
}

/* ---- What was requested ---- */

static void print_name(FILE *log, const char *key, const char *field)
{
	size_t i;

	fprintf(log, " %s=%.*s", key, VSWAP_NAME_SIZE, field);
	for (i = strnlen(field, VSWAP_NAME_SIZE); i < VSWAP_NAME_SIZE; i++)
		if (field[i])
			fputs(" RUBBISH", log);
	if (field[VSWAP_NAME_SIZE - 1])
		fputs(" ENDLESS", log);
}

static const char *path_of_file(int fd)
{
	static char path[4096];
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	return path;
}

static void print_file(FILE *log, int fd)
{
	static const char *const modes[] = { "r", "w", "rw" };

	if (fd < 0) {
		fprintf(log, " fd=%d", fd);
		return;
	}
	fprintf(log, " fd=%s,%s%s", path_of_file(fd), modes[fcntl(fd, F_GETFL) & O_ACCMODE],
		fcntl(fd, F_GETFD) & FD_CLOEXEC ? ",cloexec" : "");
}

static void log_spec(FILE *log, const struct vswap_backend_spec *spec)
{
	fputs("add", log);
	print_name(log, "name", spec->name);
	print_name(log, "type", spec->type);
	print_name(log, "compressor", spec->compressor);
	fprintf(log, " limit=%llu tier=%d", (unsigned long long)spec->limit_bytes, spec->tier);
	print_file(log, spec->fd);
}

static void log_request(FILE *log, const char *what, const struct vswap_backend_request *request)
{
	fputs(what, log);
	print_name(log, "name", request->name);
	fprintf(log, " bytes=%llu flags=%u", (unsigned long long)request->bytes, request->flags);
	print_file(log, request->fd);
}

static void log_call(int fd, unsigned long request, const void *argument)
{
	FILE *log = fopen(text("FAKE_LOG"), "ae");

	if (!log)
		abort();
	if (request == VSWAP_BACKEND_ADD)
		log_spec(log, argument);
	else if (request == VSWAP_BACKEND_REMOVE)
		log_request(log, "remove", argument);
	else if (request == VSWAP_BACKEND_DISABLE)
		log_request(log, "disable", argument);
	else if (request == VSWAP_BACKEND_ENABLE)
		log_request(log, "enable", argument);
	else if (request == VSWAP_BACKEND_RESIZE)
		log_request(log, "resize", argument);
	else
		fprintf(log, "%#lx", request);
	if (fd < 0 || !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
		fputs(" INHERITED", log);
	fputc('\n', log);
	fclose(log);
}

static void log_to_kernel(const char *record)
{
	char *path;
	FILE *log;

	if (!*record)
		return;
	if (asprintf(&path, "%s/dev/kmsg", text("VSWAP_ROOT")) < 0)
		abort();
	log = fopen(path, "ae");
	if (!log || fprintf(log, "%s\n", record) < 0 || fclose(log))
		abort();
	free(path);
}

/* ---- A removal ---- */

static char *path_of(const char *name, const char *file)
{
	char *path;

	if (asprintf(&path, *name ? "%s/backend/%s/%s" : "%s%s/%s", text("VSWAP_SYSFS"),
		     name, file) < 0)
		abort();
	return path;
}

/* Adds @change to the number in a file, if it is there; it is never seen empty. */
static uint64_t add(const char *name, const char *file, int64_t change)
{
	char *path = path_of(name, file), *other = path_of("", "../new-value");
	unsigned long long number = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		goto out;
	if (fscanf(f, "%llu", &number) != 1)
		abort();
	fclose(f);
	number += change;
	f = fopen(other, "we");
	if (!f || fprintf(f, "%llu\n", number) < 0 || fclose(f) || rename(other, path))
		abort();
out:
	free(path);
	free(other);
	return number;
}

static void take_away(const char *name)
{
	char *path = path_of(name, "."), *command;

	path[strlen(path) - strlen("/.")] = '\0';
	if (asprintf(&command, "rm -r '%s'", path) < 0 || system(command))
		abort();
	free(command);
	free(path);
}

/* A read() would go on after a handler with SA_RESTART, as some requests would. */
static int tick(int timer)
{
	uint64_t expired;

	return read(timer, &expired, sizeof(expired)) < 0 ? errno : 0;
}

static int move_pages(const char *name, uint64_t pages, unsigned int ms, uint64_t max)
{
	struct itimerspec period = {
		.it_interval = { ms / 1000, ms % 1000 * 1000000L },
		.it_value = { ms / 1000, ms % 1000 * 1000000L },
	};
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), error;
	uint64_t left, now, moved = 0;

	left = add(name, "used_pages", -atoll(text("FAKE_FREED")));
	timerfd_settime(timer, 0, &period, NULL);
	while (!(error = tick(timer)) && left) {
		now = pages < left ? pages : left;
		if (moved + now > max)
			continue;
		moved += now;
		add("", "moved_pages", now);
		add(name, "moved_pages", now);
		left = add(name, "used_pages", -(int64_t)now);
	}
	close(timer);
	return error;
}

static int remove_backend(const struct vswap_backend_request *request)
{
	static int returned;
	unsigned long long pages = 1 << 30, max = 1 << 30;
	unsigned int ms = 1;
	int error;

	if (returned++ < atoi(text("FAKE_EINTR")))
		return EINTR;
	alarm(120);	/* a signal that doesn't end it shall not hang the tests */
	sscanf(text("FAKE_MOVE"), "%llu %u %llu", &pages, &ms, &max);
	error = move_pages(request->name, pages, ms, max);
	if (!error)
		take_away(request->name);
	return error;
}

/* ---- File systems ---- */

static int file_flags(int fd, unsigned long request, int *flags)
{
	FILE *log = fopen(text("FAKE_LOG"), "ae");
	struct stat status;

	if (!log || fstat(fd, &status))
		abort();
	if (request == FS_IOC_GETFLAGS)
		*flags = FS_EXTENT_FL;
	else
		fprintf(log, "flags=%#x size=%lld\n", *flags, (long long)status.st_size);
	fclose(log);
	return 0;
}

int __wrap_fstatfs(int fd, struct statfs *fs)
{
	int result = __real_fstatfs(fd, fs);

	if (!result && *text("FAKE_BTRFS"))
		fs->f_type = BTRFS_SUPER_MAGIC;
	return result;
}

int __wrap_statvfs(const char *path, struct statvfs *fs)
{
	int result = __real_statvfs(path, fs);

	if (!result && *text("FAKE_FREE"))
		fs->f_bavail = strtoull(text("FAKE_FREE"), NULL, 10) / fs->f_frsize;
	return result;
}

/* ---- Files in tmpfs ---- */

static int file_slots(struct vswap_file_slots *request)
{
	uint64_t *slots = (uint64_t *)(uintptr_t)request->slots;
	unsigned int i, room = request->nr < 2 ? request->nr : 2;
	unsigned long long slot;
	char path[64];
	FILE *file;
	bool more;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", request->fd);
	file = fopen(path, "re");
	if (!file)
		abort();
	request->nr = 0;
	for (i = 0; (more = fscanf(file, "%llu", &slot) == 1) && request->nr < room; i++)
		if (i >= request->first)
			slots[request->nr++] = slot;
	fclose(file);
	request->first = more ? i : 0;
	return i ? 0 : EINVAL;
}

/* ---- What is called in place of the kernel ---- */

int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
	const struct vswap_backend_request *what = argument;
	int error = number_of_error(text("FAKE_RESULT"));

	if (*text("FAKE_BTRFS") && (request == FS_IOC_GETFLAGS || request == FS_IOC_SETFLAGS))
		return file_flags(fd, request, argument);
	if (_IOC_TYPE(request) != 'V')
		return __real_ioctl(fd, request, argument);
	if (request == VSWAP_FILE_SLOTS) {
		error = number_of_error(text("FAKE_SLOTS"));
		return fail_with(error ? error : file_slots(argument));
	}
	log_call(fd, request, argument);
	log_to_kernel(text("FAKE_SAYS"));
	if (!error && request == VSWAP_BACKEND_REMOVE && !(what->flags & VSWAP_REMOVE_DRY_RUN))
		error = remove_backend(what);
	return fail_with(error);
}

ssize_t __wrap_pread(int fd, void *buffer, size_t size, off_t at)
{
	int error = number_of_error(text("FAKE_READ"));

	if (error && !strcmp(path_of_file(fd), text("VSWAP_CONTROL")))
		return fail_with(error);
	return __real_pread(fd, buffer, size, at);
}

int __wrap_open(const char *path, int flags, ...)
{
	int error = number_of_error(text("FAKE_OPEN"));
	va_list ap;
	int mode;

	if (error && !strcmp(path, text("VSWAP_CONTROL")))
		return fail_with(error);
	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, int) : 0;
	va_end(ap);
	return __real_open(path, flags, mode);
}
