// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/cpuhotplug.h>
#include <linux/err.h>
#include <linux/lz4.h>
#include <linux/lzo.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "codec.h"
#include "port.h"

/* Functions of the kernel's library that decompress a page from nothing but its bytes. */
enum codec_library {
	LIBRARY_NONE,
	LIBRARY_LZ4,
	LIBRARY_LZO,
};

/**
 * struct codec - a compressor in use
 * @name: of the crypto API
 * @library: what decompresses its pages without a stream, if anything does
 * @number: its place in the list
 * @streams: by CPU, NULL for those that never came
 * @cpu_node: has the streams of CPUs that come made
 */
struct codec {
	char *name;
	enum codec_library library;
	unsigned int number;
	struct codec_stream * __percpu *streams;
	struct hlist_node cpu_node;
};

/*
 * @lock: serialises codec_get()
 * @codec: those there are; none goes
 * @hotplug_state: calls prepare_cpu() for every CPU that comes, or 0
 */
static struct {
	struct mutex lock;
	struct codec *codec[CODEC_MAX];
	int hotplug_state;
} list = { .lock = __MUTEX_INITIALIZER(list.lock) };

static void stream_free(struct codec_stream *stream)
{
	if (!stream)
		return;
	if (!IS_ERR_OR_NULL(stream->comp))
		port_comp_free(stream->comp);
	kfree(stream->buffer);
	kfree(stream);
}

static struct codec_stream *stream_alloc(const char *name)
{
	struct codec_stream *stream = kzalloc(sizeof(*stream), GFP_KERNEL);

	if (!stream)
		return ERR_PTR(-ENOMEM);
	mutex_init(&stream->lock);
	stream->buffer = kmalloc(2 * PAGE_SIZE, GFP_KERNEL);
	stream->comp = port_comp_alloc(name);
	if (IS_ERR(stream->comp) || !stream->buffer) {
		int err = IS_ERR(stream->comp) ? PTR_ERR(stream->comp) : -ENOMEM;

		stream_free(stream);
		return ERR_PTR(err);
	}
	return stream;
}

/*
 * A stream stays when its CPU goes: tasks that were moved away from that CPU may
 * still hold it.
 */
static int prepare_cpu(unsigned int cpu, struct hlist_node *node)
{
	struct codec *codec = hlist_entry(node, struct codec, cpu_node);
	struct codec_stream **place = per_cpu_ptr(codec->streams, cpu);
	struct codec_stream *stream;

	if (*place)
		return 0;
	stream = stream_alloc(codec->name);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	stream->cpu = cpu;
	/* Pairs with codec_lock_of(), by whose address it is looked at. */
	smp_store_release(place, stream);
	return 0;
}

static int prepare_hotplug(void)
{
	int ret;

	if (list.hotplug_state)
		return 0;
	ret = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN, "mm/vswap:prepare", prepare_cpu,
				      NULL);
	if (ret < 0)
		return ret;
	list.hotplug_state = ret;
	return 0;
}

static void free_codec(struct codec *codec)
{
	int cpu;

	if (!hlist_unhashed(&codec->cpu_node))
		cpuhp_state_remove_instance_nocalls(list.hotplug_state, &codec->cpu_node);
	if (codec->streams)
		for_each_possible_cpu(cpu)
			stream_free(*per_cpu_ptr(codec->streams, cpu));
	free_percpu(codec->streams);
	kfree(codec->name);
	kfree(codec);
}

/*
 * By the format, which the name stands for. These functions take no lock and no memory but
 * some stack, and keep nothing from call to call; the crypto API calls them too, but kernel 7
 * by way of locks that no interrupt may take. deflate and zstd have tables of their own
 * in a stream, 842 is too slow for interrupts.
 */
static enum codec_library library_of(const char *name)
{
	if (IS_ENABLED(CONFIG_LZ4_DECOMPRESS) && (!strcmp(name, "lz4") || !strcmp(name, "lz4hc")))
		return LIBRARY_LZ4;
	if (IS_ENABLED(CONFIG_LZO_DECOMPRESS) && (!strcmp(name, "lzo") || !strcmp(name, "lzo-rle")))
		return LIBRARY_LZO;
	return LIBRARY_NONE;
}

static struct codec *new_codec(const char *name, unsigned int number)
{
	struct codec *codec = kzalloc(sizeof(*codec), GFP_KERNEL);
	int err = -ENOMEM;

	if (!codec)
		return ERR_PTR(err);
	codec->number = number;
	codec->library = library_of(name);
	codec->name = kstrdup(name, GFP_KERNEL);
	codec->streams = alloc_percpu(struct codec_stream *);
	if (codec->name && codec->streams)
		err = prepare_hotplug();
	if (!err)
		err = cpuhp_state_add_instance(list.hotplug_state, &codec->cpu_node);
	if (!err)
		return codec;
	free_codec(codec);
	return ERR_PTR(err);
}

static struct codec *find_or_make(const char *name)
{
	struct codec *codec;
	unsigned int n;

	for (n = 0; n < CODEC_MAX && list.codec[n]; n++)
		if (!strcmp(list.codec[n]->name, name))
			return list.codec[n];
	if (n == CODEC_MAX)
		return ERR_PTR(-ENOSPC);
	codec = new_codec(name, n);
	if (IS_ERR(codec))
		return codec;
	/* Whoever finds the number on a disk must see it set up: codec_by_number(). */
	smp_store_release(&list.codec[n], codec);
	return codec;
}

/**
 * codec_get() - a compressor, ready for use until codec_stop()
 * @name: of the crypto API; there is such a one
 *
 * Context: process, may sleep.
 * Return: the compressor, the same for the same name; or -ENOSPC: there are too many;
 * -ENOMEM, or what the crypto API says.
 */
