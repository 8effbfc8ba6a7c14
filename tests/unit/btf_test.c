// SPDX-License-Identifier: GPL-2.0
/* BTF made by libbpf, compared with what is in it and what isn't. */
#include <bpf/btf.h>
#include <linux/btf.h>

#include "btf.h"
#include "play.h"

static struct btf *btf;
static struct btf_image image;
static char why[BTF_WHY_SIZE];

/*
 *	struct folio { long flags; struct { u32 first; u32 bits:3; }; struct folio *list[3];
 *		       const struct folio *next; void (*end)(struct folio *, int); };
 *	int swap_writepage(struct folio *folio, const char *name);
 *	void twice(u32); void twice(int); bool nothing(void);
 *	enum { ON = 2, BOTH = 4, FAR = 7 }; enum wide { HUGE = 1 << 40, BOTH = 5 };
 *	enum other { FAR = 7, NEGATIVE = -1 };
 */
static void open_image(void)
{
	int u32_id, long_id, int_id, char_id, bool_id, folio, folio_ptr, inner, array, ptr, end, proto;
	const void *data;
	unsigned int size;

	btf = btf__new_empty();
	int_id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	long_id = btf__add_int(btf, "long int", 8, BTF_INT_SIGNED);
	char_id = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	u32_id = btf__add_typedef(btf, "u32", btf__add_int(btf, "unsigned int", 4, 0));
	bool_id = btf__add_typedef(btf, "bool", btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL));
	folio = btf__type_cnt(btf) + 7;
	folio_ptr = btf__add_ptr(btf, folio);
	array = btf__add_array(btf, int_id, folio_ptr, 3);
	inner = btf__add_struct(btf, "", 8);
	btf__add_field(btf, "first", u32_id, 0, 0);
	btf__add_field(btf, "bits", u32_id, 32, 3);
	ptr = btf__add_ptr(btf, btf__add_const(btf, folio));
	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, "", folio_ptr);
	btf__add_func_param(btf, "", int_id);
	end = btf__add_ptr(btf, proto);
	CHECK_EQ(btf__add_struct(btf, "folio", 56), folio);
	btf__add_field(btf, "flags", long_id, 0, 0);
	btf__add_field(btf, "", inner, 64, 0);
	btf__add_field(btf, "list", array, 128, 0);
	btf__add_field(btf, "next", ptr, 320, 0);
	btf__add_field(btf, "end", end, 384, 0);

	proto = btf__add_func_proto(btf, int_id);
	btf__add_func_param(btf, "folio", folio_ptr);
	btf__add_func_param(btf, "name", btf__type_cnt(btf) + 2);
	btf__add_func(btf, "swap_writepage", BTF_FUNC_GLOBAL, proto);
	CHECK_EQ(btf__add_ptr(btf, btf__add_const(btf, char_id)) - proto, 3);

	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, "", u32_id);
	btf__add_func(btf, "twice", BTF_FUNC_STATIC, proto);
	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, "", int_id);
	btf__add_func(btf, "twice", BTF_FUNC_STATIC, proto);
	btf__add_func(btf, "nothing", BTF_FUNC_STATIC, btf__add_func_proto(btf, bool_id));

	btf__add_enum(btf, NULL, 4);
	btf__add_enum_value(btf, "ON", 2);
	btf__add_enum_value(btf, "BOTH", 4);
	btf__add_enum_value(btf, "FAR", 7);
	btf__add_enum64(btf, "wide", 8, false);
	btf__add_enum64_value(btf, "HUGE", 1ULL << 40);
	btf__add_enum64_value(btf, "BOTH", 5);
	btf__add_enum(btf, "other", 4);
	btf__add_enum_value(btf, "FAR", 7);
	btf__add_enum_value(btf, "NEGATIVE", -1);

	data = btf__raw_data(btf, &size);
	CHECK_EQ(btf_image_open(&image, data, size), 0);
	CHECK_EQ(image.nr, btf__type_cnt(btf));
}

static void close_image(void)
{
	btf_image_close(&image);
	btf__free(btf);
}

static void function_is(const char *name, const char *type)
{
	why[0] = '\0';
	if (btf_check_function(&image, name, type, why))
		fprintf(stderr, "%s\n", why);
	CHECK_EQ(btf_check_function(&image, name, type, why), 0);
}

static void function_is_not(const char *name, const char *type, const char *reason)
{
	CHECK_EQ(btf_check_function(&image, name, type, why), -ENOEXEC);
	if (strcmp(why, reason))
		fprintf(stderr, "%s\n", why);
	CHECK(!strcmp(why, reason));
}

static void field_is_not(const char *name, const char *type, u32 offset, const char *reason)
{
	CHECK_EQ(btf_check_field(&image, "folio", name, type, offset, why), -ENOEXEC);
	if (strcmp(why, reason))
		fprintf(stderr, "%s\n", why);
	CHECK(!strcmp(why, reason));
}

