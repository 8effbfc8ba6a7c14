// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: makes the running kernel describe itself wrongly in its BTF, as one
 * does that isn't the one a module was built for.
 *
 *	insmod vswap-altered.ko name=NAME [structure=STRUCT]
 *
 * Without a structure, whatever is called NAME is called something else; with one, its
 * field NAME is 4 bytes further on. All is as before when the module is removed.
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

/* Three words of a structure, then three of each member: name, type, offset in bits. */
static u8 *find_member(u32 *words, u32 nr, u32 in, u32 member)
{
	u32 i, m;

	for (i = 0; i + 3 < nr; i++) {
		if (words[i] != in || BTF_INFO_KIND(words[i + 1]) != BTF_KIND_STRUCT)
			continue;
		for (m = 0; m < BTF_INFO_VLEN(words[i + 1]); m++)
			if (words[i + 3 + m * 3] == member)
				return (u8 *)&words[i + 3 + m * 3 + 2];
	}
	return NULL;
}

static int __init altered_init(void)
{
	struct btf_header *header = (void *)symbol("__start_BTF");
	char *strings;
	u32 string;

	if (!header || !name)
		return -EINVAL;
	strings = (char *)header + header->hdr_len + header->str_off;
	string = find_string(strings, header->str_len, name);
	if (!string)
		return -ENOENT;
	if (structure) {
		place = find_member((void *)header + header->hdr_len + header->type_off,
				    header->type_len / sizeof(u32),
				    find_string(strings, header->str_len, structure), string);
		change = 32;
	} else {
		place = strings + string;
		change = 'a' ^ 'A';
	}
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
