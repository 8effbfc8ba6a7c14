#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tables and pictures of what was measured.

        report.py FOLDER [DOCUMENT]

FOLDER has kernel-NAME for each kernel, and gets bench.json, report.html and pictures.
The part of DOCUMENT between the lines "<!-- bench: begin -->" and "<!-- bench: end -->"
is written anew.
"""
import glob
import html
import json
import os
import shutil
import subprocess
import sys

from samples import ORDER, Sample, Samples, median, quartiles, spread

FILL = ["fill", "read", "read-again", "rewrite", "free"]
EPOCHS = ["hot-1", "hot-2", "hot-3", "hot-4"]
# Names of the workload hot: by pool limit, disk, and how pages are wanted.
HOTS = ["hot", "zipf", "hot-12", "hot-slow", "hot-slow-12"]
HOT = ["fill", *EPOCHS, "free"]
# Rounds that differ by more than this share say nothing.
APART = 0.3
MARKS = ("<!-- bench: begin -->", "<!-- bench: end -->")


def show(value, digits=0, unit=""):
    return "–" if value is None else f"{value:.{digits}f}{unit}"


def divide(one, other):
    return one / other if one is not None and other else None


def with_spread(values):
    """The median, and how far the rounds are apart."""
    middle, around = median(values), spread(values)
    if around is not None:
        return f"{middle:.2f} ±{around:.0f}%"
    if len(values) > 1:
        return f"{middle:.2f} ({min(values):.2f}–{max(values):.2f})"
    return show(middle, 2)


class Table:
    """Rendered for three readers."""

    def __init__(self, title, note, header, rows):
        self.title, self.note, self.header = title, note, header
        self.rows = [[str(cell) for cell in row] for row in rows]

    def text(self):
        widths = [max(len(row[i]) for row in [self.header] + self.rows)
                  for i in range(len(self.header))]
        lines = [self.title, self.note]
        for row in [self.header] + self.rows:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(line for line in lines if line) + "\n"

    def markdown(self):
        lines = [f"**{self.title}**" + (f" {self.note}" if self.note else ""), ""]
        lines.append("| " + " | ".join(self.header) + " |")
        lines.append("|" + "-|" * len(self.header))
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"

    def html(self):
        def row_of(cells, tag):
            return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
        rows = [row_of(self.header, "th")] + [row_of(row, "td") for row in self.rows]
        return (f"<h3>{html.escape(self.title)}</h3><p>{html.escape(self.note)}</p>"
                f"<table>{''.join(rows)}</table>")


# ---- targets

def verdict_on(figures, bound, at_most):
    """One round of a time says nothing; and neither do rounds that don't agree."""
    if not figures or None in figures:
        return "not measured"
    low, high = (min(figures), max(figures)) if len(figures) < 4 else quartiles(figures)
    if high - low > APART * median(figures):
        return "unclear"
    if at_most:
        low, high, bound = -high, -low, -bound
    if low >= bound:
        return "met"
    return "not met" if high < bound else "unclear"


def target(what, figure, bound, at_most, digits=2):
    """figure: a number, or one for each round."""
    each = isinstance(figure, list)
    verdict = verdict_on(figure if each else [figure], bound, at_most)
    if each and len(figure) == 1:
        verdict += " (one round)"
    return [what, f"{'≤' if at_most else '≥'} {bound}",
            with_spread(figure) if each else show(figure, digits), verdict]


def swap_ratio(samples, phase, workload="pages"):
    return divide(samples.per_page("vswap-zswap", workload, phase, "swap"),
                  samples.per_page("zram", workload, phase, "swap"))


def less_none(samples, contestant, workload, phases):
    """Instructions that swapping adds to a workload."""
    values = [(samples.instructions(contestant, workload, phase),
               samples.instructions("none", workload, phase)) for phase in phases]
    if any(one is None or none is None for one, none in values):
        return None
    return sum(one - none for one, none in values)


def added_ratio(samples, phase):
    return divide(less_none(samples, "vswap-zswap", "fill", [phase]),
                  less_none(samples, "zram", "fill", [phase]))


def latency_ratio(samples, one, other, workload, phase):
    return samples.ratios(other, one, workload, [phase], "p99")


