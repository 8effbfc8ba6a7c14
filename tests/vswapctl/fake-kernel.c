// SPDX-License-Identifier: GPL-2.0
/*
 * Writes BTF of a kernel that never was to stdout: one function, one structure.
 *
 *	fake-kernel [OFFSET]	of the field in bytes, 8 by default
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	int offset = argc > 1 ? atoi(argv[1]) : 8, number, proto;
	struct btf *btf = btf__new_empty();
	const void *data;
	unsigned int size;

	number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	btf__add_struct(btf, "area", 64);
	btf__add_field(btf, "pages", number, offset * 8, 0);
	proto = btf__add_func_proto(btf, number);
	btf__add_func_param(btf, "entry", number);
	btf__add_func(btf, "swap_writepage", BTF_FUNC_GLOBAL, proto);
	data = btf__raw_data(btf, &size);
	if (!data || fwrite(data, 1, size, stdout) != size)
		return EXIT_FAILURE;
	btf__free(btf);
	return EXIT_SUCCESS;
}
