// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that says how long the guest's kernel kept preemption off, and interrupts, in
 * instructions: what an urgent task, or an interrupt, would have to wait for. For one CPU,
 * between two marks of a workload; see icount.c.
 *
 *	-plugin offtime.so,out=FILE,count=ADDRESS,locks=FILE
 *
 * ADDRESS is where the preemption count is, as an offset in the data of a CPU; the other file has
 * lines "START END", the kernel's functions that take locks: what begins there begins where they
 * were called. At each mark with an even number there is a line for each place where such
 * sections began, and then one with all instructions since the mark before:
 *
 *	preempt|irq PLACE MODULES SECTIONS LONGEST SUM LOST
 *	end INSTRUCTIONS
 *
 * MODULES is 1 for those sections in which code of a module ran. An interrupt's handler has
 * interrupts off, from where it is counted as one; what it takes isn't part of the section it
 * interrupts. What is off because the processor is idle isn't counted, nor are interrupts that are
 * off since a fault. Where user space finds preemption off, or where it goes on though it wasn't
 * off, an instruction wasn't seen: that section isn't known, and counted as LOST.
 *
 * vswap-offtime.c has sections of a known length, by which each measurement begins.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;

EXPORT int qemu_plugin_version = 1;

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
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
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*cb)(unsigned int, uint32_t, uint64_t, void *),
				      int flags, int rw, void *data);
#define WRITES		2

#define KERNEL_HALF	(1ULL << 63)
#define MODULES_BEGIN	0xffffffffc0000000ULL
#define MODULES_END	0xffffffffff000000ULL

/* include/linux/preempt.h: above are interrupts, below softirqs and preemption. */
#define HARDIRQ		0x10000

enum what { ADD, CLI, STI, IDLE, MARK, CALL };

/* An instruction that changes something. */
struct event {
	enum what what;
	uint64_t place;
	/* Whether it is in a function that takes a lock. */
	bool locks;
	/* Instructions of its block from here on, which are counted already. */
	uint64_t ahead;
	/* What is added to the preemption count, or the mark's number. */
	int32_t value;
	/* Whether it is that count. */
	bool certain;
};

struct place {
	struct place *next;
	uint64_t address;
	bool modules;
	uint64_t sections, longest, sum, lost;
};

struct range {
	uint64_t start, end;
};

#define NR_HEADS	4096

/* Something that is off. */
struct section {
	const char *name;
	bool open, void_;
	uint64_t place, from, modules_from;
	struct place *heads[NR_HEADS];
};

static struct section preempt = { .name = "preempt" }, irq = { .name = "irq" };
static uint64_t executed, modules_executed;
static uint64_t count_address;
static struct range *locks;
static size_t nr_locks;
/* Where a function that takes a lock was called last. */
static uint64_t caller;
/* Where it was seen last, and what it is. */
static uint64_t count_in_memory;
static int32_t count;
static uint64_t handler_from, handler_modules_from, begun;
static FILE *out;

static struct place *place_of(struct section *section, bool modules)
{
	uint64_t address = section->place;
	struct place **head = &section->heads[(address ^ address >> 12) % NR_HEADS], *place;

	for (place = *head; place; place = place->next)
		if (place->address == address && place->modules == modules)
			return place;
	place = calloc(1, sizeof(*place));
	if (!place)
		abort();
	place->address = address;
	place->modules = modules;
	place->next = *head;
	*head = place;
	return place;
}

static bool is_module(uint64_t address)
{
	return address >= MODULES_BEGIN && address < MODULES_END;
}

static bool takes_lock(uint64_t address)
{
	size_t i;

	for (i = 0; i < nr_locks; i++)
		if (address >= locks[i].start && address < locks[i].end)
			return true;
	return false;
}

static void begin(struct section *section, const struct event *event, uint64_t now)
{
	if (section->open)
		return;
	section->open = true;
	section->void_ = false;
	section->place = event->locks ? caller : event->place;
	section->from = now;
	section->modules_from = modules_executed;
}

static void end(struct section *section, uint64_t now)
{
	uint64_t length = now - section->from;
	struct place *place;

	if (!section->open)
		return;
	section->open = false;
	if (section->void_)
		return;
	place = place_of(section, is_module(section->place) ||
				  modules_executed != section->modules_from);
	place->sections++;
	place->sum += length;
	if (length > place->longest)
		place->longest = length;
}

