/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_GENERATOR_H
#define VSWAPCTL_GENERATOR_H

#include <stdbool.h>

/* Was the program called by its other name, that of a generator of systemd? */
bool generator_is_meant(const char *program);

/* Does what systemd.generator(7) has one do. */
int generator_run(int argc, char **argv);

#endif
