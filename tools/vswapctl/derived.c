// SPDX-License-Identifier: GPL-2.0
/* What follows from the module's numbers. */
#include <string.h>

#include "derived.h"

static bool compresses(const struct backend *backend)
{
	const struct value *type = &backend->file[BACKEND_TYPE];

	return type->known && !strcmp(type->text, "zswap");
}

static bool any(const struct backend *backend)
{
	(void)backend;
	return true;
}

/* The sum of a file over those backends that @counts is true of. */
static struct value sum(const struct snapshot *snap, enum backend_file file,
			bool (*counts)(const struct backend *backend))
{
	struct value total = value_number(backend_files[file].unit, 0);
	const struct backend *backend = snap->backend;

	if (!snap->backends_known)
		return value_unknown(total.unit);
	for (; backend < snap->backend + snap->nr_backends; backend++)
		if (counts(backend))
			total = value_add(total, backend->file[file]);
	return total;
}

struct value backend_use(const struct backend *backend)
{
	return value_percent(backend->file[BACKEND_USED],
			     backend->file[BACKEND_CAPACITY]);
}

/* Nothing stored has no ratio: 0 pages in a page of pool is not 0.00. */
static struct value ratio(struct value original_pages, struct value taken)
{
	struct value original = value_to_bytes(original_pages);

	if (!original.number)
		return value_unknown(UNIT_RATIO);
	return value_ratio(original, taken);
}

struct value backend_ratio(const struct backend *backend)
{
	return ratio(backend->file[BACKEND_USED], backend->file[BACKEND_POOL]);
}

struct value backend_compressed_ratio(const struct backend *backend)
{
	return ratio(backend->file[BACKEND_USED],
		     backend->file[BACKEND_COMPRESSED]);
}

struct value area_free(const struct snapshot *snap)
{
	/* the capacity is an estimate and may fall below what is used */
	return value_sub_or_zero(snap->file[AREA_CAPACITY],
				 snap->file[AREA_USED]);
}

struct value area_use(const struct snapshot *snap)
{
	return value_percent(snap->file[AREA_USED], snap->file[AREA_CAPACITY]);
}

struct value area_stored(const struct snapshot *snap)
{
	return value_add(snap->file[AREA_FILL], sum(snap, BACKEND_USED, any));
}

struct value area_backend_memory(const struct snapshot *snap)
{
	return sum(snap, BACKEND_MEMORY, any);
}

struct value area_memory_taken(const struct snapshot *snap)
{
	return value_add(area_backend_memory(snap), snap->file[AREA_METADATA]);
}

struct value area_memory_saved(const struct snapshot *snap)
{
	return value_sub(value_to_bytes(area_stored(snap)),
			 area_memory_taken(snap));
}

struct value area_ratio(const struct snapshot *snap)
{
	return ratio(sum(snap, BACKEND_USED, compresses),
		     sum(snap, BACKEND_POOL, compresses));
}

struct value area_compressed_ratio(const struct snapshot *snap)
{
	return ratio(sum(snap, BACKEND_USED, compresses),
		     sum(snap, BACKEND_COMPRESSED, compresses));
}

/* Bytes written for each page that was written back. */
struct value area_writeback_page(const struct snapshot *snap)
{
	struct value pages = snap->file[AREA_WRITEBACK];
	struct value bytes = snap->file[AREA_WRITEBACK_BYTES];

	if (!pages.known || !bytes.known || !pages.number)
		return value_unknown(UNIT_BYTES);
	return value_number(UNIT_BYTES,
			    (bytes.number + pages.number / 2) / pages.number);
}
