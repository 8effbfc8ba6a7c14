// SPDX-License-Identifier: GPL-2.0
/* One phase: what is counted before and after it, and the line that says so. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../probe/latency.h"
#include "bench.h"

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

/* Faults by how long they took, counted by the kernel; NULL if bench-latency didn't run. */
static uint64_t *latency;
static const char *contestant, *workload;
static long long before[NR_COUNTERS];
static char more[128];

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static uint64_t faults(void)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < LATENCY_BUCKETS; i++)
		sum += latency[i];
	return sum;
}

/* The upper end of the bucket where that many of a thousand are reached, nanoseconds. */
static uint64_t percentile(uint64_t nr, unsigned int per_mille)
{
	uint64_t left = (nr * per_mille + 999) / 1000;
	uint64_t i;

	for (i = 0; i < LATENCY_BUCKETS - 1; i++) {
		if (latency[i] >= left)
			break;
		left -= latency[i];
	}
	return (LATENCY_STEPS + (i & (LATENCY_STEPS - 1)) + 1) <<
	       ((i >> LATENCY_SUB_BITS) - LATENCY_SUB_BITS);
}

static void map_latency(void)
{
	union bpf_attr attr = { .pathname = (uintptr_t)LATENCY_PIN };
	int fd = syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));

	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0)
		die(LATENCY_PIN);
	latency = mmap(NULL, LATENCY_BUCKETS * sizeof(*latency), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);
	if (latency == MAP_FAILED)
		die("mmap of " LATENCY_PIN);
	close(fd);
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
	const char *disk = getenv("BENCH_DISK");
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/block/%s/stat", disk ? disk : "vda");
	file = fopen(path, "r");

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
	map_latency();
}

void begin(void)
{
	if (latency)
		memset(latency, 0, LATENCY_BUCKETS * sizeof(*latency));
	read_counters(before);
	MARK(0x01);
}

static void print_latency(void)
{
	uint64_t nr = faults();

	printf(" faults=%lu", (unsigned long)nr);
	if (nr)
		printf(" p50=%lu p99=%lu p999=%lu", (unsigned long)percentile(nr, 500),
		       (unsigned long)percentile(nr, 990), (unsigned long)percentile(nr, 999));
}

void also(const char *name, long long value)
{
	size_t length = strlen(more);

	snprintf(more + length, sizeof(more) - length, " %s=%lld", name, value);
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
	if (latency)
		print_latency();
	printf("%s", more);
	more[0] = 0;
	printf(" free=%lld available=%lld tables=%lld zspages=%lld\n", free_memory(),
	       meminfo("MemAvailable"), meminfo("PageTables"), vmstat("nr_zspages") * 4);
	fflush(stdout);
}

void report_memory(size_t pages, long long taken, long long tables)
{
	printf("memory %s %s %zu %lld %lld %lld\n", contestant, workload, pages, taken, tables,
	       vmstat("nr_zspages") * 4);
}
