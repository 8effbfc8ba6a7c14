/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_PROMETHEUS_H
#define VSWAPCTL_PROMETHEUS_H

/*
 * Prints all that the module counts in Prometheus' text format; or puts it into @path, at once,
 * so that nobody ever reads half of it. Without the module it says so and no more.
 */
void prometheus_run(const char *path);

#endif
