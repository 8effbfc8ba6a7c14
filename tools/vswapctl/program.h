/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_PROGRAM_H
#define VSWAPCTL_PROGRAM_H

/*
 * Runs argv[0] with these arguments and waits for its end. Returns its exit status, or 128
 * and the signal's number if it was killed; fails if it can't be run. After messages_as_json()
 * what it prints goes to stderr.
 */
int program_run(char *const argv[]);

/* The same with what it prints, of whatever kind, to @fd; -1 if it can't be run. */
int program_run_to(char *const argv[], int fd);

#endif
