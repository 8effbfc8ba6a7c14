/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests only: time by the clock. How long mdelay() takes on the second CPU of a machine that
 * is emulated is anybody's guess: 6.1 finds there that it does no loops at all in a second.
 */
#ifndef VSWAP_TEST_CLOCK_H
#define VSWAP_TEST_CLOCK_H

#include <linux/ktime.h>

static inline bool is_over(ktime_t since, unsigned int ms)
{
	return ktime_ms_delta(ktime_get(), since) >= ms;
}

#endif /* VSWAP_TEST_CLOCK_H */
