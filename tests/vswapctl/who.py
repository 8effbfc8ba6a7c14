#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes what vswapctl reads in binary: pagemap or memory of a process, or places of slots.

who.py pagemap FILE PAGE=TYPE:SLOT... ; a TYPE of "here" is a page in memory
who.py places FILE SLOT=KIND:NUMBER:BYTES...
who.py mem FILE PAGE=WHAT:COUNT... ; COUNT pages of zero, one word, half noise, or noise
"""
import random
import struct
import sys

noise = random.Random(1)
pages = {
    "zero": lambda: bytes(4096),
    "word": lambda: b"SECRET12" * 512,
    "half": lambda: noise.randbytes(2048) + b"SECRET12" * 256,
    "noise": lambda: noise.randbytes(4096),
}
what, path, items = sys.argv[1], sys.argv[2], sys.argv[3:]
with open(path, "wb") as out:
    for item in items:
        at, value = item.split("=")
        parts = value.split(":")
        if what == "pagemap":
            out.seek(int(at) * 8)
            if parts[0] == "here":
                out.write(struct.pack("=Q", 1 << 63 | int(parts[1])))
            else:
                out.write(struct.pack("=Q", 1 << 62 | int(parts[1]) << 5 | int(parts[0])))
        elif what == "mem":
            out.seek(int(at) * 4096)
            out.write(b"".join(pages[parts[0]]() for _ in range(int(parts[1]))))
        else:
            out.seek(int(at) * 4)
            out.write(struct.pack("=BBH", *map(int, parts)))
