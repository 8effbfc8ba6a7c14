// SPDX-License-Identifier: GPL-2.0
/*
 * AES-XTS of the kernel's crypto API; a page is one unit, its place the tweak.
 *
 * The fast implementations of 6.1 and 6.12 (AES-NI, AVX) are wrapped into what calls
 * itself asynchronous, because it puts work off where the FPU can't be used. In process
 * context it works at once, while a crypto_sync_skcipher would get the slow ones. So
 * requests are waited for, which costs nothing where they end at once. Their size is known
 * at run time only: they come from a mempool.
 */
#include <crypto/aes.h>
#include <crypto/skcipher.h>
#include <linux/err.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "crypt.h"

/* Two keys of AES-256, as XTS has it. */
#define KEY_SIZE	(2 * AES_KEYSIZE_256)

/* Runs of pages that can always be worked on, whatever memory is left. */
#define MIN_REQUESTS	4

/*
 * Not those that allocate memory, which may be what a page is written for, and no drivers
 * of devices, whose requests can fail.
 */
#define UNWANTED	(CRYPTO_ALG_ALLOCATES_MEMORY | CRYPTO_ALG_KERN_DRIVER_ONLY)

/**
 * struct crypt - a key
 * @tfm: has the only copy of it
 * @requests: of struct request
 * @request_size: size of each
 */
struct crypt {
	struct crypto_skcipher *tfm;
	mempool_t requests;
	size_t request_size;
};

/* What the cipher needs for one page at a time; the cipher's own part is behind it. */
struct request {
	/* The tweak: the place, then zeros. The cipher may change it. */
	union {
		__le64 place;
		u8 bytes[AES_BLOCK_SIZE];
	} iv __aligned(AES_BLOCK_SIZE);
	struct crypto_wait wait;
	struct scatterlist from;
	struct scatterlist to;
	struct skcipher_request cipher;
};

static int set_random_key(struct crypto_skcipher *tfm)
{
	u8 key[KEY_SIZE];
	int err = get_random_bytes_wait(key, sizeof(key));

	if (!err)
		err = crypto_skcipher_setkey(tfm, key, sizeof(key));
	memzero_explicit(key, sizeof(key));
	return err;
}

static int init(struct crypt *crypt)
{
	int err;

	crypt->tfm = crypto_alloc_skcipher(CRYPT_CIPHER, 0, UNWANTED);
	if (IS_ERR(crypt->tfm)) {
		err = PTR_ERR(crypt->tfm);
		crypt->tfm = NULL;
		return err == -ENOENT ? -EOPNOTSUPP : err;
	}
	crypt->request_size = sizeof(struct request) + crypto_skcipher_reqsize(crypt->tfm);
	err = mempool_init_kmalloc_pool(&crypt->requests, MIN_REQUESTS, crypt->request_size);
	if (!err)
		err = set_random_key(crypt->tfm);
	return err;
}

/**
 * crypt_new() - a new random key
 *
 * Waits for the kernel's random numbers to be good, early after boot.
 *
 * Context: process, may sleep.
 * Return: the key; or -EOPNOTSUPP: there is no such cipher; -ENOMEM; -ERESTARTSYS.
 */
struct crypt *crypt_new(void)
{
	struct crypt *crypt = kzalloc(sizeof(*crypt), GFP_KERNEL);
	int err;

	if (!crypt)
		return ERR_PTR(-ENOMEM);
	err = init(crypt);
	if (!err)
		return crypt;
	crypt_free(crypt);
	return ERR_PTR(err);
}

/**
 * crypt_free() - forget a key
 * @crypt: the key, or NULL; nobody uses it any more
 *
 * Context: process, may sleep.
 */
void crypt_free(struct crypt *crypt)
{
	if (!crypt)
		return;
	/* It wipes the key. */
	crypto_free_skcipher(crypt->tfm);
	mempool_exit(&crypt->requests);
	kfree(crypt);
}

/**
 * crypt_memory() - what a key takes
 * @crypt: the key
 *
 * Return: bytes, without what the crypto API has.
 */
size_t crypt_memory(const struct crypt *crypt)
{
	return sizeof(*crypt) + MIN_REQUESTS * crypt->request_size;
}

static struct request *get_request(struct crypt *crypt)
{
	struct request *r = mempool_alloc(&crypt->requests, GFP_NOIO);

	crypto_init_wait(&r->wait);
	sg_init_table(&r->from, 1);
	sg_init_table(&r->to, 1);
	skcipher_request_set_tfm(&r->cipher, crypt->tfm);
	/* Without MAY_SLEEP: nothing in it must wait for memory. */
	skcipher_request_set_callback(&r->cipher, CRYPTO_TFM_REQ_MAY_BACKLOG,
				      crypto_req_done, &r->wait);
	return r;
}

/* Where both are one page, the ciphers want one list, too. */
static void set_page(struct request *r, struct page *to, struct page *from, u32 place)
{
	memset(&r->iv, 0, sizeof(r->iv));
	r->iv.place = cpu_to_le64(place);
	sg_set_page(&r->from, from, PAGE_SIZE, 0);
	sg_set_page(&r->to, to, PAGE_SIZE, 0);
	skcipher_request_set_crypt(&r->cipher, &r->from, to == from ? &r->from : &r->to,
				   PAGE_SIZE, r->iv.bytes);
}

/**
 * crypt_encrypt() - encrypt pages into others
 * @crypt: the key
 * @to: set to the encrypted pages' content
 * @from: the first page; the others follow it
 * @nr: how many
 * @place: the first one's place; those of the others follow it
 *
 * Context: process, may sleep; depends neither on reclaim nor on any I/O.
 * Return: 0 or -errno.
 */
int crypt_encrypt(struct crypt *crypt, struct page **to, struct page *from, unsigned int nr,
		  u32 place)
{
	struct request *r = get_request(crypt);
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		set_page(r, to[i], from + i, place + i);
		err = crypto_wait_req(crypto_skcipher_encrypt(&r->cipher), &r->wait);
	}
	mempool_free(r, &crypt->requests);
	return err;
}

/**
 * crypt_decrypt() - decrypt pages in place
 * @crypt: the key
 * @page: the first page; the others follow it
 * @nr: how many
 * @place: the first one's place; those of the others follow it
 *
 * Context: process, may sleep; depends neither on reclaim nor on any I/O.
 * Return: 0 or -errno.
 */
int crypt_decrypt(struct crypt *crypt, struct page *page, unsigned int nr, u32 place)
{
	struct request *r = get_request(crypt);
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		set_page(r, page + i, page + i, place + i);
		err = crypto_wait_req(crypto_skcipher_decrypt(&r->cipher), &r->wait);
	}
	mempool_free(r, &crypt->requests);
	return err;
}
