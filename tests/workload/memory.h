/* SPDX-License-Identifier: GPL-2.0 */
/* Memory under test, of whatever kind: memory.c */
#ifndef VSWAP_MEMORY_H
#define VSWAP_MEMORY_H

#include "content.h"

struct region {
	enum kind kind;
	int fd;			/* of tmpfs, else -1 */
	uint8_t *mem;
	size_t pages;
	uint16_t *gen;		/* one per page, locked in RAM */
};

struct thp_control {
	unsigned int kb;	/* 0: not in use */
	char path[96];		/* of "enabled", empty if we changed nothing */
	char old[16];
	long long before[8];
};

size_t kind_unit_pages(enum kind kind);
int region_create(struct region *r, enum kind kind, size_t pages,
		  const char *tmpfs_dir);
int region_read(const struct region *r, size_t page, void *buf, size_t split);
int region_write(const struct region *r, size_t page, const void *buf,
		 size_t split);
int region_pageout(const struct region *r);
size_t region_resident(const struct region *r);
int region_drop(const struct region *r, size_t first, size_t count);
/* The directory to use for tmpfs, NULL for a memfd; -1 if it will not do */
int tmpfs_choose(const char **dir, uint64_t bytes);

void thp_enable(struct thp_control *thp, unsigned int kb);
void thp_restore(const struct thp_control *thp);
void thp_report(const struct thp_control *thp, const char *name);

static inline uint8_t *region_page(const struct region *r, size_t page)
{
	return r->mem + page * PAGE_BYTES;
}

#endif /* VSWAP_MEMORY_H */
