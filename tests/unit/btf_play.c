// SPDX-License-Identifier: GPL-2.0
/* BTF of random types and strings: nothing outside of it may be read. */
#include <linux/btf.h>

#include "btf.h"
#include "play.h"

#define STRINGS_SIZE	64

/* Of a header that is right, the types are what is left of the script. */
static void *make_image(struct script *script, size_t *size)
{
	static const char names[STRINGS_SIZE] = "\0f\0s\0m\0u32\0long int";
	size_t len = script->left & ~3UL;
	struct btf_header header = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(header),
		.type_len = len, .str_off = len, .str_len = STRINGS_SIZE,
	};
	u8 *image;

	*size = sizeof(header) + len + STRINGS_SIZE;
	image = malloc(*size);
	if (!image)
		abort();
	memcpy(image, &header, sizeof(header));
	memcpy(image + sizeof(header), script->at, len);
	memcpy(image + sizeof(header) + len, names, STRINGS_SIZE);
	script->left = 0;
	return image;
}

void btf_play(struct script *script)
{
	u32 mode = script_next(script, 4), i;
	struct btf_image btf;
	char why[BTF_WHY_SIZE];
	size_t size;
	u8 *image = make_image(script, &size);

	/* Now and then the header is wrong as well. */
	if (mode & 1)
		image[mode / 256 % sizeof(struct btf_header)] ^= mode >> 16;
	if (mode & 2)
		test_fail_alloc(mode / 4 % 4);
	if (!btf_image_open(&btf, image, size)) {
		for (i = 0; i < 3; i++) {
			static const char *const names[] = { "f", "s", "m" };

			btf_check_function(&btf, names[i], "void (u32)", why);
			btf_check_field(&btf, names[i], "m", "long", 8, why);
			btf_check_field(&btf, "s", names[i], "u32", 0, why);
			btf_check_size(&btf, names[i], 8, why);
			btf_check_value(&btf, names[i], 1, why);
		}
	}
	btf_image_close(&btf);
	test_fail_alloc(0);
	free(image);
}
