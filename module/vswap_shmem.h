/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose pages in shared memory are: which slots those of a file in tmpfs have.
 */
#ifndef VSWAP_SHMEM_H
#define VSWAP_SHMEM_H

#include <linux/fs.h>
#include <linux/types.h>

/* So many slots are found in one go. */
#define VSWAP_SHMEM_SLOTS	64

bool vswap_shmem_has(const struct file *file);
unsigned int vswap_shmem_slots(struct file *file, u64 *first, u64 *slots, unsigned int nr);

#endif /* VSWAP_SHMEM_H */