static void write_section(struct section *section, int number)
{
	struct place *place;
	size_t i;

	for (i = 0; i < NR_HEADS; i++) {
		for (place = section->heads[i]; place; place = place->next) {
			if ((place->sections || place->lost) && !(number & 1))
				fprintf(out, "%s %" PRIx64 " %d %" PRIu64 " %" PRIu64 " %" PRIu64
					" %" PRIu64 "\n", section->name, place->address,
					place->modules, place->sections, place->longest,
					place->sum, place->lost);
			place->sections = place->longest = place->sum = place->lost = 0;
		}
	}
}

/* In user space preemption is on. */
static void in_user_space(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (!count)
		return;
	count = 0;
	if (preempt.open)
		place_of(&preempt, false)->lost++;
	preempt.open = false;
}

static void mark(int number)
{
	in_user_space(0, NULL);
	preempt.open = false;
	irq.open = false;
	write_section(&preempt, number);
	write_section(&irq, number);
	if (number & 1)
		begun = executed;
	else
		fprintf(out, "end %" PRIu64 "\n", executed - begun);
	fflush(out);
}

static void handler_begins(const struct event *event, uint64_t now)
{
	begin(&irq, event, now);
	handler_from = now;
	handler_modules_from = modules_executed;
}

static void handler_ends(uint64_t now)
{
	preempt.from += now - handler_from;
	preempt.modules_from += modules_executed - handler_modules_from;
}

/* Interrupts of their own aren't what keeps preemption off. */
static void add(const struct event *event, uint64_t now)
{
	int32_t before = count;

	count += event->value;
	if (count < 0) {
		count = 0;
		preempt.place = event->place;
		place_of(&preempt, false)->lost++;
	}
	if (before < HARDIRQ && count >= HARDIRQ)
		handler_begins(event, now);
	else if (before >= HARDIRQ && count < HARDIRQ)
		handler_ends(now);
	if (!before && count && count < HARDIRQ)
		begin(&preempt, event, now);
	else if (!count)
		end(&preempt, now);
}

static void happens(unsigned int cpu, void *data)
{
	const struct event *event = data;
	uint64_t now = executed - event->ahead;

	(void)cpu;
	switch (event->what) {
	case CLI:
		begin(&irq, event, now);
		break;
	case STI:
		end(&irq, now);
		break;
	case IDLE:
		preempt.void_ = true;
		irq.void_ = true;
		break;
	case MARK:
		mark(event->value);
		break;
	case CALL:
		caller = event->place;
		break;
	case ADD:
		break;
	}
}

/* Something in a CPU's data has been changed. */
static void changes(unsigned int cpu, uint32_t info, uint64_t address, void *data)
{
	const struct event *event = data;

	(void)cpu;
	(void)info;
	if (event->certain)
		count_in_memory = address;
	if (address == count_in_memory)
		add(event, executed - event->ahead);
}

/* nopl disp32(%rax), as in icount.c. */
static bool is_mark(const unsigned char *code, size_t size)
{
	static const unsigned char nop[] = { 0x0f, 0x1f, 0x80 }, magic[] = { 0x57, 0x53, 0x56 };

	return size == 7 && !memcmp(code, nop, 3) && !memcmp(code + 4, magic, 3);
}

/*
 * Where the operand is in the data of a CPU, if the instruction, which ends at @end, says that;
 * or 0. @rest is its opcode.
 */
static uint64_t operand(const unsigned char *rest, size_t left, uint64_t end)
{
	int32_t disp;

	if (left >= 6 && (rest[1] & 0xc7) == 0x05) {
		memcpy(&disp, rest + 2, sizeof(disp));
		return (int64_t)disp + end;
	}
	if (left >= 7 && (rest[1] & 0xc7) == 0x04 && rest[2] == 0x25) {
		memcpy(&disp, rest + 3, sizeof(disp));
		return (int64_t)disp;
	}
	return 0;
}

/*
 * inc, dec, add and sub of what is in a CPU's data, 32 bits or, as the count of 7.3, 64: of the
 * count for certain, or maybe, where a register has the address. A register that is added isn't
 * known here: there is one such instruction, in __local_bh_enable_ip().
 */
