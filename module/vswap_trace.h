/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, below events/vswap/ in tracefs. Slots are virtual ones; @from and @to are
 * slot words, see slots.h.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vswap

#if !defined(VSWAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VSWAP_TRACE_H

#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(vswap_folio,
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

/* A folio found a place, or none: its data may be on the way to a disk. */
DEFINE_EVENT(vswap_folio, vswap_store,
	TP_PROTO(u32 slot, unsigned int pages, int error),
	TP_ARGS(slot, pages, error)
);

/* A folio has been read back, or could not be. */
DEFINE_EVENT(vswap_folio, vswap_load,
	TP_PROTO(u32 slot, unsigned int pages, int error),
	TP_ARGS(slot, pages, error)
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
