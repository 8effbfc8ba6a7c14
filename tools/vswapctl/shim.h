/* SPDX-License-Identifier: GPL-2.0 */
/* What module/btf.c and module/rules.c need of the kernel, for user space. */
#ifndef VSWAPCTL_SHIM_H
#define VSWAPCTL_SHIM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define __printf(text, args)	__attribute__((format(printf, text, args)))

#define GFP_KERNEL	0

#define kvmalloc_array(n, size, gfp)	calloc(n, size)
#define kvfree(memory)			free(memory)

#endif