struct codec *codec_get(const char *name)
{
	struct codec *codec;

	mutex_lock(&list.lock);
	codec = find_or_make(name);
	mutex_unlock(&list.lock);
	return codec;
}

/**
 * codec_stop() - free all compressors
 *
 * Context: process, may sleep; nobody uses any, and nothing they compressed is left.
 */
void codec_stop(void)
{
	unsigned int n;

	for (n = 0; n < CODEC_MAX && list.codec[n]; n++) {
		free_codec(list.codec[n]);
		list.codec[n] = NULL;
	}
	if (list.hotplug_state)
		cpuhp_remove_multi_state(list.hotplug_state);
	list.hotplug_state = 0;
}

/**
 * codec_by_number() - a compressor that codec_number() told of
 * @number: any number
 *
 * Context: any.
 * Return: the compressor, or NULL if none has this number.
 */
struct codec *codec_by_number(unsigned int number)
{
	/* Pairs with the release in find_or_make(). */
	return number < CODEC_MAX ? smp_load_acquire(&list.codec[number]) : NULL;
}

/**
 * codec_number() - what to find a compressor by
 * @codec: the compressor
 *
 * Return: its number, below CODEC_MAX.
 */
unsigned int codec_number(const struct codec *codec)
{
	return codec->number;
}

/**
 * codec_name() - what the crypto API calls a compressor
 * @codec: the compressor
 */
const char *codec_name(const struct codec *codec)
{
	return codec->name;
}

/**
 * codec_memory() - what a compressor takes
 * @codec: the compressor
 *
 * Context: process.
 * Return: bytes, without what the crypto API has.
 */
size_t codec_memory(const struct codec *codec)
{
	size_t sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		if (*per_cpu_ptr(codec->streams, cpu))
			sum += 2 * PAGE_SIZE;
	return sum;
}

/**
 * codec_lock() - have a stream, this CPU's by choice
 * @codec: the compressor
 *
 * Context: process, may sleep.
 * Return: the stream, the caller's until codec_unlock().
 */
struct codec_stream *codec_lock(struct codec *codec)
{
	struct codec_stream *stream = *raw_cpu_ptr(codec->streams);

	mutex_lock(&stream->lock);
	return stream;
}

/**
 * codec_lock_of() - have the stream of a certain CPU
 * @codec: the compressor
 * @cpu: whose, a possible CPU
 *
 * Context: process, may sleep.
 * Return: the stream, the caller's until codec_unlock(); NULL: that CPU never came.
 */
struct codec_stream *codec_lock_of(struct codec *codec, unsigned int cpu)
{
	struct codec_stream *stream = READ_ONCE(*per_cpu_ptr(codec->streams, cpu));

	if (stream)
		mutex_lock(&stream->lock);
	return stream;
}

/**
 * codec_unlock() - the reverse of codec_lock()
 * @stream: what it returned
 */
void codec_unlock(struct codec_stream *stream)
{
	mutex_unlock(&stream->lock);
}

/**
 * codec_compress() - compress a page into the stream's buffer
 * @stream: the caller's
 * @src: the page
 * @len: set to what it became, in bytes, up to two pages
 *
 * Context: process; doesn't sleep.
 * Return: 0 or -errno.
 */
int codec_compress(struct codec_stream *stream, const void *src, unsigned int *len)
{
	*len = 2 * PAGE_SIZE;
	return port_comp_compress(stream->comp, src, stream->buffer, len);
}

/**
 * codec_decompress() - the reverse of codec_compress()
 * @stream: the caller's
 * @src: the compressed page, or anything else: no more than a page is written then, too
 * @len: its length in bytes
 * @dst: a page
 *
 * Context: process; doesn't sleep.
 * Return: 0, or -EIO if that isn't a compressed page.
 */
int codec_decompress(struct codec_stream *stream, const void *src, unsigned int len, void *dst)
{
	return port_comp_decompress(stream->comp, src, len, dst);
}

/* Returns 0 or -EIO. */
static int decompress_lz4(const void *src, unsigned int len, void *dst)
{
#if IS_ENABLED(CONFIG_LZ4_DECOMPRESS)
	if (LZ4_decompress_safe(src, dst, len, PAGE_SIZE) == PAGE_SIZE)
		return 0;
#endif
	return -EIO;
}

/* Returns 0 or -EIO. */
static int decompress_lzo(const void *src, unsigned int len, void *dst)
{
#if IS_ENABLED(CONFIG_LZO_DECOMPRESS)
	size_t out = PAGE_SIZE;

	if (lzo1x_decompress_safe(src, len, dst, &out) == LZO_E_OK && out == PAGE_SIZE)
		return 0;
#endif
	return -EIO;
}

/**
 * codec_is_stateless() - may codec_unpack() be called in interrupts
 * @codec: the compressor
 *
 * Context: any.
 */
bool codec_is_stateless(const struct codec *codec)
{
	return codec->library != LIBRARY_NONE;
}

/**
 * codec_unpack() - decompress a page without a stream of the caller's
 * @codec: what compressed it
 * @src: as of codec_decompress(), as are
 * @len: this
 * @dst: and this
 *
 * Context: any, if codec_is_stateless(): interrupts included, for as long as a page
 * takes, one or two microseconds. Else process, may sleep.
 * Return: 0, or -EIO if that isn't a compressed page.
 */
int codec_unpack(struct codec *codec, const void *src, unsigned int len, void *dst)
{
	struct codec_stream *stream;
	int err;

	if (codec->library == LIBRARY_LZ4)
		return decompress_lz4(src, len, dst);
	if (codec->library == LIBRARY_LZO)
		return decompress_lzo(src, len, dst);
	stream = codec_lock(codec);
	err = codec_decompress(stream, src, len, dst);
	codec_unlock(stream);
	return err;
}
