// SPDX-License-Identifier: GPL-2.0
/* Files that are there whole, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "replace.h"
#include "system.h"

int make_folders(const char *path)
{
	char *copy = xstrdup(path), *slash = copy;
	int error = 0;

	while (!error && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			error = errno;
		*slash = '/';
	}
	free(copy);
	return error;
}

int sync_folder(const char *path)
{
	char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (fd < 0 || fsync(fd))
		error = errno;
	if (fd >= 0)
		close(fd);
	free(copy);
	return error;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t done;

	while (left) {
		done = write(fd, text, left);
		if (done < 0 && errno != EINTR)
			return errno;
		if (done > 0) {
			text += done;
			left -= done;
		}
	}
	return fsync(fd) ? errno : 0;
}

static int write_file(const char *path, const char *text, mode_t mode)
{
	int fd, error;

	if (unlink(path) && errno != ENOENT)
		return errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return errno;
	error = write_all(fd, text);
	/* Whatever the umask is. */
	if (!error && fchmod(fd, mode))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	return error;
}

int replace_file(const char *path, const char *text, mode_t mode)
{
	char *whole = system_path(path), *new = xasprintf("%s.new", whole);
	int error = make_folders(whole);

	if (!error)
		error = write_file(new, text, mode);
	if (!error && rename(new, whole))
		error = errno;
	if (!error)
		error = sync_folder(whole);
	else
		unlink(new);
	free(new);
	free(whole);
	return error;
}
