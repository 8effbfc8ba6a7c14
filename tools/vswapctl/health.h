/* SPDX-License-Identifier: GPL-2.0 */
/* Whether swap is as it should be, and what is to be done if not. */
#ifndef VSWAPCTL_HEALTH_H
#define VSWAPCTL_HEALTH_H

#include <stdbool.h>
#include <stddef.h>

struct snapshot;

enum severity {
	SEVERITY_NOTE,		/* good to know: it works */
	SEVERITY_DEGRADED,	/* it works less well than it should */
	SEVERITY_OFF,		/* there is no swap here */
};

struct ailment {
	enum severity severity;
	char *status;		/* a sentence each */
	char *action;
};

struct health {
	size_t nr;
	struct ailment *ailment;	/* the worst first */
};

/* @snap: NULL if the module isn't loaded */
void health_read(struct health *health, const struct snapshot *snap);
void health_free(struct health *health);

/* Anything worse than a note? */
bool health_is_degraded(const struct health *health);

/* "on", "degraded" or "off" */
const char *health_state(const struct health *health);

#endif
