// SPDX-License-Identifier: GPL-2.0
/* How hard the machine is pressed for memory: /proc/pressure/memory and /proc/vmstat. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pressure.h"
#include "system.h"

static void set_stalls(struct value *share, struct value *total, double percent, uint64_t us)
{
	*share = (struct value){ .unit = UNIT_PERCENT, .known = true, .fraction = percent };
	*total = value_number(UNIT_COUNT, us);
}

static void read_stalls(struct pressure *pressure)
{
	FILE *file = system_open("/proc/pressure/memory");
	double share, longer;
	char line[256], kind[8];
	uint64_t total;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%7s avg10=%lf avg60=%*f avg300=%lf total=%" SCNu64, kind, &share,
			   &longer, &total) != 4)
			continue;
		if (!strcmp(kind, "full")) {
			set_stalls(&pressure->full, &pressure->full_total, share, total);
		} else if (!strcmp(kind, "some")) {
			set_stalls(&pressure->some, &pressure->some_total, share, total);
			pressure->some_long = pressure->some;
			pressure->some_long.fraction = longer;
		}
	}
	if (file)
		fclose(file);
}

static void read_events(struct pressure *pressure)
{
	const struct {
		const char *name;
		struct value *to;
	} events[] = {
		{ "workingset_refault_anon", &pressure->refaults },
		{ "pswpin", &pressure->swapped_in },
		{ "pswpout", &pressure->swapped_out },
		{ "pgmajfault", &pressure->faults },
	};
	FILE *file = system_open("/proc/vmstat");
	char line[256], name[64];
	uint64_t number;
	size_t i;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %" SCNu64, name, &number) != 2)
			continue;
		for (i = 0; i < sizeof(events) / sizeof(*events); i++)
			if (!strcmp(name, events[i].name))
				*events[i].to = value_number(UNIT_COUNT, number);
	}
	if (file)
		fclose(file);
}

void pressure_read(struct pressure *pressure)
{
	const struct value share = value_unknown(UNIT_PERCENT), counter = value_unknown(UNIT_COUNT);

	*pressure = (struct pressure){
		.some = share, .full = share, .some_long = share,
		.some_total = counter, .full_total = counter, .refaults = counter,
		.swapped_in = counter, .swapped_out = counter, .faults = counter,
	};
	read_stalls(pressure);
	read_events(pressure);
}
