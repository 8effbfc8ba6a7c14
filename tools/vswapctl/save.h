/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_SAVE_H
#define VSWAPCTL_SAVE_H

#include <stdio.h>

#include "control.h"
#include "text.h"

/* Fails if there is no vswap.conf, or it has errors, or this can't be a part of it. */
void save_check(const struct vswap_backend_spec *spec);

/*
 * Writes a part of vswap.conf, so that the next start has this backend, too.
 * @path: of a swap file; as the user has given it
 */
void save_backend(const struct vswap_backend_spec *spec, const char *path);

/* Begins the text of a part of vswap.conf, with who wrote it. */
FILE *save_begin(struct text *text, const char *command);

/* Where such a part is; those of a higher @order count more. The caller frees it. */
char *save_path(unsigned int order, const char *name);

#endif
