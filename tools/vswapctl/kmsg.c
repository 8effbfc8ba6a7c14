// SPDX-License-Identifier: GPL-2.0
/* The kernel's log: what the module has to say to what it is asked for. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmsg.h"
#include "system.h"

/* The longest record of /dev/kmsg, which gives no part of one. */
#define MAX_RECORD	8192

/* Levels of the kernel's log that say something is wrong. */
#define LEVEL_MASK	7
#define LEVEL_WARNING	4

/* The kernel's log from where kmsg_follow() came on. */
static FILE *log;

/* The kernel's log, from here on; NULL if it isn't ours to read. */
static FILE *open_log(void)
{
	char *path = system_path("/dev/kmsg");
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	free(path);
	if (!file)
		return NULL;
	setvbuf(file, NULL, _IOFBF, MAX_RECORD);
	lseek(fd, 0, SEEK_END);
	return file;
}

/* "4,1234,567890,-;vswap: ssd: /swap: no such file" */
static void repeat_log(void)
{
	static const char prefix[] = "vswap: ";
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, log) > 0) {
		const char *text = strchr(line, ';');

		if (text && !strncmp(text + 1, prefix, strlen(prefix)) &&
		    (atoi(line) & LEVEL_MASK) <= LEVEL_WARNING)
			fputs(text + 1, stderr);
	}
	free(line);
	fclose(log);
}

void kmsg_follow(void)
{
	log = open_log();
	if (log)
		atexit(repeat_log);
}
