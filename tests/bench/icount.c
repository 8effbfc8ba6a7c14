// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts what the guest executes, and writes the count to a
 * file whenever the workload passes a mark: an instruction that does nothing, and that no
 * compiler makes. Guests are x86_64 or arm64. Two runs of one workload differ by less than a percent, whatever else
 * the host does.
 *
 *	-plugin icount.so,out=FILE[,blocks=FILE][,helpers=FILE]
 *
 * blocks: at each mark with an even number, the instructions since the mark before,
 * by address of the translated block: a pair of 64-bit numbers for each block of the
 * kernel, one of address 1 for user space, and two zeros at the end.
 *
 * helpers: lines "START END" in hexadecimal, ranges of the kernel's text whose
 * instructions count for who called them: copying, locks, the thunks at the end of
 * functions. Else memcpy() for one contestant would be the same as for another.
 *
 * No header of QEMU's plugin interface is packaged: the few declarations needed
 * are here, for version 1 of the interface.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/* Its beginning. */
struct qemu_plugin_info {
	const char *target;
};

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;

EXPORT int qemu_plugin_version = 1;

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned int, void *), int flags,
					  void *data);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *ptr,
					      uint64_t add);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int, void *), int flags,
					    void *data);

#define KERNEL_HALF	(1ULL << 63)
#define USER_SPACE	1

/* One CPU, one thread: no need for more than plain counters. */
struct block {
	struct block *next;
	uint64_t address;
	uint64_t executed;
};

struct range {
	uint64_t start, end;
};

#define NR_HEADS	65536

static struct block *heads[NR_HEADS];
static struct block user_space = { .address = USER_SPACE };
/* Who called the helper that runs. */
static struct block *caller = &user_space;
static uint64_t executed_before;
static struct range *helpers;
static size_t nr_helpers;
static FILE *out, *blocks_out;

/* What has to be known of the guest's instructions. */
struct target {
	const char *name;
	/* The number of a mark, or -1. */
	int (*mark)(const unsigned char *code, size_t size);
	/* Whether it is a direct call or jump, and how far from its own address. */
	bool (*jump)(const unsigned char *code, size_t size, int64_t *distance);
};

static const struct target *target;

static struct block *block_of(uint64_t address)
{
	struct block **head, *block;

	if (address < KERNEL_HALF)
		return &user_space;
	head = &heads[(address ^ address >> 16) % NR_HEADS];
	for (block = *head; block; block = block->next)
		if (block->address == address)
			return block;
	block = calloc(1, sizeof(*block));
	if (!block)
		abort();
	block->address = address;
	block->next = *head;
	*head = block;
	return block;
}

static void write_pair(uint64_t address, uint64_t executed)
{
	uint64_t pair[] = { address, executed };

	fwrite(pair, sizeof(pair), 1, blocks_out);
}

/* Takes the counts of all blocks, and sets them to zero. */
static uint64_t collect(bool write)
{
	uint64_t sum = user_space.executed;
	struct block *block;
	size_t i;

	write = write && blocks_out;
	if (write)
		write_pair(USER_SPACE, user_space.executed);
	user_space.executed = 0;
	for (i = 0; i < NR_HEADS; i++) {
		for (block = heads[i]; block; block = block->next) {
			if (write && block->executed)
				write_pair(block->address, block->executed);
			sum += block->executed;
			block->executed = 0;
		}
	}
	if (write) {
		write_pair(0, 0);
		fflush(blocks_out);
	}
	return sum;
}

static void mark(unsigned int cpu, void *data)
{
	unsigned int number = (uintptr_t)data;

	(void)cpu;
	executed_before += collect(!(number & 1));
	fprintf(out, "%u %" PRIu64 "\n", number, executed_before);
	fflush(out);
}

static void called_helper(unsigned int cpu, void *data)
{
	(void)cpu;
	caller = data;
}

static void helper_executed(unsigned int cpu, void *nr)
{
	(void)cpu;
	caller->executed += (uintptr_t)nr;
}

/* The ranges are sorted. */
static bool is_helper(uint64_t address)
{
	size_t low = 0, high = nr_helpers;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (address < helpers[middle].start)
			high = middle;
		else if (address >= helpers[middle].end)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

/* Whether the instruction is a direct call of, or jump to, a helper. */
static bool goes_to_helper(const struct qemu_plugin_insn *insn)
{
	int64_t distance;

	return target->jump(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn), &distance) &&
	       is_helper(qemu_plugin_insn_vaddr(insn) + distance);
}

