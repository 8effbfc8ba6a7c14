/* SPDX-License-Identifier: GPL-2.0 */
/* What vswap.conf should say, by what a machine tells. */
#ifndef VSWAPCTL_ADVICE_H
#define VSWAPCTL_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"
#include "figures.h"

struct advice {
	char *section;		/* "pool", "file ssd" */
	const char *key;
	char *now;		/* NULL: nothing, and there is no default */
	char *to;		/* as it is written there; NULL: it stays */
	char *why;		/* a sentence, with the figure it comes from */
	bool tried;		/* not the default, and never advised: it has to be kept */
};

struct advices {
	struct advice *advice;
	size_t nr;
	size_t changes;		/* how many don't stay */
};

/* @conf: what is so far, or would be */
void advices_make(struct advices *advices, const struct figures *figures, const struct conf *conf);
void advices_free(struct advices *advices);

#endif
