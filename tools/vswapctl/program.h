/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_PROGRAM_H
#define VSWAPCTL_PROGRAM_H

/*
 * Runs argv[0] with these arguments and waits for its end. Returns its exit status, or 128
 * and the signal's number if it was killed; fails if it can't be run.
 */
int program_run(char *const argv[]);

#endif
