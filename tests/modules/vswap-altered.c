// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: makes the running kernel describe itself wrongly in its BTF, as one
 * does that isn't the one a module was built for.
 *
 *	insmod vswap-altered.ko name=NAME		whatever is called so is called otherwise
 *	insmod vswap-altered.ko structure=STRUCT	it is of another size
 *	insmod vswap-altered.ko structure=STRUCT name=FIELD	its field is 4 bytes off
 *	insmod vswap-altered.ko value=NAME		that value of an enum is another
 *
 * All is as before when the module is removed.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
#include <uapi/linux/btf.h>

#include "symbol.h"

static char *name;
module_param(name, charp, 0444);
static char *structure;
module_param(structure, charp, 0444);
static char *value;
module_param(value, charp, 0444);

static u8 *place;
static u8 change;

/* The kernel's BTF can't be written to where it is. */
static int flip(u8 *at, u8 bits)
{
	struct page *page = pfn_to_page(__pa_symbol(at) >> PAGE_SHIFT);
	u8 *window = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	if (!window)
		return -ENOMEM;
	window[offset_in_page(at)] ^= bits;
	vunmap(window);
	return 0;
}

/* The offset of a whole string among the strings. */
static u32 find_string(const char *strings, u32 size, const char *string)
{
	u32 at, len = strlen(string) + 1;

	for (at = 1; at + len <= size; at++)
		if (!strings[at - 1] && !memcmp(strings + at, string, len))
			return at;
	return 0;
}

/* The kernel's types: words, and the names that they mean by offsets. */
static u32 *words, nr_words;
static char *strings;
static u32 strings_size;

/* Three words of a structure: name, kind, size. Returns the first, or NULL. */
static u32 *find_structure(u32 in)
{
	u32 i;

	for (i = 0; i + 3 < nr_words; i++)
		if (words[i] == in && BTF_INFO_KIND(words[i + 1]) == BTF_KIND_STRUCT)
			return &words[i];
	return NULL;
}

/* Then three of each member: name, type, offset in bits. Returns that. */
static u32 *find_offset(u32 *type, u32 member)
{
	u32 m;

	for (m = 0; type && m < BTF_INFO_VLEN(type[1]); m++)
		if (type[3 + m * 3] == member)
			return &type[3 + m * 3 + 2];
	return NULL;
}

/* Of an enum there are two for each value, behind the same three: name, value. */
static u32 *find_value(u32 string)
{
	u32 i, v, nr;

	for (i = 0; i + 3 < nr_words; i++) {
		nr = BTF_INFO_VLEN(words[i + 1]);
		if (BTF_INFO_KIND(words[i + 1]) != BTF_KIND_ENUM || words[i + 2] != sizeof(u32) ||
		    i + 3 + 2 * nr > nr_words)
			continue;
		for (v = 0; v < nr; v++)
			if (words[i + 3 + v * 2] == string)
				return &words[i + 3 + v * 2 + 1];
	}
	return NULL;
}

static int open_btf(void)
{
	struct btf_header *header = (void *)symbol("__start_BTF");

	if (!header)
		return -ENOENT;
	words = (void *)header + header->hdr_len + header->type_off;
	nr_words = header->type_len / sizeof(u32);
	strings = (void *)header + header->hdr_len + header->str_off;
	strings_size = header->str_len;
	return 0;
}

static u32 string_of(const char *string)
{
	return find_string(strings, strings_size, string);
}

static u8 *choose(void)
{
	u32 *type;

	if (value)
		return (u8 *)find_value(string_of(value));
	if (!structure)
		return string_of(name) ? (u8 *)strings + string_of(name) : NULL;
	type = find_structure(string_of(structure));
	if (name)
		return (u8 *)find_offset(type, string_of(name));
	return type ? (u8 *)&type[2] : NULL;
}

static int __init altered_init(void)
{
	int err = open_btf();

	if (err)
		return err;
	if (!name && !structure && !value)
		return -EINVAL;
	place = choose();
	change = 32;
	return place ? flip(place, change) : -ENOENT;
}

static void __exit altered_exit(void)
{
	flip(place, change);
}

module_init(altered_init);
module_exit(altered_exit);

MODULE_DESCRIPTION("Test of vswap: a kernel that isn't what it seems");
MODULE_LICENSE("GPL");
