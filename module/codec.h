/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compressors of the crypto API, with what each CPU needs to use them. One that was used
 * stays until the module goes: what it compressed may outlive the pool it was for. Its
 * number says on a disk what a page was compressed by.
 */
#ifndef VSWAP_CODEC_H
#define VSWAP_CODEC_H

#include <linux/mutex.h>
#include <linux/types.h>

/* The kernel has seven. */
#define CODEC_MAX	16

struct codec;
struct port_comp;

/**
 * struct codec_stream - what one CPU compresses with
 * @lock: held while @comp or @buffer is in use; the holder may sleep
 * @comp: the compressor
 * @buffer: two pages, since data may grow
 * @cpu: whose it is, which nobody else's is
 */
struct codec_stream {
	struct mutex lock;
	struct port_comp *comp;
	u8 *buffer;
	unsigned int cpu;
};

struct codec *codec_get(const char *name);
void codec_stop(void);
struct codec *codec_by_number(unsigned int number);
unsigned int codec_number(const struct codec *codec);
const char *codec_name(const struct codec *codec);
size_t codec_memory(const struct codec *codec);

struct codec_stream *codec_lock(struct codec *codec);
struct codec_stream *codec_lock_of(struct codec *codec, unsigned int cpu);
void codec_unlock(struct codec_stream *stream);
int codec_compress(struct codec_stream *stream, const void *src, unsigned int *len);
int codec_decompress(struct codec_stream *stream, const void *src, unsigned int len, void *dst);
bool codec_is_stateless(const struct codec *codec);
int codec_unpack(struct codec *codec, const void *src, unsigned int len, void *dst);

#endif /* VSWAP_CODEC_H */
