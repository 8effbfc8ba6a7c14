/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_SYSFS_H
#define VSWAPCTL_SYSFS_H

#include <stdbool.h>

/* Where the module's files are: $VSWAP_SYSFS, else /sys/kernel/vswap. */
const char *sysfs_root(void);

/* Fails because the module isn't loaded. */
void sysfs_fail_not_loaded(void) __attribute__((noreturn));

/* The directory's descriptor; -1 if the module isn't loaded. */
int sysfs_try_open(void);

/* False if the module went away since sysfs_try_open(). */
bool sysfs_try_close(int dir);

/* The same, but they fail then. */
int sysfs_open(void);
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