def bytes_a_page(samples, contestant):
    """[memory taken, of it neither compressed data nor page tables]: the slope between
    a small and a large process whose memory is all swapped out."""
    slopes = []
    for large, small in zip(samples.memory.get((contestant, "exit"), []),
                            samples.memory.get((contestant, "exit-small"), [])):
        pages = large[0] - small[0]
        taken, tables, data = (large[i] - small[i] for i in (1, 2, 3))
        slopes.append([(taken - tables) * 1024 / pages, (taken - tables - data) * 1024 / pages])
    return [median(slope[i] for slope in slopes) for i in (0, 1)]


def best_of(samples, contestants, workload, phases, name):
    """Who takes least, in the median of the rounds: the least of each round would be luck."""
    found = [(median(samples.by_round(one, workload, phases, name).values()), one)
             for one in contestants if samples.by_round(one, workload, phases, name)]
    return min(found)[1] if found else None


def stall_ratio(samples, workload, which):
    others = ("plain", "zram", "zswap")
    best = best_of(samples, others, workload, ["desktop"], which)
    return samples.ratios(best, "vswap-zswap-ssd", workload, ["desktop"], which)


def written_ratio(samples):
    return samples.ratios("zswap", "vswap-zswap-ssd", "hot", EPOCHS, "wsectors")


def reads_per_access(samples, contestant, workload):
    """Of each round: the requests the disk got, when what is where has settled."""
    reads = samples.by_round(contestant, workload, EPOCHS[1:], "rios")
    accesses = samples.by_round(contestant, workload, EPOCHS[1:], "pages")
    return [reads[nr] / accesses[nr] for nr in reads]


def idle_kib(samples, contestant):
    """The most: what a former start has left isn't taken again."""
    return max((idle[0] for idle in samples.idle.get(contestant, [])), default=None)


def whole_fill(samples, contestant):
    values = [samples.instructions(contestant, "fill", phase) for phase in FILL]
    return None if None in values else sum(values)


def instruction_targets(samples):
    return [
        target("swap layer, page out, of zram's", swap_ratio(samples, "out"), 0.5, True),
        target("swap layer, page in, of zram's", swap_ratio(samples, "in"), 0.6, True),
        target("swap layer, free, of zram's", swap_ratio(samples, "free"), 0.5, True),
        target("fill, less the same without swapping, of zram's",
               added_ratio(samples, "fill"), 0.85, True),
        target("reading clean pages again, likewise", added_ratio(samples, "read-again"), 0.43,
               True),
        target("rewriting, likewise", added_ratio(samples, "rewrite"), 0.9, True),
        target("`ssd`: instructions of the whole fill, of plain swap's",
               divide(whole_fill(samples, "vswap-ssd"), whole_fill(samples, "plain")), 1.03, True),
        target("a page written back, read in disorder, instructions",
               samples.per_page("vswap-zswap-ssd", "back", "in-shuffled"), 18000, True, 0),
    ]


