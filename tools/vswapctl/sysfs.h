/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_SYSFS_H
#define VSWAPCTL_SYSFS_H

#include <stdbool.h>

/* Where the module's files are: $VSWAP_SYSFS, else /sys/kernel/vswap. */
const char *sysfs_root(void);

/* Is the module loaded? */
bool sysfs_is_there(void);

/* The directory's descriptor; fails if the module isn't loaded. */
int sysfs_open(void);

/* Fails if the module went away since sysfs_open(). */
void sysfs_close(int dir);

/*
 * What @path below @dir holds, without the newline at its end; NULL if the
 * module doesn't offer it. The caller frees it.
 */
char *sysfs_read(int dir, const char *path);

/*
 * Writes @text to @path below @dir. Returns 0, or the errno of the write itself, when
 * the module has refused; fails if the file can't be opened.
 */
int sysfs_write(int dir, const char *path, const char *text);

/* Fails because @path holds @text, which can't be. */
void sysfs_malformed(const char *path, const char *text)
	__attribute__((noreturn));

#endif
