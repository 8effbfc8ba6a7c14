/* SPDX-License-Identifier: GPL-2.0 */
/* Another swap area in vswap's place, for as long as a program runs. */
#ifndef VSWAPCTL_RIVAL_H
#define VSWAPCTL_RIVAL_H

#include <stdbool.h>

/*
 * @with: "zram", or the path of a swap file or partition. Fails with the reason where they could
 * not change places: before anything is done.
 */
void rival_check(const char *with);

/*
 * Has them change places, and says each step. Returns the rival's path in /proc/swaps; NULL: it
 * could not be, has been said, and vswap is on again. However the program ends, unless it is
 * killed, rival_leave() is done.
 */
const char *rival_come(const char *with);

/* Has vswap on again, as it was, and takes the rival away. Says what is to be done if that fails. */
void rival_leave(void);

/* What the kernel has of files in memory goes: each run begins without. */
void forget_files(void);

#endif
