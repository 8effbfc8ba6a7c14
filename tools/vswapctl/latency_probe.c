// SPDX-License-Identifier: GPL-2.0
/* Loads latency.bpf.c, which is within this program, and reads what it has counted. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "latency_probe.h"
#include "message.h"
#include "quantile.h"
#include "sysfs.h"

extern const char latency_object[], latency_object_end[];

static const char *const programs[] = { "vswap_load", "vswap_stored" };

#define NR_PROGRAMS	(sizeof(programs) / sizeof(*programs))

static struct {
	int program[NR_PROGRAMS];
	int cells;
	int cpus;
	struct latency_cell *each;	/* one cell, of all processors */
} probe;

static char *set_filter(struct bpf_object *object, const struct latency_filter *filter)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");

	if (map && !bpf_map__set_initial_value(map, filter, sizeof(*filter)))
		return NULL;
	return xstrdup("the BPF programs in this vswapctl aren't what they should be");
}

static size_t object_size(void)
{
	return (uintptr_t)latency_object_end - (uintptr_t)latency_object;
}

static struct bpf_object *open_object(void)
{
	static const struct bpf_object_open_opts opts = {
		.sz = sizeof(opts), .object_name = "latency",
	};

	return bpf_object__open_mem(latency_object, object_size(), &opts);
}

static char *attach(struct bpf_object *object, const char *name, int *fd)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);

	*fd = bpf_program__fd(program);
	if (bpf_program__attach_raw_tracepoint(program, name))
		return NULL;
	if (errno == ENOENT)
		return xasprintf("the vswap module has no tracepoint %s: is it of another version?",
				 name);
	return xasprintf("cannot attach to the tracepoint %s: %s", name, strerror(errno));
}

/* Whatever can be said without asking the kernel. */
static char *check(void)
{
	int dir;

	if (!object_size())
		return xstrdup("this vswapctl was built without clang, so without BPF programs");
	dir = sysfs_open();
	sysfs_close(dir);
	return geteuid() ? xstrdup("only root can") : NULL;
}

static char *start(struct bpf_object *object, const struct latency_filter *filter)
{
	char *why = set_filter(object, filter);
	size_t i;
	int err;

	if (why)
		return why;
	err = bpf_object__load(object);
	if (err)
		return xasprintf("the kernel doesn't take BPF programs: %s", strerror(-err));
	for (i = 0; i < NR_PROGRAMS && !why; i++)
		why = attach(object, programs[i], &probe.program[i]);
	probe.cells = bpf_object__find_map_fd_by_name(object, "cells");
	probe.cpus = libbpf_num_possible_cpus();
	if (!why && probe.cpus < 1)
		why = xstrdup("it isn't known how many processors there are");
	return why;
}

char *latency_probe_start(const struct latency_filter *filter)
{
	struct bpf_object *object;
	char *why = check();

	if (why)
		return why;
	libbpf_set_print(NULL);
	object = open_object();
	if (!object)
		return xasprintf("cannot open the BPF programs: %s", strerror(errno));
	why = start(object, filter);
	if (why)
		bpf_object__close(object);
	else
		probe.each = xcalloc(probe.cpus, sizeof(*probe.each));
	return why;
}

static void read_cell(__u32 key, struct latency_cell *cell)
{
	int i;

	if (bpf_map_lookup_elem(probe.cells, &key, probe.each))
		fail("cannot read what was counted: %s", strerror(errno));
	for (i = 0; i < probe.cpus; i++)
		cell_add(cell, &probe.each[i]);
}

static uint64_t missed_by(int program)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(program, &info, &len) ? 0 : info.recursion_misses;
}

void latency_probe_read(struct latency_counts *counts)
{
	struct latency_cell *cell = counts->cell[0];
	__u32 key;
	size_t i;

	memset(counts, 0, sizeof(*counts));
	for (key = 0; key < LATENCY_WAYS * LATENCY_PLACES; key++)
		read_cell(key, &cell[key]);
	for (i = 0; i < NR_PROGRAMS; i++)
		counts->missed += missed_by(probe.program[i]);
}
