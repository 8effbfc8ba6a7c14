#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Instructions by function and by part of the kernel.

        attribute.py helpers SYMBOLS            ranges for the plugin
        attribute.py profile FOLDER SYMBOLS PHASE [LINES]
"""
import array
import bisect
import re
import sys

# Functions without a meaning of their own, which count for their caller. What they call
# should be here too, or the rest of them counts for that.
HELPERS = re.compile(
    r"^(_*mem(cpy|set|move|cmp)(_orig|_erms)?|copy_page(_regs)?|clear_page(_(rep|orig|erms))?"
    r"|memchr_inv|__x86_return_thunk|__x86_indirect_(thunk|its_thunk|call_thunk|jump_thunk)_\w+"
    r"|srso_\w+|retbleed_\w+|its_return_thunk|entry_untrain_ret|__fentry__|ftrace_stub"
    r"|_raw_(spin|read|write)_(try)?(un)?lock\w*|mutex_(lock|unlock|trylock)|queued_\w+"
    r"|__rcu_read_(un)?lock|preempt_count_(add|sub)|rcu_\w*strict\w*|_find_\w+|__sw_hweight64"
    r"|percpu_counter_add_batch|__percpu_counter_\w+|mod_(node|zone)_\w*state|__mod_\w*state"
    r"|up_read|down_read|up_write|down_write|__cond_resched)$")

COMPRESSOR_MODULES = {"lz4", "lz4_compress", "lz4_decompress", "lz4hc_compress", "lzo",
                      "lzo_rle", "zstd"}
COMPRESSOR = re.compile(r"^(_*LZ4_\w+|lz4_\w+|lzo\w*)$")

# The swap layer: what is done for a page below the kernel's decision to evict it, to
# fault it in, to drop it: slots, write-out, read-in, free. Not the swap cache, the page
# tables, cgroups, which are the kernel's whoever stores the page.
SWAP_MODULES = {"vswap", "zram", "zsmalloc", "virtio_blk", "virtio_ring", "virtio",
                "virtio_pci", "virtio_pci_modern_dev", "ftrace"}
SWAP_NAMES = """
# slots: mm/swapfile.c
(folio_alloc_swap|folio_free_swap|folio_swapped|get_swap_pages?|get_swap_device|swp_swap_info)
put_swap_(page|folio|pages)|scan_swap_map\w*|alloc_swap_scan\w*|swap_extent|offset_to_swap_extent
cluster_\w+|swap_(alloc|range|entry|free|do|cluster|slot|page_|reclaim|offset|next|is)\w*
free_swap_\w+|__swap_(entry|duplicate|free|count)\w*|swapcache_(free|prepare|clear)\w*
swap_(duplicate|swapcount)\w*|swap_shmem_alloc|_?swap_info_get\w*|__try_to_reclaim_swap
(free|alloc|inc|dec|move|relocate|lock|unlock|isolate_lock)_cluster\w*|_*swp_swapcount
\w*swap_slots?_\w*|\w*swap_cluster\w*|swap_usage_\w+|swap_map_\w+|map_swap_page|swap_sync_discard
(add_to|del_from)_avail_list
# to and from the disk or the pool: mm/page_io.c, zswap, zsmalloc, zcomp, the crypto API
_*swap_(write|read)\w*|sio_\w+|\w*end_swap_bio\w*|zswap_\w+|zs_\w+|zpool_\w+|zcomp_\w+
obj_cgroup_(may_zswap|charge_zswap|uncharge_zswap)|fix_fullness_group|obj_(free|malloc)|obj_to_\w+
_*(alloc|free|insert|remove|get|find_get|async_free|cache_alloc|trylock)_zspage\w*
create_page_chain|kick_deferred_free|get_next_zpdesc
crypto_\w+|acomp_\w+|scomp_\w+|scatterwalk_\w+|sg_\w+|comp_\w+
# the block layer and the disk
_*bio_\w+|_*submit_bio\w*|_*blk_(?!cgroup_congested)\w+|blkcg_\w+|_*blkg_\w+|_*bdev_\w+|bdget\w*
_*part_\w+|disk_\w+|blkdev_\w+|_*sbitmap_\w+|dd_\w+|elv_\w+|wbt_\w+|rq_\w+|_*rq_qos\w*|kblockd\w*
ioc_\w+|deadline_\w+|virtqueue_\w+|virtio_\w+|vring_\w+|vp_\w+|virtblk_\w+
dma_(map|unmap|direct)_\w*|mempool_\w+|update_io_ticks|should_fail_\w+|throtl_\w+|get_max_io_size
ll_\w+_fn|_*flush_plug\w*
# redirection
ftrace_\w+|__ftrace\w*|klp_\w+
"""
# Of mm/swap_state.c, though named like the others.
NOT_SWAP = {"swap_cluster_readahead", "swap_vma_readahead"}
SWAP = re.compile("^(" + "|".join(line for line in SWAP_NAMES.split("\n")
                                  if line and line[0] != "#") + ")$")


class Symbols:
    """Addresses of functions; of modules too, where a file names them."""

    def __init__(self, *paths):
        found = {}
        for path in paths:
            with open(path, encoding="ascii") as file:
                for line in file:
                    words = line.split()
                    module = words[2].strip("[]") if len(words) > 2 else ""
                    if module.startswith(("bpf", "__builtin__kprobes")):
                        module = "bpf"
                    if module.startswith("__builtin__ftrace"):
                        module = "ftrace"
                    # Second names of what runs before the kernel is mapped.
                    name = words[1].removeprefix("__pi_")
                    found[int(words[0], 16)] = (name, module)
        self.addresses = sorted(found)
        self.names = [found[address] for address in self.addresses]

    def lookup(self, address):
        """Name and module."""
        i = bisect.bisect_right(self.addresses, address) - 1
        return self.names[i] if i >= 0 else ("?", "")

    def ranges(self, pattern):
        """Neighbours are joined."""
        last = None
        for i, (name, module) in enumerate(self.names[:-1]):
            if module or not pattern.match(name):
                continue
            start, end = self.addresses[i], self.addresses[i + 1]
            if last and last[1] == start:
                last = (last[0], end)
                continue
            if last:
                yield last
            last = (start, end)
        if last:
            yield last


def part_of(name, module):
    """user, compressor, swap or rest."""
    if name == "user":
        return "user"
    if module:
        if module in COMPRESSOR_MODULES:
            return "compressor"
        if module in SWAP_MODULES:
            return "swap"
    if COMPRESSOR.match(name):
        return "compressor"
    if SWAP.match(name) and name not in NOT_SWAP:
        return "swap"
    return "rest"


def read_blocks(path):
    """For each pair of marks, a list of (address, instructions)."""
    with open(path, "rb") as file:
        while True:
            blocks = []
            while True:
                pair = array.array("Q")
                data = file.read(16)
                if len(data) < 16:
                    return
                pair.frombytes(data)
                if not pair[0]:
                    break
                blocks.append((pair[0], pair[1]))
            yield blocks


def by_function(blocks, symbols):
    """{(name, module): instructions}"""
    sums = {}
    for address, executed in blocks:
        key = ("user", "") if address == 1 else symbols.lookup(address)
        sums[key] = sums.get(key, 0) + executed
    return sums


def by_part(functions):
    """{part: instructions}"""
    sums = {"user": 0, "compressor": 0, "swap": 0, "rest": 0}
    for (name, module), executed in functions.items():
        sums[part_of(name, module)] += executed
    return sums


def read_phases(path):
    """The lines of bench-load: words, and a dictionary of numbers."""
    with open(path, encoding="ascii", errors="replace") as file:
        for line in file:
            words = line.split()
            if len(words) > 5 and words[0] == "phase":
                numbers = dict(word.split("=") for word in words[4:])
                yield words[1:4], {key: int(value) for key, value in numbers.items()}


def read_marks(path):
    """Instructions of each phase, from the mark at its begin to the one at its end."""
    with open(path, encoding="ascii") as file:
        begun = 0
        for line in file:
            number, executed = map(int, line.split())
            if number & 1:
                begun = executed
            else:
                yield executed - begun


def print_profile(folder, symbols_path, phase, lines):
    symbols = Symbols(symbols_path, folder + "/modules.1")
    for (words, numbers), blocks in zip(read_phases(folder + "/output.log"),
                                        read_blocks(folder + "/blocks")):
        if phase not in ("all", words[2]):
            continue
        functions = by_function(blocks, symbols)
        total, pages = sum(functions.values()), numbers["pages"]
        evicted = numbers["pswpout"] + numbers["zswpout"]
        print(f"{words[0]} {words[1]} {words[2]}: {pages} pages, {evicted} out, "
              f"{numbers['pswpin'] + numbers['zswpin']} in; {total / pages:.0f} instructions a page")
        for part, executed in by_part(functions).items():
            print(f"  {part:10} {executed / pages:9.1f}")
        print("  a page    share  part        function")
        for key in sorted(functions, key=functions.get, reverse=True)[:lines]:
            name = key[0] + (f" [{key[1]}]" if key[1] else "")
            print(f"  {functions[key] / pages:8.1f}  {functions[key] * 100 / total:5.1f}%  "
                  f"{part_of(*key):10}  {name}")
        print()


def main():
    if sys.argv[1] == "helpers":
        for start, end in Symbols(sys.argv[2]).ranges(HELPERS):
            print(f"{start:x} {end:x}")
    elif sys.argv[1] == "profile":
        print_profile(*sys.argv[2:5], int(sys.argv[5]))


if __name__ == "__main__":
    main()
