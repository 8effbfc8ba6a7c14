/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, below events/vswap/ in tracefs. Slots are virtual ones; @from and @to are
 * slot words, see slots.h.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vswap

#if !defined(VSWAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VSWAP_TRACE_H

#include <linux/cgroup.h>
#include <linux/tracepoint.h>

#include "vswap_timing.h"

/* A folio found a place, or none: its data may be on the way to a disk. */
TRACE_EVENT(vswap_store,
	TP_PROTO(u32 slot, unsigned int pages, int error),
	TP_ARGS(slot, pages, error),
	TP_STRUCT__entry(
		__field(u32, slot)
		__field(unsigned int, pages)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->slot = slot;
		__entry->pages = pages;
		__entry->error = error;
	),
	TP_printk("slot=%u pages=%u error=%d", __entry->slot, __entry->pages, __entry->error)
);

/*
 * A folio has come to where it goes. @ns: how long that took, @pid: the process that began it,
 * @where: see struct vswap_timing; all are 0 of one that began before anybody listened.
 * @cgroup: the folio's, or NULL. vswapctl latency has these arguments by their number.
 */
DECLARE_EVENT_CLASS(vswap_timed,
	TP_PROTO(u32 slot, unsigned int pages, int error, u64 ns, u64 where, pid_t pid,
		 struct cgroup *cgroup),
	TP_ARGS(slot, pages, error, ns, where, pid, cgroup),
	TP_STRUCT__entry(
		__field(u32, slot)
		__field(unsigned int, pages)
		__field(int, error)
		__field(pid_t, pid)
		__field(u64, ns)
		__field(u64, cgroup)
		__field(u16, fill)
		__field(u16, pool)
		__field(u16, packed)
		__field(u16, file)
	),
	TP_fast_assign(
		__entry->slot = slot;
		__entry->pages = pages;
		__entry->error = error;
		__entry->pid = pid;
		__entry->ns = ns;
		__entry->cgroup = cgroup ? cgroup_id(cgroup) : 0;
		__entry->fill = vswap_pages_in(where, VSWAP_IN_FILL);
		__entry->pool = vswap_pages_in(where, VSWAP_IN_POOL);
		__entry->packed = vswap_pages_in(where, VSWAP_IN_PACKED);
		__entry->file = vswap_pages_in(where, VSWAP_IN_FILE);
	),
	TP_printk("slot=%u pages=%u error=%d ns=%llu fill=%u pool=%u packed=%u file=%u pid=%d cgroup=%llu",
		  __entry->slot, __entry->pages, __entry->error, __entry->ns, __entry->fill,
		  __entry->pool, __entry->packed, __entry->file, __entry->pid, __entry->cgroup)
);

/* A folio is stored, what went to a disk is written there; or it could not be. */
DEFINE_EVENT(vswap_timed, vswap_stored,
	TP_PROTO(u32 slot, unsigned int pages, int error, u64 ns, u64 where, pid_t pid,
		 struct cgroup *cgroup),
	TP_ARGS(slot, pages, error, ns, where, pid, cgroup)
);

/* A folio has been read back, or could not be. */
DEFINE_EVENT(vswap_timed, vswap_load,
	TP_PROTO(u32 slot, unsigned int pages, int error, u64 ns, u64 where, pid_t pid,
		 struct cgroup *cgroup),
	TP_ARGS(slot, pages, error, ns, where, pid, cgroup)
);

/* A page moved from one backend to another. */
TRACE_EVENT(vswap_move,
	TP_PROTO(u32 slot, u64 from, u64 to),
	TP_ARGS(slot, from, to),
	TP_STRUCT__entry(
		__field(u32, slot)
		__field(u64, from)
		__field(u64, to)
	),
	TP_fast_assign(
		__entry->slot = slot;
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("slot=%u from=%#llx to=%#llx", __entry->slot, __entry->from, __entry->to)
);

#endif /* VSWAP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE vswap_trace
#include <trace/define_trace.h>
