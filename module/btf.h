/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Comparing prototypes, structures and enums with a kernel's BTF, its own description of its
 * types. Knows nothing of the kernel it runs in: it is built into vswapctl as well, so
 * that "vswapctl doctor" and the module can't disagree, and into tests.
 */
#ifndef VSWAP_BTF_H
#define VSWAP_BTF_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "shim.h"
#endif

/**
 * struct btf_image - BTF in memory
 * @types: the types, one behind the other
 * @strings: their names, each with a 0 at its end
 * @strings_size: bytes of them, 1 at least
 * @offset: of type i in @types; type 0 is void and has none
 * @nr: types, void included
 */
struct btf_image {
	const void *types;
	const char *strings;
	u32 strings_size;
	u32 *offset;
	u32 nr;
};

/* What was found instead of what was expected, as a sentence. */
#define BTF_WHY_SIZE	400

int btf_image_open(struct btf_image *btf, const void *data, size_t size);
void btf_image_close(struct btf_image *btf);

int btf_check_function(const struct btf_image *btf, const char *name, const char *type,
		       char why[BTF_WHY_SIZE]);
int btf_check_field(const struct btf_image *btf, const char *structure, const char *name,
		    const char *type, u32 offset, char why[BTF_WHY_SIZE]);
int btf_check_size(const struct btf_image *btf, const char *structure, u32 size,
		   char why[BTF_WHY_SIZE]);
int btf_check_value(const struct btf_image *btf, const char *name, u32 value,
		    char why[BTF_WHY_SIZE]);

#endif /* VSWAP_BTF_H */