def time_targets(samples):
    def ratio(one, other, workload, phases):
        return samples.ratios(one, other, workload, phases)
    return [
        target("compressible memory (fill), throughput, of zram's",
               ratio("vswap-zswap", "zram", "fill", FILL), 1.15, False),
        target("compressible memory (heap), throughput, of zram's",
               ratio("vswap-zswap", "zram", "fill-heap", FILL), 1.15, False),
        target("a compiler in a small cgroup, throughput, of zram's",
               ratio("vswap-zswap", "zram", "build", ["command"]), 1.15, False),
        target("a key-value server in a small cgroup, throughput, of zram's",
               ratio("vswap-zswap", "zram", "kv", ["command"]), 1.15, False),
        target("`zswap,ssd` where zswap spills (hot, all of it), throughput, of zswap's",
               ratio("vswap-zswap-ssd", "zswap", "hot", HOT), 1.5, False),
        target("`zswap,ssd`, working set that needs both (hot), throughput, of zswap's",
               ratio("vswap-zswap-ssd", "zswap", "hot", EPOCHS), 2, False),
        target("the same, disk reads per access",
               reads_per_access(samples, "vswap-zswap-ssd", "hot"), 0.13, True),
        target("the same, bytes written, of zswap's", written_ratio(samples), 0.5, True),
        target("`zswap,ssd`, pool three times as large (hot-12), throughput, of zswap's",
               ratio("vswap-zswap-ssd", "zswap", "hot-12", EPOCHS), 2.5, False),
        target("`zswap,ssd`, disk as fast as RAM (hot), throughput, of plain swap's",
               ratio("vswap-zswap-ssd", "plain", "hot", EPOCHS), 0.97, False),
        target("`zswap,ssd` on a slow disk (hot-slow), throughput, of zswap's",
               ratio("vswap-zswap-ssd", "zswap", "hot-slow", EPOCHS), 1.5, False),
        target("the same, of plain swap's",
               ratio("vswap-zswap-ssd", "plain", "hot-slow", EPOCHS), 2, False),
        target("the same, pool three times as large (hot-slow-12), of zswap's",
               ratio("vswap-zswap-ssd", "zswap", "hot-slow-12", EPOCHS), 2.5, False),
        target("`zswap,ssd`, in order to a disk of 20 MB/s (spill), throughput, of plain swap's",
               ratio("vswap-zswap-ssd", "plain", "spill", FILL), 1, False),
        target("`zswap,ssd`, a task beside a hog (desktop), p99 of stalls, of the best other's",
               stall_ratio(samples, "desktop", "stall99"), 1.0, True),
        target("the same, longest stall", stall_ratio(samples, "desktop", "stall100"), 1.0, True),
        target("the same, pool twice as large (desktop-12), p99 of stalls, of zram's",
               stall_ratio(samples, "desktop-12", "stall99"), 1.0, True),
        target("the same, longest stall",
               stall_ratio(samples, "desktop-12", "stall100"), 1.0, True),
        target("`ssd`: throughput of the whole fill, of plain swap's",
               ratio("vswap-ssd", "plain", "fill", FILL), 0.97, False),
        target("p99 of a fault, pool, one process in order (fill), of zram's",
               latency_ratio(samples, "vswap-zswap", "zram", "fill", "read"), 1.0, True),
        target("p99 of a fault, pool, four processes at random, of zram's",
               latency_ratio(samples, "vswap-zswap", "zram", "random", "random"), 1.0, True),
        target("p99 of a fault, file, one process in order (fill), of plain swap's",
               latency_ratio(samples, "vswap-ssd", "plain", "fill", "read"), 1.0, True),
        target("p99 of a fault, file, four processes at random, of plain swap's",
               latency_ratio(samples, "vswap-ssd", "plain", "random", "random"), 1.0, True),
    ]


def memory_targets(samples):
    # The virtual space is 16 TiB; what is there before it is used is for all of it.
    idle = idle_kib(samples, "vswap-zswap-ssd")
    return [
        target("memory for each idle slot, bytes", divide(idle and idle * 1024, 1 << 32), 0.01,
               True, 4),
        target("metadata of a page in the pool, bytes", bytes_a_page(samples, "vswap-zswap")[1],
               20, True, 1),
        target("metadata of a page in the file, bytes", bytes_a_page(samples, "vswap-ssd")[1],
               24, True, 1),
    ]


def removal_targets(samples):
    rows = []
    for what, cell, bound in (
            ("removal of a disk", "256 1 private 0", 5),
            ("the same, 200 processes", "256 200 private 0", 5),
            ("removal of a disk that takes 20 ms for a request", "64 1 private 20", 20),
            ("the same, 200 processes", "64 200 private 20", 20)):
        plain, vswap = (samples.removal.get((who, cell), []) for who in ("plain", "vswap"))
        rows.append(target(what + ", speed, of swapoff's",
                           [one / other for one, other in zip(plain, vswap)], bound, False))
    return rows


def targets_table(samples):
    rows = instruction_targets(samples) + time_targets(samples) + removal_targets(samples)
    rows += memory_targets(samples)
    return Table("Targets.", "vswap is `backends=zswap` unless said otherwise.",
                 ["", "target", "found", ""], rows)


# ---- tables

def four_parts(samples, contestant, workload, phase):
    values = [samples.per_page(contestant, workload, phase, part)
              for part in ("compressor", "swap", "rest")]
    return "–" if None in values else " + ".join(show(value) for value in values)


