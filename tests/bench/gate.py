#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compares instructions for a page with those expected.

        gate.py EXPECTED FOLDER...      each has counted all of it; the least counts
        gate.py update EXPECTED FOLDER
"""
import sys

from samples import Samples

ALLOWED = 1.05
# Less than this isn't judged: it is a few instructions.
SLACK = 10


def found_in(folder):
    """{(contestant, phase, part): instructions a page}"""
    samples = Samples(folder)
    found = {}
    for contestant in ("vswap-zswap", "vswap-zsmalloc", "vswap-ssd", "vswap-charged"):
        for phase in ("out", "in", "reout", "in-shuffled", "out-changed", "free"):
            # With a disk, how often a task sleeps and wakes depends on the host, and
            # what the end of a process costs besides, on the allocators' state.
            steady = contestant == "vswap-zswap" and phase != "free"
            for part in ("swap", None) if steady else ("swap",):
                value = samples.per_page(contestant, "pages", phase, part)
                if value is None:
                    sys.exit(f"gate: nothing was counted for {contestant} {phase}")
                found[contestant, phase, part or "all"] = value
    return found


def read(path):
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file if line[0] != "#"]
    return {tuple(words[:3]): float(words[3]) for words in lines}


def write(path, found):
    with open(path, "w", encoding="ascii") as file:
        file.write("# Guest instructions for a page: written by UPDATE=1 tests/bench/gate\n")
        for key, value in found.items():
            file.write(f"{' '.join(key)} {value:.0f}\n")


def compare(found, expected):
    failed = 0
    for key, value in found.items():
        was = expected.get(key)
        verdict = "new" if was is None else "good"
        if was is not None and value > was * ALLOWED + SLACK:
            verdict = "DEARER"
            failed += 1
        elif was is not None and value < was / ALLOWED - SLACK:
            verdict = "cheaper: record it"
        print(f"{key[0]:14} {key[1]:12} {key[2]:5} {value:8.0f} {was or 0:8.0f}  {verdict}")
    return failed


def least(of_folders):
    """What is done by the clock is done more often on a slow host, never less than needed."""
    return {key: min(found[key] for found in of_folders) for key in of_folders[0]}


def main():
    if sys.argv[1] == "update":
        write(sys.argv[2], found_in(sys.argv[3]))
        return 0
    found = least([found_in(folder) for folder in sys.argv[2:]])
    return 1 if compare(found, read(sys.argv[1])) else 0


if __name__ == "__main__":
    sys.exit(main())
