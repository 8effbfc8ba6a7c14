// SPDX-License-Identifier: GPL-2.0
/*
 * Comparing prototypes, structures and enums with a kernel's BTF.
 *
 * A type is compared by its text, as C writes a type without a name: "struct page *",
 * "int (struct page *, bool)", "struct list_head[10]". Spaces don't matter. What text
 * BTF gives is made here; what is expected is in the module's source, where the
 * compiler sees it too.
 *
 * The data are believed to be no more than bytes: whatever is in them, nothing outside
 * of them is read.
 */
#include "btf.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/btf.h>
#else
#include <linux/btf.h>
#include <stdio.h>
#endif

/* Types that one type is made of, one inside the other. More is no type of ours. */
#define MAX_STEPS	32
/* Functions as arguments of functions, unnamed structures in structures. */
#define MAX_DEPTH	4

#define TEXT_SIZE	200

/* The header up to what is used here: newer kernels have more in it. */
#define HEADER_SIZE	(offsetof(struct btf_header, str_len) + sizeof(u32))

static const struct btf_type *type_at(const struct btf_image *btf, u32 id)
{
	return id && id < btf->nr ? btf->types + btf->offset[id] : NULL;
}

static const char *name_at(const struct btf_image *btf, u32 offset)
{
	return offset < btf->strings_size ? btf->strings + offset : "";
}

/* Bytes behind a struct btf_type; -1 for a kind that isn't known here. */
static s64 extra_size(const struct btf_type *type)
{
	s64 nr = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(u32);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return nr * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return nr * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return nr * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return nr * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return nr * sizeof(struct btf_var_secinfo);
	default:
		return -1;
	}
}

/* Counts the types and, where there is room, notes where each is. -EINVAL if broken. */
static int index_types(struct btf_image *btf, u32 size)
{
	u32 at = 0, id = 1;

	while (at < size) {
		const struct btf_type *type = btf->types + at;
		s64 extra;

		if (size - at < sizeof(*type))
			return -EINVAL;
		extra = extra_size(type);
		if (extra < 0 || extra > (s64)(size - at - sizeof(*type)))
			return -EINVAL;
		if (btf->offset)
			btf->offset[id] = at;
		at += sizeof(*type) + (u32)extra;
		id++;
	}
	btf->nr = id;
	return 0;
}

/* Is a section inside of what follows the header? */
static bool is_inside(u32 offset, u32 length, size_t size)
{
	return offset <= size && length <= size - offset;
}

/**
 * btf_image_open() - make BTF ready for looking things up
 * @btf: to be filled in
 * @data: BTF as the kernel has it, aligned to 4 bytes; it has to stay
 * @size: its size in bytes
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL if this is no BTF that is known here, or -ENOMEM.
 */
int btf_image_open(struct btf_image *btf, const void *data, size_t size)
{
	const struct btf_header *header = data;
	const void *body;
	int err;

	memset(btf, 0, sizeof(*btf));
	if (size < HEADER_SIZE || (unsigned long)data % sizeof(u32) ||
	    header->magic != BTF_MAGIC || header->version != BTF_VERSION ||
	    header->hdr_len < HEADER_SIZE || header->hdr_len > size ||
	    header->hdr_len % sizeof(u32) || header->type_off % sizeof(u32))
		return -EINVAL;
	size -= header->hdr_len;
	body = data + header->hdr_len;
	if (!is_inside(header->type_off, header->type_len, size) ||
	    !is_inside(header->str_off, header->str_len, size) || !header->str_len)
		return -EINVAL;
	btf->types = body + header->type_off;
	btf->strings = body + header->str_off;
	btf->strings_size = header->str_len;
	if (btf->strings[0] || btf->strings[header->str_len - 1])
		return -EINVAL;

	err = index_types(btf, header->type_len);
	if (err)
		return err;
	btf->offset = kvmalloc_array(btf->nr, sizeof(*btf->offset), GFP_KERNEL);
	if (!btf->offset)
		return -ENOMEM;
	return index_types(btf, header->type_len);
}

/**
 * btf_image_close() - free what btf_image_open() allocated
 * @btf: opened, or not with success, or all zeros
 *
 * Context: process, may sleep.
 */
void btf_image_close(struct btf_image *btf)
{
	kvfree(btf->offset);
	memset(btf, 0, sizeof(*btf));
}

/* ---- The text of a type ---- */