def pages_table(samples):
    phases = ["out", "in", "reout", "in-shuffled", "out-changed", "free"]
    rows = [[name] + [four_parts(samples, name, "pages", phase) for phase in phases]
            for name in samples.contestants("pages")]
    return Table("Instructions for a page: compressor + swap layer + the rest of the kernel.",
                 "Out for the first time, in, out again unchanged, in in disorder, out again "
                 "changed, away.",
                 ["", "out", "in", "out, clean", "in, disorder", "out, changed", "free"], rows)


def content_table(samples):
    rows = []
    for workload, phases in (("heap", ("out", "in", "free")), ("zeros", ("out", "in", "free")),
                             ("noise", ("out", "in", "free")), ("tmpfs", ("out", "in", "free")),
                             ("folios", ("out", "in", "free"))):
        for name in samples.contestants(workload):
            rows.append([workload, name] + [four_parts(samples, name, workload, phase)
                                            for phase in phases])
    return Table("The same for other content and other memory.",
                 "heap: pages of a Python process; zeros: three of four are zero; noise: "
                 "incompressible; folios: of 64 KiB.",
                 ["", "", "out", "in", "free"], rows)


def each_page(samples, name, phase, counter):
    return (samples.number(name, "back", phase, counter) /
            samples.number(name, "back", phase, "pages"))


def back_table(samples):
    phases = ("writeback", "in", "in-shuffled")
    rows = []
    for name in samples.contestants("back"):
        rows.append([name] + [four_parts(samples, name, "back", phase) for phase in phases] +
                    [show(512 * each_page(samples, name, "writeback", "wsectors")),
                     show(512 * each_page(samples, name, "in", "rsectors")),
                     show(each_page(samples, name, "in", "rios"), 2),
                     show(each_page(samples, name, "in-shuffled", "rios"), 2)])
    return Table("Write-back.", "Pages of the pool move to the disk before they are read; "
                 "vswap-unpacked: zswap_packed_writeback=0. Instructions for a page, and for "
                 "each page what the disk counted.",
                 ["", "write-back", "in", "in, disorder", "bytes written", "bytes read, in",
                  "reads, in", "reads, in disorder"], rows)


def process_table(samples):
    rows = []
    for workload, phase, what in (("forks", "forks", "forks"), ("exit", "exit", "exit, 256 MiB")):
        for name in samples.contestants(workload):
            rows.append([what, name, four_parts(samples, name, workload, phase),
                         show(samples.instructions(name, workload, phase) / 1e6, 1),
                         show(samples.number(name, workload, phase, "ns") / 1e6)])
    return Table("Processes.", "Eight children that read and change swapped pages of their "
                 "parent; the end of a process whose memory is all swapped out.",
                 ["", "", "instructions for a page", "millions in all", "ms"], rows)


def fill_table(samples, workload):
    rows = []
    for name in samples.contestants(workload):
        if name == "none":
            continue
        for phase in FILL:
            added = less_none(samples, name, workload, [phase])
            zram = less_none(samples, "zram", workload, [phase])
            found = samples.counted(name, workload, phase)
            of_zram = divide(added, zram) if phase != "free" else None
            rows.append([name, phase, show(divide(added, 1e6), 1), show(of_zram, 2),
                         show(median(one.out() for one in found)),
                         show(median(one.into() for one in found))])
    between = samples.differences(workload)
    note = "" if not between else (f"Two rounds differ by {between[0]:.1f} % at most, "
                                   f"by {between[1]:.1f} % as a rule.")
    return Table(f"{workload}: 192 MiB where 100 MiB can be had, less the same without swapping.",
                 note,
                 ["", "", "million instructions", "of zram's", "out", "in"], rows)


