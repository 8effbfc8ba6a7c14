/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_LOAD_H
#define VSWAPCTL_LOAD_H

/*
 * Runs @modprobe, and repeats what the module logs of warnings and errors. Fails if it fails,
 * or if modprobe.d has options that the kernel would ignore or refuse.
 */
void load_module(char *const modprobe[]);

/* With the options of modprobe.d alone. */
void load_by_options(void);

#endif
