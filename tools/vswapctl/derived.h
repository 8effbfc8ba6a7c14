/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_DERIVED_H
#define VSWAPCTL_DERIVED_H

#include "snapshot.h"

/* Of one backend; the ratios are known where it compresses. */
struct value backend_use(const struct backend *backend);
struct value backend_ratio(const struct backend *backend);
struct value backend_compressed_ratio(const struct backend *backend);

/* Of all. */
struct value area_free(const struct snapshot *snap);
struct value area_use(const struct snapshot *snap);
struct value area_stored(const struct snapshot *snap);
struct value area_backend_memory(const struct snapshot *snap);
struct value area_memory_taken(const struct snapshot *snap);
struct value area_memory_saved(const struct snapshot *snap);
struct value area_ratio(const struct snapshot *snap);
struct value area_compressed_ratio(const struct snapshot *snap);
struct value area_writeback_page(const struct snapshot *snap);

#endif
