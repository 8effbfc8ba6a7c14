/* SPDX-License-Identifier: GPL-2.0 */
/* A program that ran, and what swap did meanwhile. */
#ifndef VSWAPCTL_RECORDING_H
#define VSWAPCTL_RECORDING_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "latency_probe.h"
#include "points.h"

struct recording {
	const char *name;	/* of what swap was on */
	const char *area;	/* its path in /proc/swaps; NULL: vswap's */
	char *const *command;
	double interval;
	const sigset_t *signals; /* that the program is to have blocked; NULL: those that are */
	double seconds;		/* it took */
	int status;		/* what it ended with, or 128 and the signal that ended it */
	int signal;		/* 0: none did */
	bool interrupted;	/* it was to end */
	struct rusage usage;	/* of it and those that it waited for */
	double own_seconds;	/* of a processor that recording took */

	size_t nr_backends;
	char *backend[MAX_BACKENDS];
	size_t nr_disks;
	dev_t disk[MAX_BACKENDS];

	struct points points;
	struct point first, last;
	double most[MEASURE_COUNT];	/* of gauges, of all samples */
	double least_available;
	double most_held[MAX_BACKENDS];	/* pages */
	double ratio;			/* when most was swapped out */
	char *no_loads;			/* why they weren't measured; NULL: they were */
	struct latency_counts loads;	/* in all the time */
};

/*
 * Runs recording->command and looks at what swap does every recording->interval seconds. What was
 * given before are name, area, command, interval, signals, and no_loads, NULL for measuring.
 * Returns 0, or an errno: it could not be run.
 */
int recording_run(struct recording *recording);
void recording_free(struct recording *recording);

/* What a counter grew by in all. */
double recording_total(const struct recording *recording, enum measure measure);
double recording_backend_total(const struct recording *recording, size_t backend,
			       enum backend_measure measure);

/* A point as it is now, but seconds; @loads: may be NULL */
void recording_look(struct recording *recording, struct point *point, struct point_loads *loads);

#endif
