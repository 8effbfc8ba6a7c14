/* SPDX-License-Identifier: GPL-2.0 */
/* The files of the system: below /, or in tests below another folder. */
#ifndef VSWAPCTL_SYSTEM_H
#define VSWAPCTL_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Where a file is, /lib/modules/RELEASE, modprobe's options; NULL: the usual ones. The caller frees. */
char *system_path(const char *path);
char *system_modules(void);
char *system_configs(void);

/* The running kernel's. */
const char *system_release(void);

/* Bytes of memory; UINT64_MAX: it is not known. */
uint64_t system_ram(void);

/* Who is root there. */
uid_t system_owner(void);

FILE *system_open(const char *path);
bool system_has(const char *path);

/* The first line of a file, "" if there is none. The caller frees it. */
char *system_line(const char *path);
bool system_line_is(const char *path, const char *value);

#endif