/* A piece of text that grows at both ends. What doesn't fit makes it wrong for good. */
struct text {
	char buf[TEXT_SIZE];
	bool overflow;
};

static void append(struct text *text, const char *piece)
{
	size_t len = strlen(text->buf), more = strlen(piece);

	if (more >= TEXT_SIZE - len)
		text->overflow = true;
	else
		memcpy(text->buf + len, piece, more + 1);
}

static void prepend(struct text *text, const char *piece)
{
	size_t len = strlen(text->buf), more = strlen(piece);

	if (more >= TEXT_SIZE - len) {
		text->overflow = true;
		return;
	}
	memmove(text->buf + more, text->buf, len + 1);
	memcpy(text->buf, piece, more);
}

/* BTF has the compiler's names of these. */
static const char *usual_name(const char *name)
{
	static const char * const names[][2] = {
		{ "long int", "long" },
		{ "long unsigned int", "unsigned long" },
		{ "long long int", "long long" },
		{ "long long unsigned int", "unsigned long long" },
		{ "short int", "short" },
		{ "short unsigned int", "unsigned short" },
		{ "_Bool", "bool" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i][0]))
			return names[i][1];
	return name;
}

static const char *keyword(const struct btf_type *type)
{
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum ";
	case BTF_KIND_FWD:
		return BTF_INFO_KFLAG(type->info) ? "union " : "struct ";
	default:
		return "";
	}
}

/* "*" binds less than "[]" and "()". */
static void parenthesize(struct text *text)
{
	if (text->buf[0] == '*') {
		prepend(text, "(");
		append(text, ")");
	}
}

static void print_array(struct text *text, const struct btf_array *array)
{
	char size[16] = "[]";

	if (array->nelems)
		snprintf(size, sizeof(size), "[%u]", array->nelems);
	parenthesize(text);
	append(text, size);
}

static void print_type(const struct btf_image *btf, u32 id, struct text *text, int depth);

static void print_params(const struct btf_image *btf, const struct btf_type *proto,
			 struct text *text, int depth)
{
	const struct btf_param *param = (const void *)(proto + 1);
	u32 i, nr = BTF_INFO_VLEN(proto->info);
	struct text *one;

	parenthesize(text);
	append(text, nr ? "(" : "(void");
	one = nr ? kvmalloc_array(1, sizeof(*one), GFP_KERNEL) : NULL;
	if (nr && !one)
		text->overflow = true;
	for (i = 0; i < nr && !text->overflow; i++) {
		memset(one, 0, sizeof(*one));
		if (param[i].type)
			print_type(btf, param[i].type, one, depth + 1);
		else
			append(one, "...");
		if (i)
			append(text, ", ");
		append(text, one->buf);
		text->overflow |= one->overflow;
	}
	kvfree(one);
	append(text, ")");
}

/* The name that all the pointers and brackets belong to. */
static void print_base(const char *word, const char *name, bool is_const, struct text *text)
{
	if (text->buf[0] && text->buf[0] != '[')
		prepend(text, " ");
	prepend(text, *name ? name : "{}");
	prepend(text, word);
	if (is_const)
		prepend(text, "const ");
}

/* From the outermost to the innermost, around the text that is there. */
static void print_type(const struct btf_image *btf, u32 id, struct text *text, int depth)
{
	bool is_const = false;
	int step;

	for (step = 0; step < MAX_STEPS && depth < MAX_DEPTH; step++) {
		const struct btf_type *type = type_at(btf, id);
		const struct btf_array *array;

		if (!type) {
			print_base("", id ? "?" : "void", is_const, text);
			return;
		}
		id = type->type;
		switch (BTF_INFO_KIND(type->info)) {
		case BTF_KIND_PTR:
			if (is_const)
				prepend(text, "const ");
			is_const = false;
			prepend(text, "*");
			break;
		case BTF_KIND_CONST:
			is_const = true;
			break;
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			break;
		case BTF_KIND_ARRAY:
			array = (const void *)(type + 1);
			print_array(text, array);
			id = array->type;
			break;
		case BTF_KIND_FUNC_PROTO:
			print_params(btf, type, text, depth);
			break;
		default:
			print_base(keyword(type), usual_name(name_at(btf, type->name_off)),
				   is_const, text);
			return;
		}
	}
	text->overflow = true;
}

static bool same_text(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == ' ')
			a++;
		while (*b == ' ')
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

