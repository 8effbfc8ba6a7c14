// SPDX-License-Identifier: GPL-2.0
/* Files that are there whole, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
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
	return 0;
}

/* Not every file system can say that there is none and rename at once. */
static int rename_to_none(const char *new, const char *path)
{
	if (!renameat2(AT_FDCWD, new, AT_FDCWD, path, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (!access(path, F_OK)) {
		errno = EEXIST;
		return -1;
	}
	return rename(new, path);
}

/*
 * @fd: a new file, called @new; it is closed. Returns 0 or an errno, with no such file then.
 * @over: a file that is there goes
 */
static int fill_and_rename(int fd, const char *new, const char *path, const char *text,
			   mode_t mode, bool sync, bool over)
{
	int error = write_all(fd, text);

	/* Whatever the umask is. */
	if (!error && fchmod(fd, mode))
		error = errno;
	if (!error && sync && fsync(fd))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	if (!error && (over ? rename(new, path) : rename_to_none(new, path)))
		error = errno;
	if (error)
		unlink(new);
	return error;
}

/* One name, so that what was killed in between leaves one file, which the next one takes away. */
static int replace(const char *path, const char *text, mode_t mode)
{
	char *new = xasprintf("%s.new", path);
	int error = make_folders(path), fd = -1;

	if (!error && unlink(new) && errno != ENOENT)
		error = errno;
	if (!error)
		fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (!error && fd < 0)
		error = errno;
	if (!error)
		error = fill_and_rename(fd, new, path, text, mode, true, true);
	if (!error)
		error = sync_folder(path);
	free(new);
	return error;
}

int replace_file(const char *path, const char *text, mode_t mode)
{
	char *whole = system_path(path);
	int error = replace(whole, text, mode);

	free(whole);
	return error;
}

static int make_passing_file(const char *path, const char *text, mode_t mode, bool over)
{
	char *new = xasprintf("%s.XXXXXX", path);
	int fd = mkstemp(new);
	int error = fd < 0 ? errno : fill_and_rename(fd, new, path, text, mode, false, over);

	free(new);
	return error;
}

int replace_passing_file(const char *path, const char *text, mode_t mode)
{
	return make_passing_file(path, text, mode, true);
}

int place_new_file(const char *path, const char *text, mode_t mode)
{
	return make_passing_file(path, text, mode, false);
}
