#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What each access of the workloads hot and spill cost, epoch by epoch.

        epochs.py LOG MARKS
"""
import sys

from attribute import read_marks, read_phases

HEADER = ["", "", "round", "epoch", "s", "instructions", "in", "out", "disk reads",
          "bytes read", "disk writes", "bytes written"]


def row_of(words, numbers, instructions):
    """By access: instructions, pages in and out of swap, what the disk was asked for."""
    def each(value, digits):
        return f"{value / numbers['pages']:.{digits}f}"
    evicted = numbers["pswpout"] + numbers["zswpout"] - numbers["zswpwb"]
    return [words[2].removeprefix("hot-"), f"{numbers['ns'] / 1e9:.2f}", each(instructions, 0),
            each(numbers["pswpin"] + numbers["zswpin"], 3), each(evicted, 3),
            each(numbers["rios"], 3), each(numbers["rsectors"] * 512, 0),
            each(numbers["wios"], 3), each(numbers["wsectors"] * 512, 0)]


def rows_of(log, marks):
    rounds = {}
    for (words, numbers), instructions in zip(read_phases(log), read_marks(marks)):
        # The fill is the first phase of a round.
        key = tuple(words[:2])
        rounds[key] = rounds.get(key, 0) + (words[2] == "fill")
        if words[2].startswith("hot-") or words[1].startswith("spill-"):
            yield [words[1], words[0], str(rounds[key])] + row_of(words, numbers, instructions)


def main():
    rows = [HEADER] + list(rows_of(*sys.argv[1:3]))
    if len(rows) == 1:
        sys.exit("epochs: nothing was measured")
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADER))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:2], widths)]
        cells += [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]
        print("  ".join(cells).rstrip())
    print("All but seconds is for each access.")


if __name__ == "__main__":
    main()
