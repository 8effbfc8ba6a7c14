/* SPDX-License-Identifier: GPL-2.0 */
/* What vswapctl setup is going to do. */
#ifndef VSWAPCTL_PLAN_H
#define VSWAPCTL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "scene.h"
#include "step.h"

/* The pool's size where nobody says one. */
#define PLAN_POOL	"25%"

/* What the user has said; NULL or false: nothing. */
struct wishes {
	const char *pool;
	const char *file;
	const char *size;
	bool no_file;
	bool encrypt;
};

struct plan {
	struct step *step;
	size_t nr;
	char **note;		/* what there is to know besides */
	size_t nr_notes;
	char *later;		/* the note that still counts when all is done; NULL: none */
};

/* Fails, or fails with a usage error, where the wishes can't be met. */
void plan_make(struct plan *plan, const struct scene *scene, const struct wishes *wishes);
void plan_free(struct plan *plan);

#endif
