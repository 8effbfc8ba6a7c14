/* SPDX-License-Identifier: GPL-2.0 */
/* The module's parameters, as they are now. */
#ifndef VSWAPCTL_SETTINGS_H
#define VSWAPCTL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct setting {
	char *name;
	char *value;
	bool live;		/* can be changed while the module is loaded */
};

struct settings {
	size_t nr;
	struct setting *setting;	/* by name */
};

/* None where the module isn't loaded, or hides them. */
void settings_read(struct settings *settings);
void settings_free(struct settings *settings);

#endif
