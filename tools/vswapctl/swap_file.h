/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_SWAP_FILE_H
#define VSWAPCTL_SWAP_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* As text: 36 characters and a NUL. */
#define SWAP_UUID_SIZE	37

void swap_file_make_uuid(char uuid[SWAP_UUID_SIZE]);

/* Is there a swap file with this one? */
bool swap_file_has_uuid(const char *path, const char *uuid);

/* How large it is; 0: there is none, or it is a disk. */
uint64_t swap_file_bytes(const char *path);

/* Makes a swap file, by another name first; fails if there is something at @path. */
void swap_file_make(const char *path, uint64_t bytes, const char *uuid);

/* Removes what an interrupted swap_file_make() has left. */
void swap_file_forget(const char *path);

#endif
