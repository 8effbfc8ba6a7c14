// SPDX-License-Identifier: GPL-2.0
/* One phase: what is counted before and after it, and the line that says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "bench.h"

/*
 * A touch that takes longer was a fault: on an emulated processor the shortest takes
 * some ten microseconds, and a touch that is none less than one.
 */
#define FAULT_NS	3000
#define SUB_BITS	6

#define MEMINFO		"/proc/meminfo"
#define VMSTAT		"/proc/vmstat"

enum counter {
	PSWPOUT, PSWPIN, ZSWPOUT, ZSWPIN, ZSWPWB, PGFAULT, NR_VMSTAT,
	READ_IOS = NR_VMSTAT, READ_SECTORS, WRITE_IOS, WRITE_SECTORS,
	USER, SYSTEM, IRQ, NS, NR_COUNTERS
};

/* Of the processor in ticks of 10 ms; names as they are printed. */
static const char * const names[NR_COUNTERS] = {
	"pswpout", "pswpin", "zswpout", "zswpin", "zswpwb", "pgfault",
	"rios", "rsectors", "wios", "wsectors",
	"user", "system", "irq", "ns"
};

struct histogram *latency;
static const char *contestant, *workload;
static long long before[NR_COUNTERS];

uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

void took(uint64_t ns)
{
	unsigned int octave;

	if (ns < FAULT_NS)
		return;
	octave = 63 - __builtin_clzll(ns);
	latency->count[octave << SUB_BITS | (ns >> (octave - SUB_BITS) & 63)]++;
	latency->nr++;
}

/* The upper end of the bucket where that many of a thousand are reached. */
static uint64_t percentile(unsigned int per_mille)
{
	uint64_t left = (latency->nr * per_mille + 999) / 1000;
	uint64_t i;

	for (i = 0; i < 64 * 64; i++) {
		if (latency->count[i] >= left)
			break;
		left -= latency->count[i];
	}
	return (64 + (i & 63) + 1) << ((i >> SUB_BITS) - SUB_BITS);
}

static long long field_of(const char *path, const char *field)
{
	char line[256], name[64];
	long long value, found = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63[^: ]%*[: ]%lld", name, &value) == 2 && !strcmp(name, field))
			found = value;
	fclose(file);
	return found;
}

long long meminfo(const char *field)
{
	return field_of(MEMINFO, field);
}

long long vmstat(const char *field)
{
	return field_of(VMSTAT, field);
}

/*
 * Free memory in KiB, with what the allocator holds for each CPU: that isn't in MemFree,
 * and can be an eighth of all.
 */
long long free_memory(void)
{
	char line[128];
	long long pages, sum = 0;
	FILE *file = fopen("/proc/zoneinfo", "r");

	if (!file)
		die("/proc/zoneinfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " count: %lld", &pages) == 1)
			sum += pages;
	fclose(file);
	return meminfo("MemFree") + sum * 4;
}

static void read_vmstat(long long *values)
{
	char line[128], name[64];
	long long value;
	FILE *file = fopen(VMSTAT, "r");
	int i;

	if (!file)
		die(VMSTAT);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %lld", name, &value) != 2)
			continue;
		for (i = 0; i < NR_VMSTAT; i++)
			if (!strcmp(name, names[i]))
				values[i] = value;
	}
	fclose(file);
}

/* The disk is there for swap alone. */
static void read_disk(long long *values)
{
	FILE *file = fopen("/sys/block/vda/stat", "r");

	if (!file || fscanf(file, "%lld %*d %lld %*d %lld %*d %lld", &values[READ_IOS],
			    &values[READ_SECTORS], &values[WRITE_IOS],
			    &values[WRITE_SECTORS]) != 4)
		die("stat of the disk");
	fclose(file);
}

static void read_processor(long long *values)
{
	long long irq, softirq;
	FILE *file = fopen("/proc/stat", "r");

	if (!file || fscanf(file, "cpu %lld %*d %lld %*d %*d %lld %lld", &values[USER],
			    &values[SYSTEM], &irq, &softirq) != 4)
		die("/proc/stat");
	values[IRQ] = irq + softirq;
	fclose(file);
}

static void read_counters(long long *values)
{
	memset(values, 0, NR_COUNTERS * sizeof(*values));
	read_vmstat(values);
	read_disk(values);
	read_processor(values);
	values[NS] = now();
}

void measure_setup(const char *who, const char *what)
{
	contestant = who;
	workload = what;
	latency = mmap(NULL, sizeof(*latency), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (latency == MAP_FAILED || mlock(latency, sizeof(*latency)))
		die("no memory");
}

void begin(void)
{
	memset(latency, 0, sizeof(*latency));
	read_counters(before);
	MARK(0x01);
}

void end(const char *phase, size_t pages)
{
	long long after[NR_COUNTERS];
	int i;

	MARK(0x02);
	read_counters(after);
	printf("phase %s %s %s pages=%zu", contestant, workload, phase, pages);
	for (i = 0; i < NR_COUNTERS; i++)
		printf(" %s=%lld", names[i], after[i] - before[i]);
	printf(" faults=%lu", (unsigned long)latency->nr);
	if (latency->nr)
		printf(" p50=%lu p99=%lu p999=%lu", (unsigned long)percentile(500),
		       (unsigned long)percentile(990), (unsigned long)percentile(999));
	printf(" free=%lld available=%lld tables=%lld zspages=%lld\n", free_memory(),
	       meminfo("MemAvailable"), meminfo("PageTables"), vmstat("nr_zspages") * 4);
	fflush(stdout);
}

void report_memory(size_t pages, long long taken, long long tables)
{
	printf("memory %s %s %zu %lld %lld %lld\n", contestant, workload, pages, taken, tables,
	       vmstat("nr_zspages") * 4);
}
