#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes what vswapctl who reads in binary: pagemap of a process, or places of slots.

who.py pagemap FILE PAGE=TYPE:SLOT... ; a TYPE of "here" is a page in memory
who.py places FILE SLOT=KIND:NUMBER:BYTES...
"""
import struct
import sys

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
        else:
            out.seek(int(at) * 4)
            out.write(struct.pack("=BBH", *map(int, parts)))
