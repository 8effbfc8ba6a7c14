// SPDX-License-Identifier: GPL-2.0
/*
 * bench-load CONTESTANT NAME WORKLOAD CONTENT MIB [OPTIONS]: a line for each phase, which lies
 * between two marks for the plugin. CONTESTANT and NAME only name the lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const struct workload {
	const char *name;
	void (*run)(size_t mib, const char *options);
} workloads[] = {
	{ "pages", run_pages },
	{ "fill", run_fill },
	{ "random", run_random },
	{ "forks", run_forks },
	{ "exit", run_exit },
	{ "desktop", run_desktop },
	{ "hot", run_hot },
	{ "command", run_command },
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 6) {
		fprintf(stderr, "usage: bench-load CONTESTANT NAME WORKLOAD CONTENT MIB [OPTIONS]\n");
		return 2;
	}
	measure_setup(argv[1], argv[2]);
	choose_content(argv[4]);
	for (i = 0; i < sizeof(workloads) / sizeof(*workloads); i++) {
		if (!strcmp(workloads[i].name, argv[3])) {
			workloads[i].run(strtoul(argv[5], NULL, 10), argc > 6 ? argv[6] : "");
			return 0;
		}
	}
	die("no such workload");
}
