/* SPDX-License-Identifier: GPL-2.0 */
/* A backend that is added. */
#ifndef VSWAPCTL_ADDITION_H
#define VSWAPCTL_ADDITION_H

#include <stdbool.h>

#include "control.h"

#define ADDITION_FILE	"swapfile"
#define ADDITION_POOL	"zswap"

bool addition_is_pool(const struct vswap_backend_spec *spec);

/* Does the module whose files are in @dir have a backend of this name? */
bool backend_is_there(int dir, const char *name);

/* Why the module has refused it. */
const char *addition_reason(int dir, const struct vswap_backend_spec *spec, int error);

#endif