def time_rows(samples, workload, phases, slow_phase):
    rows = []
    for name in samples.contestants(workload):
        # Not the one without swap, and none that was cut off.
        if name == "none" or not samples.all(name, workload, phases[-1]):
            continue
        times = samples.by_round(name, workload, phases)
        pages = sum(samples.number(name, workload, phase, "pages") for phase in phases)
        system = samples.by_round(name, workload, phases, "system")
        row = [workload, name, show(median(pages * 1e9 / ns for ns in times.values())),
               with_spread(samples.ratios(name, "plain", workload, phases)),
               with_spread(samples.ratios(name, "zram", workload, phases))
               if "zram" in samples.contestants(workload) else "not comparable",
               show(median(ticks / 100 for ticks in system.values()), 1)]
        row += [show(divide(samples.number(name, workload, slow_phase, percentile), 1000))
                for percentile in ("p50", "p99", "p999")]
        rows.append(row + disk_cells(samples, name, workload, phases))
    return rows


def disk_cells(samples, name, workload, phases):
    def of(counter):
        return median(samples.by_round(name, workload, phases, counter).values())
    evicted = median(sum(one.out() for one in group) for group in
                     zip(*(samples.all(name, workload, phase) for phase in phases)))
    return [show(of("wsectors") / 2048), show(of("rsectors") / 2048),
            show(divide(of("wsectors") * 512, evicted)), show(divide(of("wios"), evicted), 3)]


def time_table(samples):
    rows = time_rows(samples, "fill", FILL, "read")
    rows += time_rows(samples, "fill-heap", FILL, "read")
    rows += time_rows(samples, "random", ["random"], "random")
    for workload in HOTS:
        rows += time_rows(samples, workload, HOT, EPOCHS[-1])
    rows += time_rows(samples, "spill", FILL, "read")
    rows += time_rows(samples, "build", ["command"], "command")
    rows += time_rows(samples, "kv", ["command"], "command")
    gave_up = "".join(f" {workload}: with {name} the OOM killer came, in {times} rounds."
                      for (name, workload), times in samples.gave_up.items())
    return Table("Time, latency of a fault, disk.",
                 "Only ratios mean something. In brackets the least and the most of all rounds; "
                 "± is half of the distance between quartiles. "
                 "hot needs more than the pool: zram, which writes nothing back by itself, "
                 "has no part in it. zipf: the same, wanted by Zipf's law. hot-slow: on a disk "
                 "that does 50 MB and 9000 requests a second. hot-12, hot-slow-12: with 12 % of "
                 "RAM for the pool instead of 4. spill: fill with that pool, on a disk that does "
                 "20 MB a second. build: a compiler that needs 190 MiB and may have 100; kv: a "
                 "Redis server of 70 MiB that may have 60, with a save under load; their \"pages\" "
                 "are those of what they need." + gave_up,
                 ["", "", "pages/s", "of plain", "of zram", "system s", "p50 µs", "p99 µs",
                  "p99.9 µs", "MiB written", "MiB read", "bytes/page out", "writes/page out"],
                 rows)


def by_epoch(samples, name, workload, value, digits=0):
    """What VALUE says of each epoch, by access."""
    cells = []
    for phase in EPOCHS:
        each = [value(one) / one.numbers["pages"] for one in samples.all(name, workload, phase)]
        cells.append(show(median(each), digits))
    return " / ".join(cells)


def epoch_table(samples):
    rows = []
    for workload in HOTS:
        for name in samples.contestants(workload):
            def cell(value, digits=0):
                return by_epoch(samples, name, workload, value, digits)
            rows.append([workload, name, cell(lambda one: one.total), cell(Sample.into, 2),
                         cell(lambda one: one.numbers["rios"], 3),
                         cell(lambda one: one.numbers["rsectors"] * 512),
                         cell(lambda one: one.numbers["wios"], 3),
                         cell(lambda one: one.numbers["wsectors"] * 512)])
    return Table("Hot and cold memory, for each access, in the first to the fourth epoch.",
                 "An epoch has as many accesses as there are pages. Pages in: from pool and disk. "
                 "The probe of latencies is there, and takes some hundred instructions for a fault.",
                 ["", "", "instructions", "pages in", "disk reads", "bytes read", "disk writes",
                  "bytes written"], rows)


