// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of the processes' anonymous memory, compressed one by one. Each page has the same chance:
 * of those that the kernel counts some are chosen before any is looked for.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lz4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "message.h"
#include "pagemap.h"
#include "sample.h"
#include "system.h"
#include "value.h"

/* A share of one in two is then known to 5 points, most of the time. */
#define WANTED		400
#define KIB_OF_PAGE	(PAGE_BYTES / 1024)

/* Above this share of itself a page goes to a swap file by default: max-page of vswap.conf. */
#define MOST_PERCENT	75

/*
 * @left, @wanted: pages that aren't decided on yet, and how many of them are to be chosen
 * @chosen: of the process that is looked at, as numbers among its pages, in order
 * @at: the page that comes next in it
 * @zero: the frame of the kernel's page of zeroes, which is nobody's memory; 0: not known
 */
struct sampling {
	struct sample *sample;
	uint64_t left, wanted;
	uint64_t chosen[WANTED];
	size_t nr, next;
	uint64_t at;
	uint64_t zero;
	int memory;
};

/* ---- A page ---- */

static bool is_fill(const char *page)
{
	return !memcmp(page, page + sizeof(uint64_t), PAGE_BYTES - sizeof(uint64_t));
}

static void measure(struct sample *sample, const char *page)
{
	static char compressed[LZ4_COMPRESSBOUND(PAGE_BYTES)];
	unsigned int bytes;

	sample->pages++;
	if (is_fill(page)) {
		sample->fill++;
		return;
	}
	bytes = LZ4_compress_default(page, compressed, PAGE_BYTES, sizeof(compressed));
	explicit_bzero(compressed, sizeof(compressed));
	if (bytes > PAGE_BYTES * MOST_PERCENT / 100)
		sample->incompressible++;
	else
		sample->bytes += bytes;
}

/* It may have gone, or the process may have. */
static void read_page(struct sampling *sampling, uint64_t number)
{
	static char page[PAGE_BYTES];

	if (pread(sampling->memory, page, PAGE_BYTES, number * PAGE_BYTES) == PAGE_BYTES)
		measure(sampling->sample, page);
	explicit_bzero(page, sizeof(page));
}

static void look_at_pages(void *to, uint64_t first, const uint64_t *entry, size_t nr)
{
	struct sampling *sampling = to;
	uint64_t frame;
	size_t i;

	for (i = 0; i < nr && sampling->next < sampling->nr; i++) {
		frame = entry[i] & PAGEMAP_FRAME;
		if (!(entry[i] & PAGEMAP_PRESENT) || entry[i] & PAGEMAP_OF_FILE ||
		    (frame && frame == sampling->zero))
			continue;
		if (sampling->at++ != sampling->chosen[sampling->next])
			continue;
		sampling->next++;
		read_page(sampling, first + i);
	}
}

/* ---- A process ---- */

/* Mappings before the next page that was chosen aren't looked through: they may be large. */
static void look_at_mappings(struct sampling *sampling, FILE *smaps, int pagemap)
{
	struct mapping mapping = { 0 };
	uint64_t kib, pages;
	char *line = NULL;
	size_t size = 0;

	while (sampling->next < sampling->nr && getline(&line, &size, smaps) > 0) {
		if (mapping_parse(&mapping, line) ||
		    sscanf(line, "Anonymous: %" SCNu64, &kib) != 1 || mapping.shared)
			continue;
		pages = kib / KIB_OF_PAGE;
		if (sampling->at + pages <= sampling->chosen[sampling->next])
			sampling->at += pages;
		else
			mapping_read(&mapping, pagemap, look_at_pages, sampling);
	}
	free(line);
}

static void look_at_process(struct sampling *sampling, pid_t pid)
{
	FILE *smaps = process_open(pid, "smaps"), *pagemap = process_open(pid, "pagemap");
	FILE *memory = process_open(pid, "mem");

	sampling->at = 0;
	sampling->next = 0;
	if (smaps && pagemap && memory) {
		sampling->memory = fileno(memory);
		look_at_mappings(sampling, smaps, fileno(pagemap));
	}
	if (smaps)
		fclose(smaps);
	if (pagemap)
		fclose(pagemap);
	if (memory)
		fclose(memory);
}

/* Of each page in turn: it is chosen if a random one of those left is among those wanted. */
static void choose(struct sampling *sampling, uint64_t pages)
{
	uint64_t page;

	sampling->nr = 0;
	for (page = 0; page < pages && sampling->left && sampling->wanted; page++) {
		if ((uint64_t)(drand48() * sampling->left--) >= sampling->wanted)
			continue;
		sampling->chosen[sampling->nr++] = page;
		sampling->wanted--;
	}
}

/* ---- All ---- */

static uint64_t pages_of(pid_t pid)
{
	return process_kib(pid, "RssAnon") / KIB_OF_PAGE;
}

/* A page that was only read is that one. */
static uint64_t find_zero_frame(void)
{
	const volatile char *page = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FILE *pagemap = system_open("/proc/self/pagemap");
	uint64_t entry = 0;

	if (page != MAP_FAILED && pagemap) {
		(void)*page;
		if (pread(fileno(pagemap), &entry, sizeof(entry),
			  (uintptr_t)page / PAGE_BYTES * sizeof(entry)) != sizeof(entry))
			entry = 0;
	}
	if (page != MAP_FAILED)
		munmap((void *)page, PAGE_BYTES);
	if (pagemap)
		fclose(pagemap);
	return entry & PAGEMAP_PRESENT ? entry & PAGEMAP_FRAME : 0;
}

static void seed(void)
{
	unsigned short random[3];

	if (!getentropy(random, sizeof(random)))
		seed48(random);
}

static void look_at_all(struct sampling *sampling, DIR *folder)
{
	pid_t pid;

	while ((pid = process_next(folder)))
		sampling->left += pages_of(pid);
	sampling->wanted = sampling->left < WANTED ? sampling->left : WANTED;
	rewinddir(folder);
	while ((pid = process_next(folder))) {
		choose(sampling, pages_of(pid));
		if (sampling->nr)
			look_at_process(sampling, pid);
	}
}

void sample_read(struct sample *sample)
{
	struct sampling sampling = { .sample = sample };
	char *path;
	DIR *folder;

	*sample = (struct sample){ .allowed = geteuid() == system_owner() };
	if (!sample->allowed)
		return;
	seed();
	sampling.zero = find_zero_frame();
	path = system_path("/proc");
	folder = opendir(path);
	if (folder) {
		look_at_all(&sampling, folder);
		closedir(folder);
	}
	free(path);
}
