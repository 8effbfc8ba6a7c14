// SPDX-License-Identifier: GPL-2.0
/* What a disk has done since boot: /sys/dev/block. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "disk.h"
#include "message.h"
#include "system.h"

#define SECTOR	512

bool disk_of(const char *path, dev_t *disk)
{
	char *whole = system_path(path);
	struct stat status;
	bool found = !stat(whole, &status);

	if (found)
		*disk = S_ISBLK(status.st_mode) ? status.st_rdev : status.st_dev;
	free(whole);
	return found;
}

bool disk_read(dev_t number, struct disk *disk)
{
	char *path = xasprintf("/sys/dev/block/%u:%u/stat", major(number), minor(number));
	FILE *file = system_open(path);
	bool found = false;

	if (file) {
		found = fscanf(file, "%" SCNu64 " %*u %" SCNu64 " %" SCNu64 " %*u %*u %" SCNu64,
			       &disk->reads, &disk->read_bytes, &disk->read_ms,
			       &disk->written_bytes) == 4;
		disk->read_bytes *= SECTOR;
		disk->written_bytes *= SECTOR;
		fclose(file);
	}
	free(path);
	return found;
}