/* Returns 0, -ENOEXEC with @why "@what is ..., not @expected", or -ENOMEM. */
static int compare_type(const struct btf_image *btf, u32 id, const char *what,
			const char *expected, char why[BTF_WHY_SIZE])
{
	struct text *text = kvmalloc_array(1, sizeof(*text), GFP_KERNEL);
	int err = 0;

	if (!text)
		return -ENOMEM;
	memset(text, 0, sizeof(*text));
	print_type(btf, id, text, 0);
	if (text->overflow || !same_text(text->buf, expected)) {
		snprintf(why, BTF_WHY_SIZE, "%s is %s%s, not %s", what, text->buf,
			 text->overflow ? "..." : "", expected);
		err = -ENOEXEC;
	}
	kvfree(text);
	return err;
}

/* ---- Looking things up ---- */

/* The next type of that name and kind behind @id, 0 if there is none. */
static u32 next_named(const struct btf_image *btf, u32 id, unsigned int kind, const char *name)
{
	while (++id < btf->nr) {
		const struct btf_type *type = type_at(btf, id);

		if (BTF_INFO_KIND(type->info) == kind &&
		    !strcmp(name_at(btf, type->name_off), name))
			return id;
	}
	return 0;
}

/**
 * btf_check_function() - is a function of the type it is expected to be
 * @btf: the kernel's
 * @name: the function's name
 * @type: as C writes it without the name: "int (struct page *)"
 * @why: says what differs
 *
 * If there are more of that name, all have to be: who could tell which one is meant.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOEXEC with @why filled in, or -ENOMEM.
 */
int btf_check_function(const struct btf_image *btf, const char *name, const char *type,
		       char why[BTF_WHY_SIZE])
{
	u32 id = next_named(btf, 0, BTF_KIND_FUNC, name);
	int err = 0;

	if (!id) {
		snprintf(why, BTF_WHY_SIZE, "BTF has no function %s", name);
		return -ENOEXEC;
	}
	for (; id && !err; id = next_named(btf, id, BTF_KIND_FUNC, name))
		err = compare_type(btf, type_at(btf, id)->type, name, type, why);
	return err;
}

/*
 * The member of that name, in the structure or in unnamed ones inside of it, and where
 * it is, in bits from the beginning of the outermost.
 */
static const struct btf_member *find_member(const struct btf_image *btf,
					    const struct btf_type *type, const char *name,
					    u32 *bits, int depth)
{
	const struct btf_member *member = (const void *)(type + 1);
	u32 i, nr = BTF_INFO_VLEN(type->info);
	bool bitfields = BTF_INFO_KFLAG(type->info);

	for (i = 0; i < nr; i++, member++) {
		const struct btf_member *found;
		const struct btf_type *inner;
		u32 at = member->offset, deeper;

		if (bitfields)
			at = BTF_MEMBER_BIT_OFFSET(at);
		if (!strcmp(name_at(btf, member->name_off), name)) {
			*bits = at;
			return member;
		}
		inner = type_at(btf, member->type);
		/* "const struct { ... };", as in struct vm_fault. */
		if (inner && BTF_INFO_KIND(inner->info) == BTF_KIND_CONST)
			inner = type_at(btf, inner->type);
		if (*name_at(btf, member->name_off) || depth >= MAX_DEPTH || !inner ||
		    (BTF_INFO_KIND(inner->info) != BTF_KIND_STRUCT &&
		     BTF_INFO_KIND(inner->info) != BTF_KIND_UNION))
			continue;
		found = find_member(btf, inner, name, &deeper, depth + 1);
		if (found) {
			*bits = at + deeper;
			return found;
		}
	}
	return NULL;
}

static int compare_field(const struct btf_image *btf, const struct btf_type *in,
			 const char *structure, const char *name, const char *type,
			 u32 offset, char why[BTF_WHY_SIZE])
{
	const struct btf_member *member;
	char what[128];
	u32 bits;

	member = find_member(btf, in, name, &bits, 0);
	if (!member) {
		snprintf(why, BTF_WHY_SIZE, "struct %s has no %s", structure, name);
		return -ENOEXEC;
	}
	if (bits % 8 || bits / 8 != offset) {
		snprintf(why, BTF_WHY_SIZE, "struct %s: %s is at %u, not %u", structure,
			 name, bits / 8, offset);
		return -ENOEXEC;
	}
	snprintf(what, sizeof(what), "struct %s: %s", structure, name);
	return compare_type(btf, member->type, what, type, why);
}

