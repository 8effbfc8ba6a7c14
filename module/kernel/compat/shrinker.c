// SPDX-License-Identifier: GPL-2.0
/* A shrinker was a structure of its owner's, and is allocated now. */
#include "compat.h"

#ifdef KERNEL_HAS_SHRINKER_ALLOC
static struct shrinker *shrinker;

static int start(port_shrink_fn count, port_shrink_fn scan, long batch)
{
	shrinker = shrinker_alloc(0, "vswap");
	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = count;
	shrinker->scan_objects = scan;
	shrinker->batch = batch;
	shrinker_register(shrinker);
	return 0;
}

static void stop(void)
{
	shrinker_free(shrinker);
}
#else
static struct shrinker shrinker;

static int start(port_shrink_fn count, port_shrink_fn scan, long batch)
{
	shrinker.count_objects = count;
	shrinker.scan_objects = scan;
	shrinker.seeks = DEFAULT_SEEKS;
	shrinker.batch = batch;
	return register_shrinker(&shrinker, "vswap");
}

static void stop(void)
{
	unregister_shrinker(&shrinker);
}
#endif

/**
 * port_shrinker_start() - be called when memory is short
 * @count: says how much there is
 * @scan: gives some back
 * @batch: how much is asked for at once
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int port_shrinker_start(port_shrink_fn count, port_shrink_fn scan, long batch)
{
	return start(count, scan, batch);
}

/**
 * port_shrinker_stop() - the reverse of port_shrinker_start()
 *
 * Context: process, may sleep; waits for those who are called.
 */
void port_shrinker_stop(void)
{
	stop();
}
