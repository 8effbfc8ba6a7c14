// SPDX-License-Identifier: GPL-2.0
/* The module's files, read and written. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "sysfs.h"

#define DEFAULT_ROOT	"/sys/kernel/vswap"
#define FILE_MAX_BYTES	4096u	/* sysfs gives no more than a page */

const char *sysfs_root(void)
{
	const char *root = getenv("VSWAP_SYSFS");

	return root && *root ? root : DEFAULT_ROOT;
}

void sysfs_fail_not_loaded(void)
{
	fail("the vswap module is not loaded (no %s)", sysfs_root());
}

int sysfs_try_open(void)
{
	int dir = open(sysfs_root(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 && errno != ENOENT)
		fail("cannot open %s: %s", sysfs_root(), strerror(errno));
	return dir;
}

bool sysfs_try_close(int dir)
{
	struct stat before, now;
	bool same = !fstat(dir, &before) && !stat(sysfs_root(), &now) &&
		    before.st_ino == now.st_ino;

	close(dir);
	return same;
}

int sysfs_open(void)
{
	int dir = sysfs_try_open();

	if (dir < 0)
		sysfs_fail_not_loaded();
	return dir;
}

void sysfs_close(int dir)
{
	if (!sysfs_try_close(dir))
		sysfs_fail_not_loaded();
}

/* A backend that is being removed; if it is the module, sysfs_close() tells. */
static bool is_gone(int error)
{
	return error == ENOENT || error == ENODEV;
}

static void __attribute__((noreturn)) fail_read(const char *path)
{
	fail("cannot read %s/%s: %s", sysfs_root(), path, strerror(errno));
}

/* Bytes read into @buf, at most @size; or -1. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t got;

	while (len < size) {
		got = read(fd, buf + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (!got)
			break;
		len += got;
	}
	return len;
}

char *sysfs_read(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	char buf[FILE_MAX_BYTES + 1];
	ssize_t len = -1;

	if (fd >= 0) {
		len = read_all(fd, buf, sizeof(buf));
		close(fd);
	}
	if (len < 0 && is_gone(errno))
		return NULL;
	if (len < 0)
		fail_read(path);

	if (len && buf[len - 1] == '\n')
		len--;
	if ((size_t)len == sizeof(buf) || memchr(buf, '\0', len))
		fail("malformed value in %s/%s", sysfs_root(), path);
	buf[len] = '\0';
	return xstrdup(buf);
}

int sysfs_write(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int error;

	if (fd < 0)
		fail("cannot write %s/%s: %s", sysfs_root(), path, strerror(errno));
	error = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	return error;
}

void sysfs_malformed(const char *path, const char *text)
{
	char *shown = xstrdup(text);
	char *c;

	for (c = shown; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fail("malformed value in %s/%s: '%.80s'", sysfs_root(), path, shown);
}