def desktop_table(samples):
    rows = []
    for workload in ("desktop-alone", "desktop", "desktop-12"):
        for name in samples.contestants(workload):
            def stalls(which):
                found = samples.by_round(name, workload, ["desktop"], which)
                return with_spread([ns / 1e6 for ns in found.values()])
            speed = median(one.numbers["hog"] * 1e9 / one.numbers["ns"]
                           for one in samples.all(name, workload, "desktop"))
            rows.append([workload, name, stalls("stall50"), stalls("stall99"),
                         stalls("stall100"), show(speed)])
    return Table("A task that comes back every 10 ms, beside a hog.",
                 "How late it has touched its part of its memory, milliseconds, by the time of a "
                 "busy host. desktop-alone: with a hog of 8 MiB, and nothing swapped.",
                 ["", "", "median", "p99", "longest", "hog, pages/s"], rows)


def memory_table(samples):
    rows = []
    for name in ORDER:
        taken, metadata = bytes_a_page(samples, name)
        idle = samples.idle.get(name)
        if taken is None:
            continue
        rows.append([name, show(idle_kib(samples, name)), show(idle[0][1] / 1024),
                     show(4096 - taken), show(taken), show(metadata, 1)])
    return Table("Memory.", "Before it is used, KiB; for how many MiB; and bytes for a page "
                 "swapped out: really freed, taken, of these neither compressed data nor page "
                 "tables.", ["", "idle KiB", "for MiB", "freed", "taken", "metadata"], rows)


def tables_of(samples):
    tables = [targets_table(samples), pages_table(samples), content_table(samples),
              back_table(samples), process_table(samples)]
    for workload in ("fill", "fill-heap"):
        tables.append(fill_table(samples, workload))
    return tables + [time_table(samples), epoch_table(samples), desktop_table(samples), memory_table(samples)]


# ---- pictures

def plot(folder, name, rows, commands):
    with open(f"{folder}/{name}.dat", "w", encoding="utf-8") as file:
        for row in rows:
            file.write(" ".join(str(cell) for cell in row) + "\n")
    script = (f"set terminal svg size 900,420 font 'sans,12' background 'white'\n"
              f"set output '{folder}/{name}.svg'\nset style fill solid 0.8 border -1\n"
              f"set grid ytics\nset key top right\nset yrange [0:*]\n" +
              commands.replace("DATA", f"'{folder}/{name}.dat'"))
    if not rows:
        return None
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    return name + ".svg"


def plot_parts(folder, samples):
    rows = []
    for phase in ("out", "in", "free"):
        for name in samples.contestants("pages"):
            values = [samples.per_page(name, "pages", phase, part)
                      for part in ("compressor", "swap", "rest")]
            if None not in values:
                rows.append([f"{name}:{phase}"] + [round(value) for value in values])
    return plot(folder, "parts", rows, """
set title 'Instructions for a page'
set style data histograms
set style histogram rowstacked
set boxwidth 0.7
set xtics rotate by -40 font ',9'
plot DATA using 2:xtic(1) title 'compressor', '' using 3 title 'swap layer', \\
    '' using 4 title 'rest of the kernel'
""")


def plot_times(folder, samples):
    rows = []
    for workload, phases in (("fill", FILL), ("fill-heap", FILL), ("random", ["random"]),
                             *((name, HOT) for name in HOTS), ("spill", FILL),
                             ("build", ["command"]), ("kv", ["command"])):
        for name in samples.contestants(workload):
            ratios = samples.ratios(name, "plain", workload, phases)
            if name != "none" and ratios:
                rows.append([f"{workload}:{name}", round(median(ratios), 3),
                             round(min(ratios), 3), round(max(ratios), 3)])
    return plot(folder, "throughput", rows, """
set title 'Throughput, of plain swap (median, least and most of all rounds)'
set boxwidth 0.7
set xtics rotate by -40 font ',9'
plot DATA using 0:2:xtic(1) with boxes notitle, '' using 0:2:3:4 with yerrorbars lc 'black' notitle
""")


def plot_latency(folder, samples):
    rows = []
    for workload, phase in (("fill", "read"), ("random", "random"), ("hot", EPOCHS[-1])):
        for name in samples.contestants(workload):
            values = [samples.number(name, workload, phase, percentile)
                      for percentile in ("p50", "p99", "p999")]
            if None not in values and name != "none":
                rows.append([f"{workload}:{name}"] + [value / 1000 for value in values])
    return plot(folder, "latency", rows, """
set title 'Latency of a fault, µs'
set logscale y
set yrange [1:*]
set style data histograms
set xtics rotate by -40 font ',9'
plot DATA using 2:xtic(1) title 'p50', '' using 3 title 'p99', '' using 4 title 'p99.9'
""")


