/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors that are forgotten in time: many of them in a row tell that a disk is broken, the
 * same number over years doesn't.
 */
#ifndef VSWAP_ERRORS_H
#define VSWAP_ERRORS_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "shim.h"
#endif

/**
 * errors_add() - one more error
 * @until: when all errors are forgotten, 0 at first; changed
 * @now: the time
 * @age: after how long the oldest of those that are remembered is forgotten
 *
 * Return: how many are remembered.
 */
static inline u64 errors_add(u64 *until, u64 now, u64 age)
{
	if (*until < now)
		*until = now;
	*until += age;
	return (*until - now + age - 1) / age;
}

#endif /* VSWAP_ERRORS_H */
