/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_SIZE_H
#define VSWAPCTL_SIZE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What a size comes to: 8G, 25% (of @ram), ram/4, min(ram/4, 8G). False if @text isn't one,
 * or is less than a byte.
 */
bool size_compute(const char *text, uint64_t ram, uint64_t *bytes);

#endif
