/* SPDX-License-Identifier: GPL-2.0 */
/* What time it is, and waiting. */
#ifndef VSWAPCTL_CLOCK_H
#define VSWAPCTL_CLOCK_H

#include <signal.h>
#include <stdbool.h>

/* Seconds on a clock that nobody sets. */
double now_seconds(void);

/* On that clock, whatever signals come. */
void sleep_until(double when);

/*
 * The same, but a signal of @set, all of which are blocked, ends it: true, with @info of it.
 * @due: 0 is never
 */
bool sleep_until_signal(double due, const sigset_t *set, siginfo_t *info);

/*
 * When it is due again, @interval after @due: what was done in between doesn't add up. After a
 * suspend there is nothing to make up for.
 */
double next_due(double due, double interval);

/* "2026-11-26T21:30:00.123Z"; the caller frees it. */
char *format_now(void);

#endif