static void functions(void)
{
	open_image();
	function_is("swap_writepage", "int (struct folio *, const char *)");
	function_is("swap_writepage", "int(struct folio*,const char*)");
	function_is("nothing", "bool (void)");
	function_is_not("swap_writepag", "int (void)", "BTF has no function swap_writepag");
	function_is_not("folio", "int (void)", "BTF has no function folio");
	function_is_not("swap_writepage", "int (struct folio *, char *)",
			"swap_writepage is int (struct folio *, const char *), "
			"not int (struct folio *, char *)");
	function_is_not("swap_writepage", "int (struct folio *)",
			"swap_writepage is int (struct folio *, const char *), "
			"not int (struct folio *)");
	function_is_not("nothing", "int (void)", "nothing is bool (void), not int (void)");
	function_is_not("twice", "void (u32)", "twice is void (int), not void (u32)");
	function_is_not("twice", "void (int)", "twice is void (u32), not void (int)");
	close_image();
}

static void fields(void)
{
	open_image();
	CHECK_EQ(btf_check_field(&image, "folio", "flags", "long", 0, why), 0);
	CHECK_EQ(btf_check_field(&image, "folio", "first", "u32", 8, why), 0);
	CHECK_EQ(btf_check_field(&image, "folio", "list", "struct folio *[3]", 16, why), 0);
	CHECK_EQ(btf_check_field(&image, "folio", "next", "const struct folio *", 40, why), 0);
	CHECK_EQ(btf_check_field(&image, "folio", "end", "void (*)(struct folio *, int)", 48,
				 why), 0);
	field_is_not("flags", "long", 8, "struct folio: flags is at 0, not 8");
	field_is_not("flags", "int", 0, "struct folio: flags is long, not int");
	field_is_not("size", "int", 0, "struct folio has no size");
	field_is_not("bits", "u32", 9, "struct folio: bits is at 12, not 9");
	CHECK_EQ(btf_check_field(&image, "page", "flags", "long", 0, why), -ENOEXEC);
	CHECK(!strcmp(why, "BTF has no struct page"));
	CHECK_EQ(btf_check_size(&image, "folio", 56, why), 0);
	CHECK_EQ(btf_check_size(&image, "folio", 64, why), -ENOEXEC);
	CHECK(!strcmp(why, "struct folio takes 56 bytes, not 64"));
	close_image();
}

static void value_is_not(const char *name, u32 value, const char *reason)
{
	CHECK_EQ(btf_check_value(&image, name, value, why), -ENOEXEC);
	if (strcmp(why, reason))
		fprintf(stderr, "%s\n", why);
	CHECK(!strcmp(why, reason));
}

static void values(void)
{
	open_image();
	CHECK_EQ(btf_check_value(&image, "ON", 2, why), 0);
	CHECK_EQ(btf_check_value(&image, "FAR", 7, why), 0);
	CHECK_EQ(btf_check_value(&image, "NEGATIVE", -1, why), 0);
	value_is_not("ON", 3, "ON is 2, not 3");
	value_is_not("O", 2, "BTF has no value O");
	/* The structure's name, and its field's, are no values. */
	value_is_not("folio", 0, "BTF has no value folio");
	value_is_not("flags", 0, "BTF has no value flags");
	value_is_not("HUGE", 0, "HUGE is 1099511627776, not 0");
	/* Of two with one name, one is always wrong. */
	value_is_not("BOTH", 4, "BOTH is 5, not 4");
	value_is_not("BOTH", 5, "BOTH is 4, not 5");
	close_image();
}

/* Any shorter piece of it is no BTF, and nothing behind it is read. */
static void cut(void)
{
	struct btf_image part;
	const void *data;
	unsigned int size, len;

	open_image();
	data = btf__raw_data(btf, &size);
	for (len = 0; len < size; len++) {
		void *copy = malloc(len ?: 1);

		memcpy(copy, data, len);
		CHECK_EQ(btf_image_open(&part, copy, len), -EINVAL);
		btf_image_close(&part);
		free(copy);
	}
	close_image();
}

static void fail_nth(void)
{
	struct btf_image second;
	const void *data;
	unsigned int size;

	open_image();
	data = btf__raw_data(btf, &size);
	test_fail_alloc(1);
	CHECK_EQ(btf_image_open(&second, data, size), -ENOMEM);
	btf_image_close(&second);
	test_fail_alloc(1);
	CHECK_EQ(btf_check_function(&image, "nothing", "bool (void)", why), -ENOMEM);
	test_fail_alloc(0);
	close_image();
}

static void random_images(void)
{
	play_random(btf_play, 20000, 400);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(functions), TEST(fields), TEST(values), TEST(cut), TEST(fail_nth), TEST(random_images),
	};

	return test_main("btf", tests, ARRAY_SIZE(tests));
}
