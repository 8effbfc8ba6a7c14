/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What users may say, and what their swap files have to be like. Knows nothing of the
 * kernel it runs in: it is built into vswapctl as well, so that "vswapctl doctor" and the
 * module can't disagree.
 */
#ifndef VSWAP_RULES_H
#define VSWAP_RULES_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "shim.h"
#endif

/**
 * struct rules_params - the module parameters that there are rules for, by their own names
 */
struct rules_params {
	char *backends;
	char *ssd;
	bool encrypt;
	bool require_all;
	char *zswap_compressor;
	char *zswap_cold_compressor;
	char *zswap_allocator;
	bool zswap_charge;
	unsigned int zswap_max_pool_percent;
	unsigned int zswap_max_pool_mb;
	char *zswap_max_pool;
	unsigned int zswap_max_page_percent;
	unsigned int zswap_high_percent;
	unsigned int zswap_low_percent;
	int priority;
	char *swapin;
	char *checksum;
	char *discard;
};

/* Where nothing is said. */
#define RULES_DEFAULTS {				\
	.ssd = "/var/lib/vswap/ssd.swap",		\
	.zswap_compressor = "lz4",			\
	.zswap_cold_compressor = "none",		\
	.zswap_allocator = "auto",			\
	.zswap_max_pool_percent = 20,			\
	.zswap_max_pool = "fixed",			\
	.zswap_max_page_percent = 75,			\
	.zswap_high_percent = 97,			\
	.zswap_low_percent = 95,			\
	.priority = -1,					\
	.swapin = "cache",				\
	.checksum = "none",				\
	.discard = "none",				\
}

/* As swapon(2) knows them. */
#define RULES_MAX_PRIORITY	32767

/* What backends= can name. */
enum rules_backend { RULES_ZSWAP, RULES_SSD, RULES_NR_BACKENDS };

/* What discard= can be, as swapon(8) has it. */
enum rules_discard {
	RULES_DISCARD_NONE,
	RULES_DISCARD_ONCE,
	RULES_DISCARD_PAGES,
	RULES_DISCARD_BOTH,
	RULES_NR_DISCARDS
};

/* What is wrong, as a sentence. */
#define RULES_WHY_SIZE	160

/* Of a swap file. */
#define RULES_TOO_SMALL	"too small, at least 1 MiB is needed"

/* A swap file's header: the page it is in, and pages of the area by what it says. */
struct rules_header {
	void *page;
	size_t page_size;
	u32 nr_pages;
};

const char *rules_next_name(const char **list, size_t *len);
int rules_backend(const char *name, size_t len);
int rules_discard(const char *name);
bool rules_has_cold(const char *compressor, const char *cold);
int rules_check_params(const struct rules_params *p, u64 ram_mb, char why[RULES_WHY_SIZE]);
const char *rules_check_access(bool is_file, unsigned int mode, bool by_root);
const char *rules_check_header(struct rules_header *header, u64 bytes, bool is_file);

#endif /* VSWAP_RULES_H */