static void count_block(struct qemu_plugin_tb *tb, size_t nr)
{
	uint64_t address = qemu_plugin_tb_vaddr(tb);
	struct block *block;

	if (is_helper(address)) {
		qemu_plugin_register_vcpu_tb_exec_cb(tb, helper_executed, 0,
						     (void *)(uintptr_t)nr);
		return;
	}
	block = block_of(address);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, 0, &block->executed, nr);
	if (nr_helpers && goes_to_helper(qemu_plugin_tb_get_insn(tb, nr - 1)))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, called_helper, 0, block);
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t i, nr = qemu_plugin_tb_n_insns(tb);

	(void)id;
	count_block(tb, nr);
	for (i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		int number = target->mark(qemu_plugin_insn_data(insn),
					  qemu_plugin_insn_size(insn));

		if (number >= 0)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0,
							       (void *)(uintptr_t)number);
	}
}

/* nopl disp32(%rax), where the displacement spells a number and "VSW" backwards. */
static int x86_mark(const unsigned char *code, size_t size)
{
	static const unsigned char nop[] = { 0x0f, 0x1f, 0x80 }, magic[] = { 0x57, 0x53, 0x56 };

	return size == 7 && !memcmp(code, nop, 3) && !memcmp(code + 4, magic, 3) ? code[3] : -1;
}

static bool x86_jump(const unsigned char *code, size_t size, int64_t *distance)
{
	int32_t displacement;

	if (size != 5 || (code[0] != 0xe8 && code[0] != 0xe9))
		return false;
	memcpy(&displacement, code + 1, sizeof(displacement));
	*distance = (int64_t)displacement + 5;
	return true;
}

static uint32_t arm64_word(const unsigned char *code)
{
	uint32_t word;

	memcpy(&word, code, sizeof(word));
	return word;
}

/* movz xzr, #imm, lsl #48, where the immediate is "V" and a number. */
static int arm64_mark(const unsigned char *code, size_t size)
{
	uint32_t word = arm64_word(code);

	return size == 4 && (word & 0xffffe01f) == 0xd2eac01f ? (int)(word >> 5 & 0xff) : -1;
}

/* b, bl */
static bool arm64_jump(const unsigned char *code, size_t size, int64_t *distance)
{
	uint32_t word = arm64_word(code);

	if (size != 4 || (word & 0x7c000000) != 0x14000000)
		return false;
	/* 26 bits with a sign, in words. */
	*distance = (int64_t)(int32_t)(word << 6) >> 4;
	return true;
}

static const struct target targets[] = {
	{ "x86_64", x86_mark, x86_jump },
	{ "aarch64", arm64_mark, arm64_jump },
};

static const struct target *find_target(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		if (!strcmp(targets[i].name, name))
			return &targets[i];
	return NULL;
}

static bool read_helpers(const char *path)
{
	FILE *file = fopen(path, "r");
	struct range range;

	if (!file)
		return false;
	while (fscanf(file, "%" SCNx64 " %" SCNx64, &range.start, &range.end) == 2) {
		helpers = realloc(helpers, (nr_helpers + 1) * sizeof(range));
		if (!helpers)
			abort();
		helpers[nr_helpers++] = range;
	}
	fclose(file);
	return true;
}

static bool take_argument(const char *argument)
{
	if (!strncmp(argument, "out=", 4))
		return (out = fopen(argument + 4, "w"));
	if (!strncmp(argument, "blocks=", 7))
		return (blocks_out = fopen(argument + 7, "w"));
	if (!strncmp(argument, "helpers=", 8))
		return read_helpers(argument + 8);
	return false;
}

EXPORT int qemu_plugin_install(plugin_id id, const struct qemu_plugin_info *info, int argc,
			       char **argv);
EXPORT int qemu_plugin_install(plugin_id id, const struct qemu_plugin_info *info, int argc,
			       char **argv)
{
	int i;

	target = find_target(info->target);
	for (i = 0; i < argc; i++)
		if (!take_argument(argv[i]))
			return -1;
	if (!out || !target)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