# ---- output

def as_json(samples):
    found = {}
    for (contestant, workload, phase), there in samples.found.items():
        found.setdefault(workload, {}).setdefault(phase, {})[contestant] = [
            {"round": one.round, "after_zswap": one.after_zswap, "instructions": one.parts,
             **one.numbers} for one in there]
    memory = {" ".join(key): value for key, value in samples.memory.items()}
    return {"rounds": samples.rounds, "phases": found, "idle": samples.idle, "memory": memory}


def word_in(path, default):
    if not os.path.exists(path):
        return default
    with open(path, encoding="ascii") as file:
        return file.read().strip()


def title_of(samples):
    """What is measured; some parts may have been measured again later."""
    kernel = os.path.basename(samples.folder).removeprefix("kernel-")
    version = word_in(f"{samples.folder}/version", kernel)
    commit = word_in(f"{samples.folder}/commit", "?")
    later = {}
    for path in sorted(glob.glob(f"{samples.folder}/*/commit")):
        other = word_in(path, commit)
        if other != commit:
            later.setdefault(other, []).append(os.path.basename(os.path.dirname(path)))
    parts = "".join(f"; {', '.join(names)} at {other}" for other, names in later.items())
    return f"Linux {version}, {samples.rounds} rounds, vswap at {commit}{parts}"


def write_html(folder, found, pictures):
    style = ("body{font-family:sans-serif;max-width:75em;margin:2em auto}"
             "td,th{padding:.15em .7em;text-align:right;border-bottom:1px solid #ddd}"
             "td:first-child,th:first-child,td:nth-child(2){text-align:left}"
             "table{border-collapse:collapse}")
    parts = [f"<!DOCTYPE html><meta charset=utf-8><title>vswap: what it costs</title>"
             f"<style>{style}</style><h1>What swapping costs</h1>"]
    for samples, tables in found:
        parts.append(f"<h2>{html.escape(title_of(samples))}</h2>")
        parts += [f"<p><img src='{os.path.basename(samples.folder)}/{name}'>"
                  for name in pictures[samples.folder] if name]
        parts += [table.html() for table in tables]
    with open(folder + "/report.html", "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


def copy_pictures(path, samples, names):
    """Next to the document, and as its text."""
    lines = []
    for name in filter(None, names):
        target = f"performance-{name}"
        shutil.copy(f"{samples.folder}/{name}", f"{os.path.dirname(path)}/{target}")
        lines.append(f"![{name.removesuffix('.svg')}]({target})\n")
    return lines


def write_document(path, found, pictures):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    generated = []
    for i, (samples, tables) in enumerate(found):
        generated.append(f"## {title_of(samples)}\n")
        if not i:
            generated += copy_pictures(path, samples, pictures[samples.folder])
        # The other kernels: what is judged, and no more.
        generated += [table.markdown() for table in (tables if not i else tables[:2])]
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + MARKS[0] + "\n\n" + "\n".join(generated) + "\n" + MARKS[1] + after)


def main():
    folder = sys.argv[1]
    found, pictures = [], {}
    kernels = sorted(glob.glob(folder + "/kernel-*"), key=lambda path: "6.12" not in path)
    for path in kernels:
        samples = Samples(path)
        found.append((samples, tables_of(samples)))
        pictures[path] = [plot_parts(path, samples), plot_times(path, samples),
                          plot_latency(path, samples)]
    for samples, tables in found:
        print(f"== {title_of(samples)}\n")
        print("\n".join(table.text() for table in tables))
    with open(folder + "/bench.json", "w", encoding="utf-8") as file:
        json.dump({title_of(samples): as_json(samples) for samples, _ in found}, file, indent=1)
    write_html(folder, found, pictures)
    if len(sys.argv) > 2:
        write_document(sys.argv[2], found, pictures)


if __name__ == "__main__":
    main()
