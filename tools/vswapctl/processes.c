// SPDX-License-Identifier: GPL-2.0
/*
 * Which slots of a swap area the processes have pages in, from /proc/PID. What has gone
 * meanwhile is left out.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "processes.h"
#include "system.h"
#include "value.h"

/* Documentation/admin-guide/mm/pagemap.rst: bits 0-4 the type, 5-54 the offset. */
#define PAGEMAP_SWAPPED	(UINT64_C(1) << 62)
#define TYPE_BITS	5
#define SLOT_BITS	50

/* Entries of one read: 32 MiB of addresses. */
#define STEP		8192

struct mapping {
	uint64_t start, end;	/* in pages */
	bool shared;
};

static FILE *open_of(pid_t pid, const char *file)
{
	char *path = xasprintf("/proc/%d/%s", (int)pid, file);
	FILE *opened = system_open(path);

	free(path);
	return opened;
}

static char *line_of(pid_t pid, const char *file)
{
	char *path = xasprintf("/proc/%d/%s", (int)pid, file);
	char *line = system_line(path);

	free(path);
	return line;
}

/* ---- A process's pages ---- */

static void add_slots(struct process *process, const uint64_t *entry, size_t nr,
		      unsigned int swap_type)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!(entry[i] & PAGEMAP_SWAPPED) ||
		    (entry[i] & ((1 << TYPE_BITS) - 1)) != swap_type)
			continue;
		/* twice as many at 1, 2, 4, ... of them */
		if (!(process->nr & (process->nr - 1)))
			process->slot = xreallocarray(process->slot, 2 * process->nr + 1,
						      sizeof(*process->slot));
		process->slot[process->nr++] = entry[i] >> TYPE_BITS &
					       ((UINT64_C(1) << SLOT_BITS) - 1);
	}
}

static void read_mapping(struct process *process, int pagemap, const struct mapping *mapping,
			 unsigned int swap_type)
{
	static uint64_t entry[STEP];
	uint64_t page = mapping->start, nr;
	ssize_t got;

	while (page < mapping->end) {
		nr = mapping->end - page < STEP ? mapping->end - page : STEP;
		got = pread(pagemap, entry, nr * sizeof(*entry), page * sizeof(*entry));
		if (got < (ssize_t)sizeof(*entry))
			return;
		nr = got / sizeof(*entry);
		add_slots(process, entry, nr, swap_type);
		page += nr;
	}
}

/* "Anonymous:" begins with a number, too: what isn't a mapping changes nothing. */
static bool parse_mapping(struct mapping *mapping, const char *line)
{
	uint64_t start, end;
	char share;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*c%*c%*c%c", &start, &end, &share) != 3)
		return false;
	*mapping = (struct mapping){ start / PAGE_BYTES, end / PAGE_BYTES, share == 's' };
	return true;
}

/*
 * Only mappings with swapped pages are looked through: the others may be terabytes of
 * addresses. Of memory that is shared by a file no page table knows the slots.
 */
static void read_mappings(struct process *process, FILE *smaps, int pagemap, unsigned int swap_type)
{
	struct mapping mapping = { 0 };
	char *line = NULL;
	size_t size = 0;
	uint64_t kib;

	while (getline(&line, &size, smaps) > 0) {
		if (parse_mapping(&mapping, line))
			continue;
		if (sscanf(line, "Swap: %" SCNu64, &kib) == 1 && kib && !mapping.shared)
			read_mapping(process, pagemap, &mapping, swap_type);
	}
	free(line);
}

static void read_pages(struct process *process, unsigned int swap_type)
{
	FILE *smaps = open_of(process->pid, "smaps"), *pagemap = open_of(process->pid, "pagemap");

	if (smaps && pagemap)
		read_mappings(process, smaps, fileno(pagemap), swap_type);
	if (smaps)
		fclose(smaps);
	if (pagemap)
		fclose(pagemap);
}

/* ---- Processes ---- */

/* What the kernel counts tells at once that there is nothing to look for. */
static bool has_swapped(pid_t pid)
{
	FILE *file = open_of(pid, "status");
	bool swapped = false;
	char *line = NULL;
	size_t size = 0;
	uint64_t kib;

	while (file && getline(&line, &size, file) > 0)
		if (sscanf(line, "VmSwap: %" SCNu64, &kib) == 1)
			swapped = kib;
	free(line);
	if (file)
		fclose(file);
	return swapped;
}

static char *cgroup_of(pid_t pid)
{
	static const char unified[] = "0::";
	FILE *file = open_of(pid, "cgroup");
	char *line = NULL, *found = NULL;
	size_t size = 0;

	while (file && !found && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, unified, strlen(unified)))
			found = xstrdup(line + strlen(unified));
	}
	free(line);
	if (file)
		fclose(file);
	return found ? found : xstrdup("");
}

static void free_process(struct process *process)
{
	free(process->name);
	free(process->cgroup);
	free(process->slot);
}

static void add_process(struct processes *processes, pid_t pid, unsigned int swap_type)
{
	struct process process = { .pid = pid };

	read_pages(&process, swap_type);
	if (!process.nr)
		return;
	process.name = line_of(pid, "comm");
	process.cgroup = cgroup_of(pid);
	processes->process = xreallocarray(processes->process, processes->nr + 1,
					   sizeof(process));
	processes->process[processes->nr++] = process;
}

void processes_read(struct processes *processes, unsigned int swap_type)
{
	char *path = system_path("/proc");
	DIR *folder = opendir(path);
	struct dirent *entry;
	pid_t pid;

	*processes = (struct processes){ 0 };
	while (folder && (entry = readdir(folder))) {
		pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
		if (pid && has_swapped(pid))
			add_process(processes, pid, swap_type);
	}
	if (folder)
		closedir(folder);
	free(path);
}

void processes_free(struct processes *processes)
{
	while (processes->nr)
		free_process(&processes->process[--processes->nr]);
	free(processes->process);
	processes->process = NULL;
}
