/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_PARAMETERS_H
#define VSWAPCTL_PARAMETERS_H

#include "../../module/rules.h"
#include "needs.h"

/*
 * Reads the options of modprobe.d as the kernel would. @wrong is called for each word
 * that it would refuse, or ignore. @params may point into @needs afterwards.
 */
void parameters_read(const struct needs *needs, struct rules_params *params,
		     void (*wrong)(const char *text));

#endif
