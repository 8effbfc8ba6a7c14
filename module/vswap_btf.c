// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/errno.h>
#include <linux/kernel.h>

#include "btf.h"
#include "vswap_btf.h"

/* Open while the module loads; all zeros before and behind. */
static struct btf_image kernel_btf;

/* What differs; loading is under one lock. */
static char why[BTF_WHY_SIZE];

/**
 * vswap_btf_open() - make the kernel's types ready for comparing
 * @start: the kernel's BTF
 * @stop: behind it
 *
 * Context: process, may sleep; vswap_btf_close() is due.
 * Return: 0, -ENOEXEC if this is no BTF, or -ENOMEM; with one line in the log.
 */
int vswap_btf_open(const void *start, const void *stop)
{
	int err = btf_image_open(&kernel_btf, start, stop - start);

	if (!err)
		return 0;
	btf_image_close(&kernel_btf);
	pr_err("the kernel's own description of its types can't be read (%d)\n", err);
	return err == -ENOMEM ? err : -ENOEXEC;
}

/**
 * vswap_btf_close() - free what vswap_btf_open() took
 *
 * Context: process, may sleep. Harmless if it isn't open.
 */
void vswap_btf_close(void)
{
	btf_image_close(&kernel_btf);
}

static int report(int err)
{
	if (err == -ENOEXEC)
		pr_err("not the kernel this module was built for: %s\n", why);
	return err;
}

/**
 * vswap_btf_check_function() - is a function what the module takes it for
 * @name: its name
 * @type: its type, "int (struct folio *)"
 *
 * Context: process, may sleep.
 * Return: 0, also if nothing is open to compare with; -ENOEXEC with one line in the
 * log; -ENOMEM.
 */
int vswap_btf_check_function(const char *name, const char *type)
{
	if (!kernel_btf.nr)
		return 0;
	return report(btf_check_function(&kernel_btf, name, type, why));
}

static int check_one(const struct vswap_layout *l)
{
	if (!l->structure)
		return btf_check_value(&kernel_btf, l->name, l->number, why);
	if (!l->name)
		return btf_check_size(&kernel_btf, l->structure, l->number, why);
	return btf_check_field(&kernel_btf, l->structure, l->name, l->type, l->number, why);
}

/**
 * vswap_btf_check_layout() - are fields, sizes and values what the module expects
 * @layout: VSWAP_LAYOUT()
 * @nr: how many
 *
 * Context: process, may sleep.
 * Return: as vswap_btf_check_function(); all are looked at, with a line for each.
 */
int vswap_btf_check_layout(const struct vswap_layout *layout, unsigned int nr)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < nr && kernel_btf.nr; i++) {
		int err = report(check_one(&layout[i]));

		ret = ret ?: err;
	}
	return ret;
}
