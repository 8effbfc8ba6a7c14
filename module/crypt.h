/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages encrypted and decrypted, by a key that nobody knows and that is gone with the
 * struct crypt. Where a page lies is part of it: the same page elsewhere looks otherwise.
 */
#ifndef VSWAP_CRYPT_H
#define VSWAP_CRYPT_H

#include <linux/mm_types.h>
#include <linux/types.h>

#define CRYPT_CIPHER	"xts(aes)"

struct crypt;

struct crypt *crypt_new(void);
void crypt_free(struct crypt *crypt);
size_t crypt_memory(const struct crypt *crypt);
int crypt_encrypt(struct crypt *crypt, struct page **to, struct page *from, unsigned int nr,
		  u32 place);
int crypt_decrypt(struct crypt *crypt, struct page *page, unsigned int nr, u32 place);

#endif /* VSWAP_CRYPT_H */
