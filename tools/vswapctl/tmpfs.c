// SPDX-License-Identifier: GPL-2.0
/*
 * Which slots the files of each tmpfs have pages in: those below where it is mounted, and those
 * that only a process has, deleted or never in any folder (memfd, System V, shared anonymous
 * memory). What has gone meanwhile is left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/magic.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "control.h"
#include "message.h"
#include "pagemap.h"
#include "places.h"
#include "system.h"
#include "tmpfs.h"

/* Slots of one request. */
#define STEP		4096

/* Of no device: files of a tmpfs that isn't mounted where we see it. */
#define ELSEWHERE	((dev_t)0)

struct search {
	int control;
	struct tmpfs_list *list;
	void *seen;		/* of all files that were looked at */
	int error;		/* of the module: nothing can be known */
};

struct file_id {
	dev_t device;
	ino_t inode;
};

static void append(struct tmpfs_list *list, dev_t device, char *name)
{
	list->tmpfs = xreallocarray(list->tmpfs, list->nr + 1, sizeof(*list->tmpfs));
	list->tmpfs[list->nr++] = (struct tmpfs){ device, name, { 0 } };
}

static struct tmpfs *find(const struct tmpfs_list *list, dev_t device)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (list->tmpfs[i].device == device)
			return &list->tmpfs[i];
	return NULL;
}

/* ---- Mounts ---- */

/* Space, tab, newline and backslash are three octal digits there. */
static void unescape(char *path)
{
	char *to = path;
	unsigned int code;

	for (; *path; to++)
		if (*path == '\\' && sscanf(path + 1, "%3o", &code) == 1) {
			*to = code;
			path += 4;
		} else {
			*to = *path++;
		}
	*to = '\0';
}

/* The initial file system is one, too. */
static bool is_tmpfs_name(const char *type)
{
	return !strcmp(type, "tmpfs") || !strcmp(type, "devtmpfs") || !strcmp(type, "rootfs");
}

/* One that is mounted several times is where it was mounted first. */
static void add_mount(struct tmpfs_list *list, const char *line)
{
	const char *rest = strstr(line, " - ");
	unsigned int device_major, device_minor;
	char *path = NULL, type[16];
	dev_t device;

	if (rest && sscanf(rest, " - %15s", type) == 1 && is_tmpfs_name(type) &&
	    sscanf(line, "%*d %*d %u:%u %*s %ms", &device_major, &device_minor, &path) == 3) {
		device = makedev(device_major, device_minor);
		unescape(path);
		if (!find(list, device)) {
			append(list, device, path);
			return;
		}
	}
	free(path);
}

static void add_mounts(struct tmpfs_list *list)
{
	FILE *file = system_open("/proc/self/mountinfo");
	char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0)
		add_mount(list, line);
	free(line);
	if (file)
		fclose(file);
}

/* The kernel's own, that is mounted nowhere: a file there tells which one it is. */
static void add_kernels_own(struct tmpfs_list *list)
{
	int fd = memfd_create(PROGRAM, MFD_CLOEXEC);
	struct stat status;

	if (fd >= 0 && !fstat(fd, &status))
		append(list, status.st_dev, xstrdup("(shared memory)"));
	if (fd >= 0)
		close(fd);
}

/* ---- Files ---- */

static int read_slots(int control, int fd, struct slot_list *list)
{
	static uint64_t slot[STEP];
	struct vswap_file_slots request = { .slots = (uintptr_t)slot, .fd = fd };
	int error;
	size_t i;

	do {
		request.nr = STEP;
		error = control_request(control, VSWAP_FILE_SLOTS, &request);
		if (error)
			return error;
		for (i = 0; i < request.nr; i++)
			slot_list_add(list, slot[i]);
	} while (request.first);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct file_id));
}

static bool is_new(struct search *search, dev_t device, ino_t inode)
{
	struct file_id *id = xcalloc(1, sizeof(*id)), **found;

	*id = (struct file_id){ device, inode };
	found = tsearch(id, &search->seen, compare);
	if (!found)
		out_of_memory();
	if (*found == id)
		return true;
	free(id);
	return false;
}

static struct tmpfs *tmpfs_of(struct search *search, const char *path, dev_t device)
{
	struct tmpfs *tmpfs = find(search->list, device);
	struct statfs fs;

	if (!tmpfs && !statfs(path, &fs) && fs.f_type == TMPFS_MAGIC)
		tmpfs = find(search->list, ELSEWHERE);
	return tmpfs;
}

/* What isn't ours is only looked at: a file on a server that doesn't answer shall not hold us up. */
static void look_at(struct search *search, const char *path, int flags)
{
	struct tmpfs *tmpfs;
	struct statx status;
	dev_t device;
	int fd;

	if (search->error ||
	    statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &status) ||
	    !S_ISREG(status.stx_mode))
		return;
	device = makedev(status.stx_dev_major, status.stx_dev_minor);
	tmpfs = tmpfs_of(search, path, device);
	if (!tmpfs || !is_new(search, device, status.stx_ino))
		return;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
	if (fd < 0)
		return;
	search->error = read_slots(search->control, fd, &tmpfs->slots);
	/* something else is there now, or the initial file system isn't a tmpfs */
	if (search->error == EINVAL)
		search->error = 0;
	close(fd);
}

/* fts(3) changes to each folder, so that nobody can put a link in its place meanwhile. */
static void walk(struct search *search, const struct tmpfs *tmpfs)
{
	char *path = system_path(tmpfs->name), *paths[] = { path, NULL };
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_XDEV, NULL);
	FTSENT *entry;

	while (tree && (entry = fts_read(tree)))
		if (entry->fts_info == FTS_F)
			look_at(search, entry->fts_accpath, O_NOFOLLOW);
	if (tree)
		fts_close(tree);
	free(path);
}

/* Each link in a folder below /proc/PID is of a file that the process has. */
static void look_at_links(struct search *search, pid_t pid, const char *name)
{
	char *below = xasprintf("/proc/%d/%s", (int)pid, name), *path = system_path(below), *file;
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		file = xasprintf("%s/%s", path, entry->d_name);
		look_at(search, file, 0);
		free(file);
	}
	if (folder)
		closedir(folder);
	free(path);
	free(below);
}

static void look_at_processes(struct search *search)
{
	char *path = system_path("/proc");
	DIR *folder = opendir(path);
	pid_t pid;

	while ((pid = process_next(folder))) {
		look_at_links(search, pid, "fd");
		look_at_links(search, pid, "map_files");
	}
	if (folder)
		closedir(folder);
	free(path);
}

static void read_all(struct search *search)
{
	struct tmpfs_list *list = search->list;
	size_t i, mounted;

	add_mounts(list);
	mounted = list->nr;
	add_kernels_own(list);
	append(list, ELSEWHERE, xstrdup("(mounted elsewhere)"));
	for (i = 0; i < mounted; i++)
		walk(search, &list->tmpfs[i]);
	look_at_processes(search);
	tdestroy(search->seen, free);
}

char *tmpfs_read(struct tmpfs_list *list)
{
	struct search search = { .control = control_open_to_read(), .list = list };

	*list = (struct tmpfs_list){ 0 };
	if (search.control < 0)
		return places_reason(errno);
	read_all(&search);
	close(search.control);
	if (!search.error)
		return NULL;
	tmpfs_free(list);
	return places_reason(search.error);
}

void tmpfs_free(struct tmpfs_list *list)
{
	while (list->nr--) {
		free(list->tmpfs[list->nr].name);
		slot_list_free(&list->tmpfs[list->nr].slots);
	}
	free(list->tmpfs);
	*list = (struct tmpfs_list){ 0 };
}
