# SPDX-License-Identifier: GPL-2.0
"""What tests/bench/guest/compare measured, one sample for each phase of each run."""
import os
import statistics

import attribute

ORDER = ["none", "plain", "vswap-ssd", "zram", "vswap-zswap", "vswap-direct", "zswap",
         "vswap-zswap-ssd", "vswap-unpacked"]


class Sample:
    """One phase."""

    def __init__(self, words, numbers, parts, round_number, after_zswap):
        self.contestant, self.workload, self.phase = words
        self.numbers, self.parts = numbers, parts
        self.total = sum(parts.values())
        self.round, self.after_zswap = round_number, after_zswap
        # Whether the probe of latencies was on, which takes instructions as well.
        self.probed = "faults" in numbers

    def out(self):
        """Pages evicted: to the pool of the kernel's own zswap they aren't in pswpout."""
        numbers = self.numbers
        return numbers["pswpout"] + numbers["zswpout"] - numbers["zswpwb"]

    def into(self):
        """Pages read back."""
        return self.numbers["pswpin"] + self.numbers["zswpin"]


def numbers_of(words):
    """What a line "phase CONTESTANT WORKLOAD PHASE NAME=NUMBER..." says."""
    return {name: int(value) for name, value in (word.split("=") for word in words[4:])}


class Samples:
    """All of one kernel."""

    def __init__(self, folder):
        self.folder = folder
        self.found, self.idle, self.memory, self.rounds = {}, {}, {}, 0
        self.gave_up, self.removal = {}, {}
        self.after_zswap, self.symbols, self.timed_round = False, None, 0
        self.marks = iter(())
        self.blocks = attribute.read_blocks(folder + "/blocks")
        with open(folder + "/log", encoding="ascii", errors="replace") as file:
            for line in file:
                self.take(line.split())
        # What the others of guest/ found; the gate has no need of it.
        self.take_file("memory.log", self.take_memory)
        self.take_file("real.log", self.take_timed)
        self.take_file("removal.log", self.take_removal)
        for name in ("hot", "slow", "desktop", "spill"):
            if os.path.exists(f"{folder}/{name}.marks"):
                self.marks = attribute.read_marks(f"{folder}/{name}.marks")
                self.take_file(name + ".log", self.take_timed)

    def take_file(self, name, take):
        """The lines of another log, if there is one."""
        if os.path.exists(f"{self.folder}/{name}"):
            with open(f"{self.folder}/{name}", encoding="ascii", errors="replace") as file:
                for line in file:
                    take(line.split())

    def take(self, words):
        """A line of the log."""
        if not words:
            return
        if words[0] == "round":
            self.rounds = int(words[1])
        elif words[0] == "modules":
            self.symbols = attribute.Symbols(self.folder + "/symbols",
                                             f"{self.folder}/modules.{words[1]}")
        elif words[0] == "phase":
            self.take_phase(words)
        elif words[0] == "gave-up":
            self.take_gave_up(words)

    def take_gave_up(self, words):
        """What the OOM killer ended."""
        key = tuple(words[1:3])
        self.gave_up[key] = self.gave_up.get(key, 0) + 1

    def take_removal(self, words):
        """A line of tests/bench/removal: CONTESTANT CELL... SECONDS SECONDS-OF-CPU PAGES."""
        if words and words[0] in ("vswap", "plain"):
            seconds = self.removal.setdefault((words[0], " ".join(words[1:-3])), [])
            seconds.append(float(words[-3]))

    def take_memory(self, words):
        """A line of the log of guest/memory."""
        if words and words[0] == "idle":
            self.idle.setdefault(words[1], []).append([int(word) for word in words[2:]])
        elif words and words[0] == "memory":
            self.memory.setdefault((words[1], words[2]), []).append(
                [int(word) for word in words[3:]])

    def take_timed(self, words):
        """A line of the log of guest/real or guest/timed: no instructions by function there."""
        if words and words[0] == "round":
            self.timed_round = int(words[1])
        elif words and words[0] == "gave-up":
            self.take_gave_up(words)
        elif words and words[0] == "phase":
            sample = Sample(words[1:4], numbers_of(words), {}, self.timed_round, True)
            sample.total = next(self.marks, 0)
            self.found.setdefault(tuple(words[1:4]), []).append(sample)

    def take_phase(self, words):
        blocks = next(self.blocks)
        self.after_zswap = self.after_zswap or words[1] == "zswap"
        numbers = numbers_of(words)
        parts = attribute.by_part(attribute.by_function(blocks, self.symbols))
        sample = Sample(words[1:4], numbers, parts, self.rounds, self.after_zswap)
        key = (sample.contestant, sample.workload, sample.phase)
        self.found.setdefault(key, []).append(sample)

    def all(self, contestant, workload, phase):
        return self.found.get((contestant, workload, phase), [])

    def counted(self, contestant, workload, phase):
        """Those whose instructions are the ones to compare: see guest/compare."""
        found = self.all(contestant, workload, phase)
        before = [sample for sample in found if not sample.after_zswap]
        if contestant != "zswap":
            return before
        return [sample for sample in found if not sample.probed] or found

    def instructions(self, contestant, workload, phase, part=None):
        """Median; None where nothing was measured."""
        found = self.counted(contestant, workload, phase)
        return median(sample.parts[part] if part else sample.total for sample in found)

    def per_page(self, contestant, workload, phase, part=None):
        found = self.counted(contestant, workload, phase)
        return median((sample.parts[part] if part else sample.total) / sample.numbers["pages"]
                      for sample in found)

    def number(self, contestant, workload, phase, name):
        return median(sample.numbers[name] for sample in self.all(contestant, workload, phase)
                      if name in sample.numbers)

    def by_round(self, contestant, workload, phases, name="ns"):
        """{round: sum over the phases}, of rounds that have them all"""
        values = {}
        for phase in phases:
            for sample in self.all(contestant, workload, phase):
                values.setdefault(sample.round, []).append(sample.numbers.get(name, 0))
        return {nr: sum(of) for nr, of in values.items() if len(of) == len(phases)}

    def ratios(self, contestant, other, workload, phases, name="ns"):
        """How much OTHER takes for each of CONTESTANT, round by round."""
        mine = self.by_round(contestant, workload, phases, name)
        theirs = self.by_round(other, workload, phases, name)
        return [theirs[nr] / mine[nr] for nr in mine if nr in theirs and mine[nr]]

    def differences(self, workload):
        """By how many percent the instructions of a phase differ between rounds, at most
        and typically; of phases of some size."""
        found = []
        for (contestant, name, phase), there in self.found.items():
            totals = [one.total for one in self.counted(contestant, name, phase)]
            if name == workload and len(totals) > 1 and totals[0] > 50e6 and there:
                found.append((max(totals) - min(totals)) * 100 / statistics.median(totals))
        return (max(found), statistics.median(found)) if found else None

    def contestants(self, workload):
        there = {key[0] for key in self.found if key[1] == workload}
        return [name for name in ORDER if name in there]


def median(values):
    values = list(values)
    return statistics.median(values) if values else None


def quartiles(values):
    low, _, high = statistics.quantiles(values, n=4)
    return low, high


def spread(values):
    """Half of the distance between the quartiles, in percent of the median."""
    values = list(values)
    if len(values) < 4:
        return None
    low, middle, high = statistics.quantiles(values, n=4)
    return (high - low) / 2 * 100 / middle if middle else 0
