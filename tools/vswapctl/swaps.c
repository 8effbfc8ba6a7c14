// SPDX-License-Identifier: GPL-2.0
/* The swap areas that are on. */
#include <inttypes.h>
#include <string.h>

#include "swaps.h"
#include "system.h"

#define KB	UINT64_C(1024)

FILE *swaps_open(void)
{
	return system_open("/proc/swaps");
}

bool swaps_next(FILE *file, struct swap *swap)
{
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%255s %*s %" SCNu64 " %" SCNu64 " %d", swap->path,
			   &swap->bytes, &swap->used, &swap->priority) != 4)
			continue;
		swap->bytes *= KB;
		swap->used *= KB;
		return true;
	}
	return false;
}

void swaps_close(FILE *file)
{
	if (file)
		fclose(file);
}

bool swap_is_zram(const struct swap *swap)
{
	return !strncmp(swap->path, "/dev/zram", strlen("/dev/zram"));
}
