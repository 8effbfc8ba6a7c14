/* SPDX-License-Identifier: GPL-2.0 */
/* "Did you mean ...": the name that a wrong word is closest to. */
#ifndef VSWAPCTL_GUESS_H
#define VSWAPCTL_GUESS_H

struct guess {
	const char *word;	/* what was given; set by the caller */
	const char *name;	/* the closest one until now; NULL: none is close */
	unsigned int distance;
};

/* Is it @name? That has to stay there as long as @guess does. */
void guess_consider(struct guess *guess, const char *name);

/* " (did you mean 'stats'?)", or nothing. The caller frees it. */
char *guess_text(const struct guess *guess);

#endif
