/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that were read back and are clean: is the copy in the pool worth its memory?
 */
#ifndef VSWAP_COPIES_H
#define VSWAP_COPIES_H

#include <linux/mm_types.h>
#include <linux/types.h>

int vswap_copies_init(void);
bool vswap_copies_pay(struct folio *folio, unsigned long used, unsigned long capacity);

#endif /* VSWAP_COPIES_H */
