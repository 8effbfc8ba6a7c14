/* SPDX-License-Identifier: GPL-2.0 */
/* The page that vswapctl record writes, and its data as JSON. */
#ifndef VSWAPCTL_PAGE_H
#define VSWAPCTL_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "curves.h"
#include "snapshot.h"

struct json_object;
struct recording;

/* Runs of the same program: one, or two that are compared. */
#define MAX_RUNS	2

struct page {
	size_t nr;
	const struct recording *run[MAX_RUNS];
	struct curves curves[MAX_RUNS];
	struct snapshot snap;		/* of vswap, when it was there last */
	const char *began;		/* when */
	bool hostname;			/* is in it */
	struct json_object *data;	/* page_to_json() of it */
};

struct json_object *page_to_json(const struct page *page);

/* The caller frees it. */
char *page_to_html(const struct page *page);

#endif
