/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_ADVICE_PART_H
#define VSWAPCTL_ADVICE_PART_H

#include "advice.h"

/*
 * Writes what doesn't stay into a part of vswap.conf, where what was advised before is kept. Says
 * where a later part overrides it. Returns the part's path, which the caller frees; fails if it
 * can't be written.
 */
char *advice_write(const struct advices *advices);

#endif
