/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the compressed pages of a pool lie: in zsmalloc, or in a slab of our own (vslab.h). The
 * first can move its objects by itself, for it has a handle for each; the second has none, and
 * needs somebody who knows whose they are.
 */
#ifndef VSWAP_OBJECTS_H
#define VSWAP_OBJECTS_H

#include <linux/types.h>

struct objects;
struct work_struct;

/* What tells of an object besides its length. */
#define OBJECTS_PLACE_BITS	46

struct objects *objects_create(bool slab, unsigned long limit, struct work_struct *wanted);
void objects_destroy(struct objects *o);
void objects_set_limit(struct objects *o, unsigned long pages);
unsigned int objects_max_size(const struct objects *o);
bool objects_are_slab(const struct objects *o);
int objects_put(struct objects *o, unsigned int cpu, const void *src, unsigned int len,
		u64 *place);
int objects_put_again(struct objects *o, const void *src, unsigned int len, u64 *place);
const void *objects_read_begin(struct objects *o, u64 place, unsigned int len, void *buffer);
void objects_read_end(struct objects *o, u64 place, unsigned int len, const void *src);
void objects_free(struct objects *o, u64 place, unsigned int len);
unsigned long objects_pages(const struct objects *o);
size_t objects_metadata(const struct objects *o);
void objects_compact(struct objects *o);

/* Of a slab only: */
void objects_close(struct objects *o, unsigned int cpu);
bool objects_is_poor(const struct objects *o, u64 place, unsigned int len);
unsigned long objects_choose_poor(struct objects *o);
void objects_forget_poor(struct objects *o);
int objects_move(struct objects *o, u64 place, unsigned int len, u64 *new_place);

#endif /* VSWAP_OBJECTS_H */
