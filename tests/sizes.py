#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Has no function of src/ more than 40 lines, and no file more than 400?

usage: tests/sizes.py SRC

A function counts from the first line of its head to the brace that ends it, both in the first column, as
the kernel's style has them. A comment before it does not count.
"""
import os
import re
import sys

from house import sources

FUNCTION, FILE = 40, 400

# What is still larger: a file, or a file and the name of a function in it. The test fails too when one
# of these is no longer: then it is to be taken out here, for the list only shrinks.
LARGER = [
]


def name_of(head):
    """Of a function, by what stands before its body."""
    words = re.findall(r"(\w+) ?\(", head)
    return next((word for word in words if word not in ("__attribute__", "format", "SEC")), head)


def functions(lines):
    """Name and number of lines of each function."""
    head, body = None, False
    for number, line in enumerate(lines):
        if line == "{":
            body = True
        elif line == "}" and body:
            yield name_of("\n".join(lines[head:number])), number - head + 1
            head, body = None, False
        elif not body and (not line or line.startswith(("#", "//")) or line.endswith((";", "}", "*/", "\\"))):
            head = None
        elif not body and head is None:
            head = number


def larger(src):
    """(what, how many lines) of each that is too large."""
    for path in sorted(sources(src)):
        with open(os.path.join(src, path), encoding="utf-8") as file:
            lines = file.read().splitlines()
        if len(lines) > FILE:
            yield path, len(lines)
        for name, size in functions(lines):
            if size > FUNCTION:
                yield f"{path} {name}", size


def main():
    found = dict(larger(sys.argv[1]))
    said = [f"src/{what}: {size} lines" for what, size in found.items() if what not in LARGER]
    said += [f"{what} is small enough now: take it out of LARGER" for what in LARGER if what not in found]
    print("\n".join(said) if said else f"{len(LARGER)} known exceptions")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
