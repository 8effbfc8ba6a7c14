/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is the running kernel the one the module was built for? What the module needs to
 * know of it, prototypes and places of fields, is compared with the kernel's BTF before
 * anything is touched. The same expectations are in the module's file, as lines
 * "needs: ..." of modinfo, where vswapctl doctor finds them before the module is loaded.
 */
#ifndef VSWAP_BTF_KERNEL_H
#define VSWAP_BTF_KERNEL_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/moduleparam.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * struct vswap_field - a field the module reads or writes itself
 * @structure: the structure's name, without "struct"
 * @name: the field's
 * @type: as C writes it, without the name
 * @offset: bytes
 */
struct vswap_field {
	const char *structure;
	const char *name;
	const char *type;
	u32 offset;
};

/* A line of modinfo. */
#define VSWAP_NEEDS(text)	MODULE_INFO(needs, text)

/*
 * VSWAP_FIELDS(name, LIST) makes an array of struct vswap_field of
 *
 *	#define LIST(field)				\
 *		field(structure, name, type)		\
 *		...
 *
 * The compiler compares the types with those of the headers. Offsets get into modinfo
 * by way of the assembler: they are no text before.
 */
#define VSWAP_FIELDS(array, LIST)					\
	static const struct vswap_field array[] = { LIST(VSWAP_FIELD_ROW) }; \
	static void __used array##_needs(void)				\
	{								\
		LIST(VSWAP_FIELD_NEEDS)					\
	}

#define VSWAP_FIELD_ROW(in, field, of)					\
	{ #in, #field, #of, offsetof(struct in, field) },

#define VSWAP_FIELD_NEEDS(in, field, of)				\
	do {								\
		BUILD_BUG_ON(!__same_type(((struct in *)0)->field, of)); \
		asm volatile(".pushsection .modinfo, \"a\"\n\t"		\
			     ".asciz \"needs=field " #in " " #field " %c0 " #of "\"\n\t" \
			     ".popsection" : : "i" (offsetof(struct in, field))); \
	} while (0);

int vswap_btf_open(const void *start, const void *stop);
void vswap_btf_close(void);
int vswap_btf_check_function(const char *name, const char *type);
int vswap_btf_check_fields(const struct vswap_field *fields, unsigned int nr);

#endif /* VSWAP_BTF_KERNEL_H */
