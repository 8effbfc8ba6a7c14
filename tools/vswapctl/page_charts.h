/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_PAGE_CHARTS_H
#define VSWAPCTL_PAGE_CHARTS_H

#include <stdio.h>

struct page;

/* All charts that there is something for. */
void page_print_charts(FILE *out, const struct page *page);

#endif
