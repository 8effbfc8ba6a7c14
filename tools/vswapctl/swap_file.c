// SPDX-License-Identifier: GPL-2.0
/* Swap files as the module wants them: root's alone, without holes, and on btrfs not copied on write. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "message.h"
#include "program.h"
#include "replace.h"
#include "swap_file.h"
#include "system.h"

#define UUID_BYTES	16
/* Where mkswap(8) puts it. */
#define UUID_OFFSET	(1024 + 3 * sizeof(uint32_t))

static void print_uuid(const unsigned char bytes[UUID_BYTES], char uuid[SWAP_UUID_SIZE])
{
	char *to = uuid;
	int i;

	for (i = 0; i < UUID_BYTES; i++)
		to += sprintf(to, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			      bytes[i]);
}

void swap_file_make_uuid(char uuid[SWAP_UUID_SIZE])
{
	unsigned char bytes[UUID_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		fail("no random numbers: %s", strerror(errno));
	/* Version 4: random. */
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	print_uuid(bytes, uuid);
}

bool swap_file_has_uuid(const char *path, const char *uuid)
{
	char *whole = system_path(path), its[SWAP_UUID_SIZE] = "";
	int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	unsigned char bytes[UUID_BYTES];

	if (fd >= 0 && pread(fd, bytes, sizeof(bytes), UUID_OFFSET) == sizeof(bytes))
		print_uuid(bytes, its);
	if (fd >= 0)
		close(fd);
	free(whole);
	return !strcmp(its, uuid);
}

uint64_t swap_file_bytes(const char *path)
{
	char *whole = system_path(path);
	struct stat status;
	bool is_file = !stat(whole, &status) && S_ISREG(status.st_mode);

	free(whole);
	return is_file ? (uint64_t)status.st_size : 0;
}

/* It has to be said while the file is empty. */
static int set_no_copy(int fd)
{
	struct statfs fs;
	int flags;

	if (fstatfs(fd, &fs))
		return errno;
	if (fs.f_type != BTRFS_SUPER_MAGIC)
		return 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return errno;
	flags |= FS_NOCOW_FL;
	return ioctl(fd, FS_IOC_SETFLAGS, &flags) ? errno : 0;
}

static int make_empty(const char *whole)
{
	int error = make_folders(whole), fd;

	if (error)
		return error;
	if (unlink(whole) && errno != ENOENT)
		return errno;
	fd = open(whole, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	error = fchmod(fd, 0600) ? errno : set_no_copy(fd);
	close(fd);
	return error;
}

/* It has all of its blocks when it gets its name. */
static int put_in_place(const char *new, const char *whole)
{
	int fd = open(new, O_RDWR | O_CLOEXEC), error = 0;

	if (fd < 0 || fsync(fd))
		error = errno;
	if (fd >= 0)
		close(fd);
	if (!error && renameat2(AT_FDCWD, new, AT_FDCWD, whole, RENAME_NOREPLACE))
		error = errno;
	return error ? error : sync_folder(whole);
}

static char *new_name(const char *path)
{
	char *whole = system_path(path), *new = xasprintf("%s.new", whole);

	free(whole);
	return new;
}

void swap_file_forget(const char *path)
{
	char *new = new_name(path);

	if (unlink(new) && errno != ENOENT && errno != ENOTDIR)
		fail("cannot remove %s.new: %s", path, strerror(errno));
	free(new);
}

static void __attribute__((noreturn)) fail_making(const char *path, const char *what)
{
	swap_file_forget(path);
	fail("%s: %s", path, what);
}

void swap_file_make(const char *path, uint64_t bytes, const char *uuid)
{
	char *whole = system_path(path), *new = new_name(path);
	char *length = xasprintf("%llu", (unsigned long long)bytes);
	char *fallocate[] = { "fallocate", "-l", length, new, NULL };
	char *mkswap[] = { "mkswap", "-q", "-U", (char *)uuid, new, NULL };
	int error = make_empty(new);

	if (error)
		fail_making(path, strerror(error));
	if (program_run(fallocate))
		fail_making(path, "no room for it");
	if (program_run(mkswap))
		fail_making(path, "mkswap failed");
	error = put_in_place(new, whole);
	if (error)
		fail_making(path, strerror(error));
	free(length);
	free(new);
	free(whole);
}