static bool is_add(const unsigned char *code, size_t size, struct event *event)
{
	/* Behind the segment; and without the prefix for 64 bits, and for r8 to r15. */
	const unsigned char *rest = code + 1 + (size > 1 && (code[1] & 0xf0) == 0x40);
	size_t left = size - (rest - code);
	uint64_t where;
	int32_t value = 1;

	if (size < 4 || code[0] != 0x65 || (rest[1] & 0xc0) == 0xc0)
		return false;
	switch (rest[0]) {
	case 0xff:
		break;
	case 0x81:
		memcpy(&value, rest + left - 4, 4);
		break;
	case 0x83:
		value = (signed char)rest[left - 1];
		break;
	default:
		return false;
	}
	/* The middle of the ModRM byte: inc or add; dec; sub. */
	switch (rest[1] >> 3 & 7) {
	case 0:
		break;
	case 1:
		if (rest[0] != 0xff)
			return false;
		value = -value;
		break;
	case 5:
		if (rest[0] == 0xff)
			return false;
		value = -value;
		break;
	default:
		return false;
	}
	where = operand(rest, left, event->place + size);
	event->value = value;
	event->certain = where == count_address;
	return !where || event->certain;
}

/* A direct call, or a jump, to a function that takes a lock; not by one of these. */
static bool is_call(const unsigned char *code, size_t size, const struct event *event)
{
	int32_t distance;

	if (event->locks || size != 5 || (code[0] != 0xe8 && code[0] != 0xe9))
		return false;
	memcpy(&distance, code + 1, sizeof(distance));
	return takes_lock(event->place + size + distance);
}

static bool is(const unsigned char *code, size_t size, const char *bytes, size_t nr)
{
	return size == nr && !memcmp(code, bytes, nr);
}

#define IS(bytes)	is(code, size, bytes, sizeof(bytes) - 1)

static bool classify(const unsigned char *code, size_t size, struct event *event)
{
	if (IS("\xfa"))
		event->what = CLI;
	else if (IS("\xfb") || IS("\x48\xcf") || IS("\x48\x0f\x07"))
		event->what = STI;
	else if (IS("\xf4") || IS("\x0f\x01\xc9"))
		event->what = IDLE;
	else if (is_mark(code, size)) {
		event->what = MARK;
		event->value = code[3];
	} else if (is_add(code, size, event))
		event->what = ADD;
	else if (is_call(code, size, event))
		event->what = CALL;
	else
		return false;
	return true;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t i, nr = qemu_plugin_tb_n_insns(tb);
	uint64_t address = qemu_plugin_tb_vaddr(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, 0, &executed, nr);
	if (is_module(address))
		qemu_plugin_register_vcpu_tb_exec_inline(tb, 0, &modules_executed, nr);
	if (address < KERNEL_HALF)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, in_user_space, 0, NULL);
	for (i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct event event = { .place = qemu_plugin_insn_vaddr(insn), .ahead = nr - i }, *copy;

		event.locks = takes_lock(event.place);
		if (!classify(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn), &event))
			continue;
		copy = malloc(sizeof(*copy));
		if (!copy)
			abort();
		*copy = event;
		if (copy->what == ADD)
			qemu_plugin_register_vcpu_mem_cb(insn, changes, 0, WRITES, copy);
		else
			qemu_plugin_register_vcpu_insn_exec_cb(insn, happens, 0, copy);
	}
}

static bool read_locks(const char *path)
{
	FILE *file = fopen(path, "r");
	struct range range;

	if (!file)
		return false;
	while (fscanf(file, "%" SCNx64 " %" SCNx64, &range.start, &range.end) == 2) {
		locks = realloc(locks, (nr_locks + 1) * sizeof(range));
		if (!locks)
			abort();
		locks[nr_locks++] = range;
	}
	fclose(file);
	return nr_locks;
}

static bool take_argument(const char *argument)
{
	if (!strncmp(argument, "out=", 4))
		return (out = fopen(argument + 4, "w"));
	if (!strncmp(argument, "locks=", 6))
		return read_locks(argument + 6);
	return sscanf(argument, "count=%" SCNx64, &count_address) == 1;
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++)
		if (!take_argument(argv[i]))
			return -1;
	if (!out || !count_address)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
