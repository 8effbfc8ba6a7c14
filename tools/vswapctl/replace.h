/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_REPLACE_H
#define VSWAPCTL_REPLACE_H

#include <sys/types.h>

/*
 * Makes @path, as the system has it, a file with this text and mode, in one go: whatever
 * happens, it is the old one or the new one, and the new one is on the disk afterwards.
 * Folders above it are made. Returns 0 or an errno.
 */
int replace_file(const char *path, const char *text, mode_t mode);

/*
 * The same for what is made anew before long, maybe by several at once: @path is a whole one,
 * its folder is there, and nothing waits for the disk.
 */
int replace_passing_file(const char *path, const char *text, mode_t mode);

/* The same, but where there is a file by now that stays: EEXIST. */
int place_new_file(const char *path, const char *text, mode_t mode);

/* Has the disk know which files are in the folder of @path, a whole one. */
int sync_folder(const char *path);

/* The folders above @path, a whole one. Returns 0 or an errno. */
int make_folders(const char *path);

#endif
