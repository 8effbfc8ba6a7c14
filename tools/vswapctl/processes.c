// SPDX-License-Identifier: GPL-2.0
/*
 * Which slots of a swap area the processes have pages in, from /proc/PID. What has gone
 * meanwhile is left out.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "pagemap.h"
#include "processes.h"
#include "system.h"

/* Of what is swapped, bits 0-4 are the type, 5-54 the offset. */
#define TYPE_BITS	5
#define SLOT_BITS	50

static char *line_of(pid_t pid, const char *file)
{
	char *path = xasprintf("/proc/%d/%s", (int)pid, file);
	char *line = system_line(path);

	free(path);
	return line;
}

/* ---- A process's pages ---- */

/* The slots of one area are added to those of a process. */
struct slots {
	struct process *process;
	unsigned int swap_type;
};

static void add_slots(void *to, uint64_t first, const uint64_t *entry, size_t nr)
{
	const struct slots *slots = to;
	size_t i;

	(void)first;
	for (i = 0; i < nr; i++) {
		if (!(entry[i] & PAGEMAP_SWAPPED) ||
		    (entry[i] & ((1 << TYPE_BITS) - 1)) != slots->swap_type)
			continue;
		slot_list_add(&slots->process->slots,
			      entry[i] >> TYPE_BITS & ((UINT64_C(1) << SLOT_BITS) - 1));
	}
}

/*
 * Only mappings with swapped pages are looked through: the others may be terabytes of
 * addresses. Of memory that is shared by a file no page table knows the slots: tmpfs.c.
 */
static void read_mappings(struct slots *slots, FILE *smaps, int pagemap)
{
	struct mapping mapping = { 0 };
	char *line = NULL;
	size_t size = 0;
	uint64_t kib;

	while (getline(&line, &size, smaps) > 0) {
		if (mapping_parse(&mapping, line))
			continue;
		if (sscanf(line, "Swap: %" SCNu64, &kib) == 1 && kib && !mapping.shared)
			mapping_read(&mapping, pagemap, add_slots, slots);
	}
	free(line);
}

static void read_pages(struct process *process, unsigned int swap_type)
{
	FILE *smaps = process_open(process->pid, "smaps");
	FILE *pagemap = process_open(process->pid, "pagemap");
	struct slots slots = { process, swap_type };

	if (smaps && pagemap)
		read_mappings(&slots, smaps, fileno(pagemap));
	if (smaps)
		fclose(smaps);
	if (pagemap)
		fclose(pagemap);
}

/* ---- Processes ---- */

static char *cgroup_of(pid_t pid)
{
	static const char unified[] = "0::";
	FILE *file = process_open(pid, "cgroup");
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
	slot_list_free(&process->slots);
}

static void add_process(struct processes *processes, pid_t pid, unsigned int swap_type)
{
	struct process process = { .pid = pid };

	read_pages(&process, swap_type);
	if (!process.slots.nr)
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
	pid_t pid;

	*processes = (struct processes){ 0 };
	while ((pid = process_next(folder)))
		/* what the kernel counts tells at once that there is nothing to look for */
		if (process_kib(pid, "VmSwap"))
			add_process(processes, pid, swap_type);
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
