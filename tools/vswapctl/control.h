/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_CONTROL_H
#define VSWAPCTL_CONTROL_H

#include <stdbool.h>

#include "../../module/vswap_ioctl.h"

/* What an errno of a request means. */
struct reason {
	int error;
	const char *text;
};

/* The device's descriptor; fails if it isn't there, or not for this user. */
int control_open(void);

/* If it is open: while it is, the module can't be unloaded. */
void control_close(void);

/* Where it is. */
const char *control_path(void);

/* The same for reading where pages lie; -1, with errno set, if it can't be had. */
int control_open_to_read(void);

/* Returns 0 or an errno. */
int control_request(int control, unsigned long request, void *argument);

/* The text for @error in @own, which ends with 0, else the one that fits all requests. */
const char *control_reason(const struct reason *own, int error);

/* Can a backend have this name? */
bool control_is_name(const char *name);

/* Fails with a usage error if no backend can have this name. */
void control_set_name(char field[VSWAP_NAME_SIZE], const char *name);

#endif
