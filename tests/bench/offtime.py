#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The longest sections with preemption or interrupts off.

        offtime.py locks SYMBOLS                ranges for the plugin
        offtime.py table FOLDER SYMBOLS VERSION LINES
"""
import glob
import re
import sys

from attribute import Symbols, read_phases

WHAT = {"preempt": "preemption", "irq": "interrupts"}

# What begins in these begins where they were called.
LOCKS = re.compile(r"^(_raw_(spin|read|write)_(try)?lock\w*|raw_spin_rq_lock\w*"
                   r"|preempt_count_add|__local_bh_disable_ip)$")

# Of vswap-offtime.c: what is off, in which function, for how many instructions; in none of its own
# where a function of the kernel's turns it off. Those around the loop, and the way into an
# interrupt's handler, are more.
KNOWN = [("preempt", "offtime_preempt", 200000), ("irq", "offtime_irq", 300000),
         ("preempt", "offtime_nested", 400000), ("preempt", "offtime_raw_irqsave", 500000),
         ("irq", "offtime_raw_irqsave", 500000), ("preempt", "offtime_spinlock", 600000),
         ("preempt", None, 650000), ("irq", None, 650000)]
MORE = 1.02
# Of all sections, lest the longest are among those that were lost.
MOST_LOST = 1e-3


def read_marks(path):
    """Of each phase a list of (what, place, modules, sections, longest, sum, lost), and all."""
    with open(path, encoding="ascii") as file:
        sections = []
        for line in file:
            words = line.split()
            if words[0] == "end":
                yield sections, int(words[1])
                sections = []
            else:
                sections.append((words[0], int(words[1], 16), *map(int, words[2:])))


def is_known(section, known, symbols):
    """Whether it is that one."""
    what, place, modules, nr, longest, *_ = section
    name, module = symbols.lookup(place)
    return (what == known[0] and modules == nr == 1 and
            (name if module == "vswap_offtime" else None) == known[1] and
            known[2] <= longest <= known[2] * MORE)


def check_known(sections, symbols, version):
    """Whether the known sections were found, each as long as it is, and no other as long."""
    left = [section for section in sections if section[4] >= KNOWN[0][2]]
    for known in KNOWN:
        if "-rt-" in version and known[1] == "offtime_spinlock":
            continue
        found = [section for section in left if is_known(section, known, symbols)]
        if len(found) != 1:
            sys.exit(f"of {known} was found {found}, of {left}")
        left.remove(found[0])
        print(f"known: {WHAT[known[0]]}, {known[1] or 'called'}, {known[2]:,}: "
              f"found {found[0][4]:,}")
    if left:
        sys.exit(f"what isn't there was found: {left}")


def add_up(phases, marks):
    """{contestant: {"instructions": n, what: {(place, modules): [sections, longest, sum, lost]}}}"""
    result = {}
    for (words, _), (sections, executed) in zip(phases, marks, strict=True):
        one = result.setdefault(words[0], {"instructions": 0, "preempt": {}, "irq": {}})
        one["instructions"] += executed
        for what, place, modules, nr, longest, total, lost in sections:
            known = one[what].setdefault((place, modules), [0, 0, 0, 0])
            known[0] += nr
            known[1] = max(known[1], longest)
            known[2] += total
            known[3] += lost
    return result


def check_lost(result):
    """Whether what is known of each contestant is all that there was."""
    for name, one in result.items():
        for what, places in one.items():
            if what not in WHAT:
                continue
            sections, lost = (sum(values[i] for values in places.values()) for i in (0, 3))
            if lost > sections * MOST_LOST:
                sys.exit(f"{name}, {WHAT[what]}: {lost} sections lost, of {sections}")


def name_of(place, symbols):
    """For the table."""
    name, module = symbols.lookup(place)
    return f"`{name}`" + (f" of {module}" if module else "")


def longest(places, own):
    """(instructions, place) of all, or of those in which a module's code ran."""
    found = [(values[1], place) for (place, modules), values in places.items()
             if modules or not own]
    return max(found, default=(0, 0))


def row(name, what, one, symbols):
    """Of the table."""
    places = one[what]
    sections, spent, lost = (sum(values[i] for values in places.values()) for i in (0, 2, 3))
    cells = [name, WHAT[what], f"{sections:,}", f"{lost:,}",
             f"{100 * spent / one['instructions']:.1f}"]
    for own in (False, True):
        instructions, place = longest(places, own)
        cells += [f"{instructions:,}", name_of(place, symbols) if place else "-"]
    print("| " + " | ".join(cells) + " |")


def print_places(places, symbols, lines):
    """The longest, for who looks for them."""
    for (place, modules), (nr, most, total, lost) in sorted(
            places.items(), key=lambda item: -item[1][1])[:lines]:
        name, module = symbols.lookup(place)
        print(f"    {most:8} {nr:8} {total / max(nr, 1):8.0f} {lost:6} "
              f"{'module' if modules else '      '} {name} {module} {place:x}")


def print_table(folder, symbols_path, version, lines):
    symbols = Symbols(symbols_path, *sorted(glob.glob(folder + "/modules.*")))
    marks = read_marks(folder + "/marks")
    check_known(next(marks)[0], symbols, version)
    result = add_up(read_phases(folder + "/output.log"), marks)
    check_lost(result)
    print("| | off | sections | lost | % of all | longest | begins in "
          "| with a module's code | begins in |")
    print("|-|-|-|-|-|-|-|-|-|")
    for what in WHAT:
        for name, one in result.items():
            row(name, what, one, symbols)
    for name, one in result.items():
        for what, title in WHAT.items():
            if lines:
                print(f"\n{name}, {title}: longest, sections, mean, lost")
                print_places(one[what], symbols, lines)


def main():
    if sys.argv[1] == "locks":
        for start, end in Symbols(sys.argv[2]).ranges(LOCKS):
            print(f"{start:x} {end:x}")
    else:
        print_table(*sys.argv[2:5], int(sys.argv[5]))


main()
