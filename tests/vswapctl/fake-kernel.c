// SPDX-License-Identifier: GPL-2.0
/*
 * Writes BTF of a kernel that never was to stdout: one function, one structure, one enum.
 *
 *	fake-kernel [OFFSET [SIZE [VALUE [MARK [STRUCTURE]]]]]
 *
 * of the field, of the structure, of the enum; 8, 64 and 2 by default. MARK: a field of
 * struct swap_info_struct, or of that STRUCTURE, by which families are known.
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	int offset = argc > 1 ? atoi(argv[1]) : 8;
	int size_of = argc > 2 ? atoi(argv[2]) : 64;
	int value = argc > 3 ? atoi(argv[3]) : 2;
	int number, pages, proto;
	struct btf *btf = btf__new_empty();
	const void *data;
	unsigned int size;

	number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	btf__add_struct(btf, "area", size_of);
	btf__add_field(btf, "pages", number, offset * 8, 0);
	btf__add_enum(btf, NULL, 4);
	btf__add_enum_value(btf, "AREA_ON", value);
	if (argc > 4) {
		pages = btf__add_int(btf, "unsigned int", 4, 0);
		btf__add_struct(btf, argc > 5 ? argv[5] : "swap_info_struct", 64);
		btf__add_field(btf, argv[4], number, 0, 0);
		btf__add_field(btf, "inuse_pages", pages, 64, 0);
	}
	proto = btf__add_func_proto(btf, number);
	btf__add_func_param(btf, "entry", number);
	btf__add_func(btf, "swap_writepage", BTF_FUNC_GLOBAL, proto);
	data = btf__raw_data(btf, &size);
	if (!data || fwrite(data, 1, size, stdout) != size)
		return EXIT_FAILURE;
	btf__free(btf);
	return EXIT_SUCCESS;
}
