/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is the running kernel the one the module was built for? What the module needs to
 * know of it, prototypes, fields, sizes and values, is compared with the kernel's BTF before
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
 * struct vswap_layout - a field, a size or a value that the module relies on
 * @structure: the structure's name, without "struct"; NULL for a value of an enum
 * @name: the field's or the value's; NULL for the size of the structure
 * @type: of a field, as C writes it, without the name
 * @number: where the field is, the size, both in bytes, or the value
 */
struct vswap_layout {
	const char *structure;
	const char *name;
	const char *type;
	u32 number;
};

/* A line of modinfo. */
#define VSWAP_NEEDS(text)	MODULE_INFO(needs, text)

/*
 * VSWAP_LAYOUT(name, LIST) makes an array of struct vswap_layout of
 *
 *	#define LIST(field, bits, size, value)		\
 *		field(structure, name, type)		\
 *		bits(structure, name, type, offset)	\
 *		size(structure)				\
 *		value(name)				\
 *		...
 *
 * The compiler compares the types with those of the headers, but for a bit field's, whose
 * first byte it doesn't tell either. Numbers get into modinfo by way of the assembler:
 * they are no text before.
 */
#define VSWAP_LAYOUT(array, LIST)					\
	static const struct vswap_layout array[] = {			\
		LIST(VSWAP_FIELD_ROW, VSWAP_BITS_ROW, VSWAP_SIZE_ROW, VSWAP_VALUE_ROW) \
	};								\
	static void __used array##_needs(void)				\
	{								\
		LIST(VSWAP_FIELD_NEEDS, VSWAP_BITS_NEEDS, VSWAP_SIZE_NEEDS, VSWAP_VALUE_NEEDS) \
	}

#define VSWAP_FIELD_ROW(in, field, of)					\
	{ #in, #field, #of, offsetof(struct in, field) },

#define VSWAP_BITS_ROW(in, field, of, offset)				\
	{ #in, #field, #of, offset },

#define VSWAP_SIZE_ROW(in)						\
	{ #in, NULL, NULL, sizeof(struct in) },

#define VSWAP_VALUE_ROW(value)						\
	{ NULL, #value, NULL, value },

/* @format has a %c0 where @number is to be. */
#define VSWAP_NUMBER_NEEDS(format, number)				\
	asm volatile(".pushsection .modinfo, \"a\"\n\t"			\
		     ".asciz \"needs=" format "\"\n\t"			\
		     ".popsection" : : "i" (number))

#define VSWAP_FIELD_NEEDS(in, field, of)				\
	do {								\
		BUILD_BUG_ON(!__same_type(((struct in *)0)->field, of)); \
		VSWAP_NUMBER_NEEDS("field " #in " " #field " %c0 " #of,	\
				   offsetof(struct in, field));		\
	} while (0);

#define VSWAP_BITS_NEEDS(in, field, of, offset)				\
	VSWAP_NUMBER_NEEDS("field " #in " " #field " %c0 " #of, offset);

#define VSWAP_SIZE_NEEDS(in)						\
	VSWAP_NUMBER_NEEDS("size " #in " %c0", sizeof(struct in));

#define VSWAP_VALUE_NEEDS(value)					\
	VSWAP_NUMBER_NEEDS("value " #value " %c0", value);

int vswap_btf_open(const void *start, const void *stop);
void vswap_btf_close(void);
int vswap_btf_check_function(const char *name, const char *type);
int vswap_btf_check_layout(const struct vswap_layout *layout, unsigned int nr);

#endif /* VSWAP_BTF_KERNEL_H */
