/* SPDX-License-Identifier: GPL-2.0 */
/* A slot space to test. */
#ifndef VSWAP_TEST_SLOTS_SPACE_H
#define VSWAP_TEST_SLOTS_SPACE_H

#include "slots.h"
#include "test.h"

struct space {
	struct slots s;
	struct slot_cluster *clusters;
	u32 max_clusters;
	unsigned long nr_wanted;	/* calls of want_growth; atomic */
};

/* Clusters, up to @max of them, become accessible only when the space grows. */
void space_init(struct space *space, u32 max, unsigned int nr_cpus);
void space_grow(struct space *space, u32 nr_clusters);
/* Check that @in_use slots are left. */
void space_exit(struct space *space, unsigned long in_use);

/* Check that lists, states, counts, bitmaps and words fit together; no other thread. */
void space_validate(const struct space *space);
/* The same for one cluster, without the lists. */
void space_validate_cluster(const struct space *space, u32 index);

unsigned long space_used(const struct space *space);

#endif /* VSWAP_TEST_SLOTS_SPACE_H */
