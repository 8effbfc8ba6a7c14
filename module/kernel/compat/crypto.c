// SPDX-License-Identifier: GPL-2.0
/* Compressors of the crypto API: crypto_comp while there is one, else crypto_acomp. */
#include <linux/crypto.h>
#include <linux/err.h>
#include <linux/mm.h>

#include "compat.h"

#ifdef KERNEL_HAS_CRYPTO_COMP
static bool exists(const char *name)
{
	return crypto_has_comp(name, 0, 0);
}

static void *alloc(const char *name)
{
	return crypto_alloc_comp(name, 0, 0);
}

static void release(void *comp)
{
	crypto_free_comp(comp);
}

static int compress(void *comp, const void *src, void *dst, unsigned int *len)
{
	return crypto_comp_compress(comp, src, PAGE_SIZE, dst, len);
}

static int decompress(void *comp, const void *src, unsigned int len, void *dst,
		      unsigned int *out)
{
	return crypto_comp_decompress(comp, src, len, dst, out);
}
#else
#include <crypto/acompress.h>

/* Hardware that compresses later is no use: pages are wanted at once. */
#define NOT_ASYNC	CRYPTO_ALG_ASYNC

static bool exists(const char *name)
{
	return crypto_has_acomp(name, 0, NOT_ASYNC);
}

static void *alloc(const char *name)
{
	struct crypto_acomp *tfm = crypto_alloc_acomp(name, 0, NOT_ASYNC);
	struct acomp_req *req;

	if (IS_ERR(tfm))
		return tfm;
	req = acomp_request_alloc(tfm);
	if (!req) {
		crypto_free_acomp(tfm);
		return ERR_PTR(-ENOMEM);
	}
	acomp_request_set_callback(req, 0, NULL, NULL);
	return req;
}

static void release(void *comp)
{
	struct crypto_acomp *tfm = crypto_acomp_reqtfm(comp);

	acomp_request_free(comp);
	crypto_free_acomp(tfm);
}

static int compress(void *comp, const void *src, void *dst, unsigned int *len)
{
	struct acomp_req *req = comp;
	int err;

	acomp_request_set_src_nondma(req, src, PAGE_SIZE);
	acomp_request_set_dst_nondma(req, dst, *len);
	err = crypto_acomp_compress(req);
	*len = req->dlen;
	return err;
}

static int decompress(void *comp, const void *src, unsigned int len, void *dst,
		      unsigned int *out)
{
	struct acomp_req *req = comp;
	int err;

	acomp_request_set_src_nondma(req, src, len);
	acomp_request_set_dst_nondma(req, dst, *out);
	err = crypto_acomp_decompress(req);
	*out = req->dlen;
	return err;
}
#endif

/**
 * port_comp_exists() - has this kernel such a compressor
 * @name: of the crypto API, as "lz4"
 *
 * Context: process, may sleep: it may be in a module that is loaded for it.
 */
bool port_comp_exists(const char *name)
{
	return exists(name);
}

/**
 * port_comp_alloc() - state of a compressor for one user at a time
 * @name: of the crypto API
 *
 * Context: process, may sleep.
 * Return: the state or ERR_PTR(-errno).
 */
struct port_comp *port_comp_alloc(const char *name)
{
	return alloc(name);
}

/**
 * port_comp_free() - the reverse of port_comp_alloc()
 * @comp: the state
 */
void port_comp_free(struct port_comp *comp)
{
	release(comp);
}

/**
 * port_comp_compress() - compress a page
 * @comp: the state
 * @src: the page
 * @dst: where to
 * @len: in: room at @dst, out: what it became, bytes
 *
 * Context: may not sleep.
 * Return: 0 or -errno.
 */
int port_comp_compress(struct port_comp *comp, const void *src, void *dst, unsigned int *len)
{
	return compress(comp, src, dst, len);
}

/**
 * port_comp_decompress() - the reverse of port_comp_compress()
 * @comp: the state
 * @src: the compressed page
 * @len: its length in bytes
 * @dst: a page
 *
 * Context: may not sleep.
 * Return: 0, or -EIO if that isn't a compressed page.
 */
int port_comp_decompress(struct port_comp *comp, const void *src, unsigned int len, void *dst)
{
	unsigned int out = PAGE_SIZE;

	if (decompress(comp, src, len, dst, &out) || out != PAGE_SIZE)
		return -EIO;
	return 0;
}
