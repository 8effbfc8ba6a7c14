/* SPDX-License-Identifier: GPL-2.0 */
/* What a disk has done since boot. */
#ifndef VSWAPCTL_DISK_H
#define VSWAPCTL_DISK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct disk {
	uint64_t reads, read_ms, read_bytes;
	uint64_t written_bytes;
};

/* The disk that the file @path is on, or is; false if there is no such file. */
bool disk_of(const char *path, dev_t *disk);

/* False if the kernel has no figures of it: a file system of several disks has none. */
bool disk_read(dev_t number, struct disk *disk);

#endif
