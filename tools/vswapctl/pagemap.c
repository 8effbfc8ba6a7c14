// SPDX-License-Identifier: GPL-2.0
/* Processes, their mappings, and what their page tables have in these. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "pagemap.h"
#include "system.h"
#include "value.h"

/* Entries of one read: 32 MiB of addresses. */
#define STEP		8192

pid_t process_next(DIR *folder)
{
	struct dirent *entry;
	pid_t pid = 0;

	while (!pid && folder && (entry = readdir(folder)))
		pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
	return pid;
}

FILE *process_open(pid_t pid, const char *file)
{
	char *path = xasprintf("/proc/%d/%s", (int)pid, file);
	FILE *opened = system_open(path);

	free(path);
	return opened;
}

uint64_t process_kib(pid_t pid, const char *key)
{
	FILE *file = process_open(pid, "status");
	size_t size = 0, len = strlen(key);
	uint64_t kib = 0;
	char *line = NULL;

	while (file && getline(&line, &size, file) > 0)
		if (!strncmp(line, key, len) && line[len] == ':')
			kib = strtoull(line + len + 1, NULL, 10);
	free(line);
	if (file)
		fclose(file);
	return kib;
}

/* "Anonymous:" begins with a number, too: what isn't a mapping changes nothing. */
bool mapping_parse(struct mapping *mapping, const char *line)
{
	uint64_t start, end;
	char share;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*c%*c%*c%c", &start, &end, &share) != 3)
		return false;
	*mapping = (struct mapping){ start / PAGE_BYTES, end / PAGE_BYTES, share == 's' };
	return true;
}

void mapping_read(const struct mapping *mapping, int pagemap,
		  void (*take)(void *to, uint64_t first, const uint64_t *entry, size_t nr), void *to)
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
		take(to, page, entry, nr);
		page += nr;
	}
}
