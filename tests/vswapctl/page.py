#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What is to be true of a page of vswapctl record, and of a picture of it.

    page.py page FILE           it is XML, needs nothing else, and prints the data in it
    page.py text FILE           what it says, a line for each paragraph, item and row
    page.py picture FILE        its PNG has charts on it: many colours, not in one place
"""
import json
import re
import struct
import sys
import xml.etree.ElementTree as tree
import zlib

XHTML = '{http://www.w3.org/1999/xhtml}'


def parse(path):
    return tree.parse(path).getroot()


def page(path):
    text = open(path, encoding='utf-8').read()
    assert text.startswith('<!DOCTYPE html>\n'), text[:20]
    root = parse(path)
    for element in root.iter():
        for name, value in element.attrib.items():
            assert name not in ('src', 'href', 'srcset'), (element.tag, name)
            assert not name.startswith('on'), (element.tag, name)
    for style in root.iter(XHTML + 'style'):
        assert not re.search(r'url\(|@import', style.text)
    scripts = list(root.iter(XHTML + 'script'))
    assert len(scripts) == 2 and scripts[0].get('type') == 'application/json'
    json.dump(json.loads(scripts[0].text), sys.stdout)


def text(path):
    for element in parse(path).iter():
        if element.tag in [XHTML + name for name in ('pre', 'li', 'figcaption', 'h2', 'tr', 'title')]:
            print(' '.join(' '.join(element.itertext()).split()))


def unfilter(kind, line, before, width):
    for i in range(len(line)):
        left = line[i - width] if i >= width else 0
        corner = before[i - width] if i >= width else 0
        above = before[i]
        if kind == 1:
            line[i] = line[i] + left & 255
        elif kind == 2:
            line[i] = line[i] + above & 255
        elif kind == 3:
            line[i] = line[i] + (left + above) // 2 & 255
        elif kind == 4:
            guess = left + above - corner
            near = min((left, above, corner), key=lambda value: abs(guess - value))
            line[i] = line[i] + near & 255
    return line


def rows(path):
    """Lines of pixels of a PNG of 8 bits a colour, which is what Chromium writes."""
    data = open(path, 'rb').read()
    assert data[:8] == b'\x89PNG\r\n\x1a\n'
    at, packed = 8, b''
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b'IHDR':
            width, height, depth, colours = struct.unpack('>IIBB', body[:10])
            assert depth == 8 and colours in (2, 6)
        elif kind == b'IDAT':
            packed += body
        at += 12 + size
    bytes_each = 3 if colours == 2 else 4
    raw, before = zlib.decompress(packed), bytes(width * bytes_each)
    for y in range(height):
        start = y * (width * bytes_each + 1)
        line = bytearray(raw[start + 1:start + 1 + width * bytes_each])
        before = unfilter(raw[start], line, before, bytes_each)
        yield [bytes(before[x:x + 3]) for x in range(0, len(before), bytes_each)]


def picture(path):
    back, marked, colours, seen = None, 0, set(), 0
    for line in rows(path):
        back = back or line[0]
        seen += 1
        if any(pixel != back for pixel in line):
            marked += 1
        colours.update(line)
    assert marked > seen / 3, 'only %d of %d lines have anything' % (marked, seen)
    assert len(colours) > 30, 'only %d colours' % len(colours)
    print('#%02x%02x%02x' % tuple(back))


if __name__ == '__main__':
    globals()[sys.argv[1]](sys.argv[2])
