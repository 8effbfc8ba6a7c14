// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts what the guest executes, and writes the count to a
 * file whenever the workload passes a mark: a long NOP that means nothing to the
 * processor. Two runs of one workload differ by less than a percent, whatever else
 * the host does.
 *
 * No header of QEMU's plugin interface is packaged: the few declarations needed
 * are here, for version 1 of the interface.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;

EXPORT int qemu_plugin_version = 1;

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned int, void *), int flags,
					  void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int, void *), int flags,
					    void *data);

/* One CPU, one thread: no need for more than a plain counter. */
static uint64_t executed;
static FILE *out;

static void count(unsigned int cpu, void *nr)
{
	(void)cpu;
	executed += (uintptr_t)nr;
}

static void mark(unsigned int cpu, void *number)
{
	(void)cpu;
	fprintf(out, "%u %" PRIu64 "\n", (unsigned int)(uintptr_t)number, executed);
	fflush(out);
}

/* nopl disp32(%rax), where the displacement spells a number and "VSW" backwards. */
static bool is_mark(const unsigned char *code, size_t size)
{
	static const unsigned char nop[] = { 0x0f, 0x1f, 0x80 }, magic[] = { 0x57, 0x53, 0x56 };

	return size == 7 && !memcmp(code, nop, 3) && !memcmp(code + 4, magic, 3);
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t i, nr = qemu_plugin_tb_n_insns(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, count, 0, (void *)(uintptr_t)nr);
	for (i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const unsigned char *code = qemu_plugin_insn_data(insn);

		if (is_mark(code, qemu_plugin_insn_size(insn)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0,
							       (void *)(uintptr_t)code[3]);
	}
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	out = fopen(argv[0] + 4, "w");
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
