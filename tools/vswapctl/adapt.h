/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_ADAPT_H
#define VSWAPCTL_ADAPT_H

#include <stdbool.h>

#include "conf.h"

struct backend;

/*
 * Makes the backends of the module that is loaded those of @conf. @on: the area is, so that
 * pages move; what then has to wait for the next start is told. Fails if one can't be had,
 * but for files that aren't there, unless @conf requires them. Where a file can't take the place
 * of one that is used, that one stays, and tell_one_error() has it.
 */
void adapt_backends(const struct conf *conf, bool on);

/* The same for all else that can be changed while the module is loaded. */
void adapt_parameters(const struct conf *conf);

/* Is it the file or disk at @place, by whatever name? */
bool backend_is_at(const struct backend *backend, const char *place);

#endif
