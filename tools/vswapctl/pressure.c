// SPDX-License-Identifier: GPL-2.0
/* How hard the machine is pressed for memory: /proc/pressure/memory and /proc/vmstat. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pressure.h"
#include "system.h"

static void read_stalls(struct pressure *pressure)
{
	FILE *file = system_open("/proc/pressure/memory");
	char line[256], kind[8];
	struct value share = { .unit = UNIT_PERCENT, .known = true }, more = share;
	int found;

	while (file && fgets(line, sizeof(line), file)) {
		found = sscanf(line, "%7s avg10=%lf avg60=%*f avg300=%lf", kind, &share.fraction,
			       &more.fraction);
		if (found < 2)
			continue;
		if (!strcmp(kind, "some"))
			pressure->some = share;
		else if (!strcmp(kind, "full"))
			pressure->full = share;
		if (found > 2 && !strcmp(kind, "some"))
			pressure->some_long = more;
	}
	if (file)
		fclose(file);
}

static void read_refaults(struct pressure *pressure)
{
	FILE *file = system_open("/proc/vmstat");
	char line[256];
	uint64_t number;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "workingset_refault_anon %" SCNu64, &number) == 1)
			pressure->refaults = value_number(UNIT_COUNT, number);
	if (file)
		fclose(file);
}

void pressure_read(struct pressure *pressure)
{
	*pressure = (struct pressure){
		value_unknown(UNIT_PERCENT), value_unknown(UNIT_PERCENT),
		value_unknown(UNIT_PERCENT), value_unknown(UNIT_COUNT),
	};
	read_stalls(pressure);
	read_refaults(pressure);
}
