/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_PAGE_TABLES_H
#define VSWAPCTL_PAGE_TABLES_H

#include <stdio.h>

struct page;

/* All figures, by what they are of; the machine, and how swap was set. */
void page_print_tables(FILE *out, const struct page *page);

#endif
