// SPDX-License-Identifier: GPL-2.0
/*
 * bench-latency: from now until the next boot faults on swapped pages are counted by how
 * long they take, in the map at LATENCY_PIN.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "latency.h"
#include "latency.skel.h"

static void check(int error, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "bench-latency: %s: %s\n", what, strerror(-error));
	exit(1);
}

int main(void)
{
	struct latency_bpf *probe = latency_bpf__open_and_load();

	check(probe ? 0 : -errno, "load");
	check(latency_bpf__attach(probe), "attach");
	check(bpf_map__pin(probe->maps.histogram, LATENCY_PIN), LATENCY_PIN);
	check(bpf_link__pin(probe->links.fault_begins, LATENCY_PIN "-begins"), "fault_begins");
	check(bpf_link__pin(probe->links.fault_ends, LATENCY_PIN "-ends"), "fault_ends");
	return 0;
}
