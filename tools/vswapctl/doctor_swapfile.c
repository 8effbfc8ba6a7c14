// SPDX-License-Identifier: GPL-2.0
/* vswapctl doctor: the swap file, by the module's rules and by what the kernel says of it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "doctor_options.h"
#include "findings.h"
#include "message.h"
#include "system.h"

#define TOPIC	"options"

/* The file that is looked at: @path for people, @whole to open it. */
struct swap_file {
	const char *name;
	const char *path;
	char *whole;
	struct statx status;
	bool is_file;
	u64 bytes;
	int fd;
};

static bool same_file(const struct statx *status, const char *path)
{
	struct statx other;

	if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &other))
		return false;
	if (S_ISBLK(status->stx_mode))
		return S_ISBLK(other.stx_mode) && status->stx_rdev_major == other.stx_rdev_major &&
		       status->stx_rdev_minor == other.stx_rdev_minor;
	return status->stx_ino == other.stx_ino && status->stx_dev_major == other.stx_dev_major &&
	       status->stx_dev_minor == other.stx_dev_minor;
}

/* Does the module that is loaded have it? */
static bool is_ours(const struct swap_file *file)
{
	char *its = xasprintf("/sys/kernel/vswap/backend/%s/path", file->name);
	char *path = system_line(its), *whole = system_path(path);
	bool ours = *path && same_file(&file->status, whole);

	free(its);
	free(whole);
	free(path);
	return ours;
}

static bool is_swap(const struct swap_file *file)
{
	FILE *swaps = system_open("/proc/swaps");
	char *line = NULL;
	bool found = false;
	size_t size = 0;

	while (swaps && !found && getline(&line, &size, swaps) > 0) {
		char *whole;

		line[strcspn(line, " \t\n")] = '\0';
		whole = system_path(line);
		found = same_file(&file->status, whole);
		free(whole);
	}
	free(line);
	if (swaps)
		fclose(swaps);
	return found;
}

/*
 * Would the file system find a place on the disk for each byte? What only it knows, such as
 * whether it can hold swap files at all, stays for it to say.
 */
static bool has_holes(const struct swap_file *file)
{
	char buffer[sizeof(struct fiemap) + 64 * sizeof(struct fiemap_extent)] = "";
	struct fiemap *map = (void *)buffer;
	u64 end = 0;
	u32 i;

	do {
		map->fm_start = end;
		map->fm_length = file->bytes - end;
		map->fm_extent_count = 64;
		if (ioctl(file->fd, FS_IOC_FIEMAP, map))
			return (u64)file->status.stx_blocks * 512 < file->bytes;
		for (i = 0; i < map->fm_mapped_extents; i++) {
			if (map->fm_extents[i].fe_logical > end)
				return true;
			end = map->fm_extents[i].fe_logical + map->fm_extents[i].fe_length;
		}
	} while (map->fm_mapped_extents && end < file->bytes);
	return end < file->bytes;
}

static const char *check_place(const struct swap_file *file)
{
	struct statvfs fs;

	if (!file->is_file)
		return NULL;
	if (file->status.stx_attributes & STATX_ATTR_ENCRYPTED)
		return "encrypted by its file system";
	if (!fstatvfs(file->fd, &fs) && fs.f_flag & ST_RDONLY)
		return "on a read-only file system";
	return NULL;
}

static const char *check_content(const struct swap_file *file)
{
	struct rules_header header = { .page_size = sysconf(_SC_PAGESIZE) };
	const char *why = RULES_TOO_SMALL;

	header.page = xcalloc(1, header.page_size);
	if (pread(file->fd, header.page, header.page_size, 0) == (ssize_t)header.page_size)
		why = rules_check_header(&header, file->bytes, file->is_file);
	free(header.page);
	if (!why && file->is_file && has_holes(file))
		why = "has holes";
	return why;
}

/* In the order in which the module does so. */
static const char *check_open_file(struct swap_file *file)
{
	const char *why = check_place(file);

	file->bytes = file->is_file ? file->status.stx_size : (u64)lseek(file->fd, 0, SEEK_END);
	if (!why)
		why = check_content(file);
	return why;
}

/* Returns what is wrong, or NULL; .fd stays -1 where only root could tell more. */
static const char *check_file(struct swap_file *file)
{
	unsigned int mode = file->status.stx_mode;
	const char *why;

	file->is_file = S_ISREG(mode);
	if (!S_ISREG(mode) && !S_ISBLK(mode))
		return "neither a regular file nor a block device";
	why = rules_check_access(file->is_file, mode, file->status.stx_uid == system_owner());
	if (why)
		return why;
	if (is_ours(file))
		return NULL;
	if (is_swap(file))
		return "in use as swap";
	file->fd = open(file->whole, O_RDONLY | O_CLOEXEC | (file->is_file ? 0 : O_EXCL));
	if (file->fd < 0)
		return errno == EACCES ? NULL : errno == EBUSY ? "in use" : strerror(errno);
	why = check_open_file(file);
	close(file->fd);
	return why;
}

static void say_missing(const struct wanted_file *wanted, int error)
{
	say(PROBLEM, TOPIC, "%s: %s: vswap(4) tells how to make one%s", wanted->path,
	    strerror(error), wanted->needed ? "" : "; swap would start without it");
}

/* Is vswap loaded, but without it? */
static bool is_left_out(const struct swap_file *file)
{
	char *its = xasprintf("/sys/kernel/vswap/backend/%s", file->name);
	bool left_out = system_has("/sys/kernel/vswap/backends") && !system_has(its);

	free(its);
	return left_out;
}

static void say_usable(const struct swap_file *file, int tier)
{
	if (is_ours(file))
		say(OK, TOPIC, "vswap uses %s now", file->path);
	else if (file->fd < 0)
		say(WARNING, TOPIC, "%s can't be read: only root can tell", file->path);
	else if (is_left_out(file))
		say(WARNING, TOPIC, "vswap runs without %s: vswapctl backend add %s --path %s "
		    "--tier %d", file->path, file->name, file->path, tier);
	else
		say(OK, TOPIC, "the swap file %s can be used", file->path);
}

void check_swap_file(const struct wanted_file *wanted)
{
	struct swap_file file = { .name = wanted->name, .path = wanted->path, .fd = -1 };
	const char *why;

	file.whole = system_path(file.path);
	if (statx(AT_FDCWD, file.whole, 0, STATX_BASIC_STATS, &file.status)) {
		say_missing(wanted, errno);
	} else {
		why = check_file(&file);
		if (why)
			say(PROBLEM, TOPIC, "%s: %s", file.path, why);
		else
			say_usable(&file, wanted->tier);
	}
	free(file.whole);
}

const char *swap_file_wrong(const char *name, const char *path)
{
	struct swap_file file = { .name = name, .path = path, .fd = -1 };
	const char *why;

	file.whole = system_path(path);
	if (statx(AT_FDCWD, file.whole, 0, STATX_BASIC_STATS, &file.status))
		why = strerror(errno);
	else
		why = check_file(&file);
	free(file.whole);
	return why;
}
