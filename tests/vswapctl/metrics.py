#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Reads metrics as strictly as Prometheus' text format allows, and prints them as JSON.

	metrics.py FILE			{"name{label=\"x\"}": "value", ...}, in order
	metrics.py FILE STATS		besides compares them with vswapctl stats --json

What "promtool check metrics" asks of names, help and types is asked here too.
"""
import json
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? (-?[0-9]+)")
HELP = re.compile(rf"# HELP ({NAME}) ([^\\\n]+)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge)")


def parse(text):
    assert text.endswith("\n"), "no newline at the end"
    samples, seen, name, kind = {}, set(), None, None
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if line.startswith("#"):
            head, following = HELP.fullmatch(line), TYPE.fullmatch(next(lines))
            assert head and following and head[1] == following[1], line
            assert name is None or any(s.split("{")[0] == name for s in samples), f"{name}: no sample"
            name, kind = following[1], following[2]
            assert name not in seen, f"{name}: twice"
            seen.add(name)
            assert name.endswith("_total") == (kind == "counter"), f"{name}: a {kind}"
            assert not re.search(r"_(count|sum|bucket|pages)$", name), name
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample and sample[1] == name, line
        key = name + (sample[2] or "")
        assert key not in samples, f"{key}: twice"
        assert kind == "gauge" or not sample[3].startswith("-"), line
        samples[key] = sample[3]
    return samples


def compare(samples, stats):
    """By the rule that docs/monitoring.md states, for all numbers of the module."""
    wanted = set()
    groups = [("vswap_", "", stats)] + [
        ("vswap_backend_", f'{{backend="{b["name"]}"}}', b) for b in stats["backends"]]
    for prefix, label, values in groups:
        for key, value in values.items():
            if type(value) is not int:
                continue
            plain = re.sub("_pages$", "", key)
            bytes_name = prefix + (plain if plain.endswith("_bytes") else plain + "_bytes") + label
            for name, number in ((prefix + key + label, value), (prefix + key + "_total" + label, value),
                                 (bytes_name, value if key.endswith("_bytes") else value * 4096)):
                if name in samples:
                    assert int(samples[name]) == number, f"{name} is {samples[name]}, {key} is {value}"
                    wanted.add(name)
                    break
            else:
                assert key in ("free_pages", "backend_memory_bytes", "writeback_page_bytes"), f"no metric of {key}"
    others = {s for s in set(samples) - wanted
              if not re.match(r"vswap_(loaded|degraded|on|info|backend_info|backend_state)\b", s)}
    assert not others, f"of nothing: {others}"


if __name__ == "__main__":
    metrics = parse(open(sys.argv[1], encoding="utf-8").read())
    if len(sys.argv) > 2:
        compare(metrics, json.load(open(sys.argv[2], encoding="utf-8")))
    print(json.dumps(metrics))