static int no_structure(const char *structure, char why[BTF_WHY_SIZE])
{
	snprintf(why, BTF_WHY_SIZE, "BTF has no struct %s", structure);
	return -ENOEXEC;
}

/**
 * btf_check_field() - is a field where it is expected, and what
 * @btf: the kernel's
 * @structure: name of the structure, without "struct"
 * @name: name of the field; it may be in an unnamed structure or union
 * @type: as C writes it without the name
 * @offset: in bytes
 * @why: says what differs
 *
 * Context: process, may sleep.
 * Return: 0, -ENOEXEC with @why filled in, or -ENOMEM.
 */
int btf_check_field(const struct btf_image *btf, const char *structure, const char *name,
		    const char *type, u32 offset, char why[BTF_WHY_SIZE])
{
	u32 id = next_named(btf, 0, BTF_KIND_STRUCT, structure);
	int err = 0;

	if (!id)
		return no_structure(structure, why);
	for (; id && !err; id = next_named(btf, id, BTF_KIND_STRUCT, structure))
		err = compare_field(btf, type_at(btf, id), structure, name, type, offset, why);
	return err;
}

/**
 * btf_check_size() - is a structure of the size that is expected
 * @btf: the kernel's
 * @structure: its name, without "struct"
 * @size: in bytes
 * @why: says what differs
 *
 * Context: any.
 * Return: 0, or -ENOEXEC with @why filled in.
 */
int btf_check_size(const struct btf_image *btf, const char *structure, u32 size,
		   char why[BTF_WHY_SIZE])
{
	u32 id = next_named(btf, 0, BTF_KIND_STRUCT, structure);

	if (!id)
		return no_structure(structure, why);
	for (; id; id = next_named(btf, id, BTF_KIND_STRUCT, structure)) {
		u32 found = type_at(btf, id)->size;

		if (found != size) {
			snprintf(why, BTF_WHY_SIZE, "struct %s takes %u bytes, not %u",
				 structure, found, size);
			return -ENOEXEC;
		}
	}
	return 0;
}

/* The @i-th value of an enum; @name is set to its name's offset. */
static u64 enum_value(const struct btf_type *type, u32 i, u32 *name)
{
	const struct btf_enum64 *wide = (const void *)(type + 1);
	const struct btf_enum *value = (const void *)(type + 1);

	if (BTF_INFO_KIND(type->info) == BTF_KIND_ENUM64) {
		*name = wide[i].name_off;
		return (u64)wide[i].val_hi32 << 32 | wide[i].val_lo32;
	}
	*name = value[i].name_off;
	return (u32)value[i].val;
}

/* Has an enum a value of that name? Then @value is set to it. */
static bool find_value(const struct btf_image *btf, const struct btf_type *type,
		       const char *name, u64 *value)
{
	u32 i, nr = BTF_INFO_VLEN(type->info), name_off;

	for (i = 0; i < nr; i++) {
		*value = enum_value(type, i, &name_off);
		if (!strcmp(name_at(btf, name_off), name))
			return true;
	}
	return false;
}

/**
 * btf_check_value() - is a value of an enum the number that is expected
 * @btf: the kernel's
 * @name: of the value; its enum needs none
 * @value: the number
 * @why: says what differs
 *
 * If there are more of that name, all have to be.
 *
 * Context: any.
 * Return: 0, or -ENOEXEC with @why filled in.
 */
int btf_check_value(const struct btf_image *btf, const char *name, u32 value,
		    char why[BTF_WHY_SIZE])
{
	bool known = false;
	u64 found;
	u32 id;

	for (id = 1; id < btf->nr; id++) {
		const struct btf_type *type = type_at(btf, id);
		unsigned int kind = BTF_INFO_KIND(type->info);

		if ((kind != BTF_KIND_ENUM && kind != BTF_KIND_ENUM64) ||
		    !find_value(btf, type, name, &found))
			continue;
		if (found != value) {
			snprintf(why, BTF_WHY_SIZE, "%s is %llu, not %u", name,
				 (unsigned long long)found, value);
			return -ENOEXEC;
		}
		known = true;
	}
	if (known)
		return 0;
	snprintf(why, BTF_WHY_SIZE, "BTF has no value %s", name);
	return -ENOEXEC;
}
