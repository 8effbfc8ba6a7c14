/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_DOCTOR_OPTIONS_H
#define VSWAPCTL_DOCTOR_OPTIONS_H

#include "../../module/rules.h"
#include "needs.h"

/* Would the module be loaded, and do what the options in modprobe.d say. */
void check_options(const struct needs *needs);

/* Is the swap file or partition what it has to be? @place: its backend's in backends=. */
void check_swap_file(const struct rules_params *params, int place);

#endif
