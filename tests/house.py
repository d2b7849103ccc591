#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Do the arrows of src/ point down only, are there no circles between its files, and is each method
named by its own file and the table of methods alone?

usage: tests/house.py SRC LIBRARY...    the libraries that src/ is compiled into

A file needs the headers that it includes, and the files that define the symbols which it uses (as nm
tells): a header that several files share hides nothing, and makes no circle of them.
"""
import os
import re
import subprocess
import sys

# From the top down; a folder may need those behind it. cmd/ has folders of its own: a verb may need
# those behind it, and what lies in cmd/ itself serves them all but for the table of verbs.
FOLDERS = [
    "cmd/main", "cmd/describe_main", "cmd/verbs", "cmd/models", "cmd/inspect", "cmd/gain", "cmd/top", "cmd/show",
    "cmd/plan", "cmd/simulate", "cmd", "daemon", "client", "show", "steer", "undo", "sad", "sas",
    "predict", "plan", "place", "trace", "cli", "nic", "host", "view", "text", "bpf", "core",
]

# Not in the libraries: they have a main(), or are compiled for BPF.
PROGRAMS = ["cmd/main", "cmd/describe_main", "bpf"]

# The table of methods; a method's own files are those whose names begin as that which defines it. What
# these words mean in quotes elsewhere is a NIC's or the kernel's.
METHODS = "steer/method.c"
NO_METHODS_WORDS = ("cmd/", "cli/", "nic/", "bpf/")


def sources(src):
    """Each .c and .h file below src, as its path there."""
    for folder, _, names in os.walk(src):
        for name in names:
            if name.endswith((".c", ".h")):
                yield os.path.relpath(os.path.join(folder, name), src)


def folder(path):
    """The folder in FOLDERS that a file belongs to; of cmd/ its own ones come first."""
    parts = os.path.splitext(path)[0].split("/")
    for n in range(len(parts), 0, -1):
        if "/".join(parts[:n]) in FOLDERS:
            return "/".join(parts[:n])
    sys.exit(f"src/{path}: its folder has no place in the house; see FOLDERS in tests/house.py")


def includes(src, path, paths):
    with open(os.path.join(src, path), encoding="utf-8") as file:
        return paths.intersection(re.findall(r'^#include "([^"]+)"', file.read(), re.MULTILINE))


def symbols(library, objects):
    """What the objects of a library define and what they use: two lists of (symbol, file)."""
    out = subprocess.run(["nm", library], check=True, capture_output=True, text=True).stdout
    defined, used, here = [], [], None
    for line in out.splitlines():
        if line.endswith(":"):
            here = objects.get(os.path.basename(line[:-1]))
        elif here and (found := re.match(r"\S* +([A-Z]) (\S+)$", line)):
            (used if found[1] == "U" else defined).append((found[2], here))
    return defined, used


def needs(src, libraries):
    """file -> the set of files that it needs."""
    paths = set(sources(src))
    compiled = {path for path in paths if path.endswith(".c")}
    objects = {path.replace("/", "_") + ".o": path for path in compiled}
    found = {path: includes(src, path, paths) for path in paths}
    where, used = {}, []
    for library in libraries:
        defined, wanted = symbols(library, objects)
        where.update(defined)
        used += wanted
    missing = {path for path in compiled - set(where.values()) if folder(path) not in PROGRAMS}
    if missing:
        sys.exit(f"no symbols of {', '.join(sorted(missing))} in {' '.join(libraries)}")
    for symbol, path in used:
        if symbol in where:
            found[path].add(where[symbol])
    return found


def upward(graph):
    """Arrows that lead to what is not below."""
    for path, others in sorted(graph.items()):
        for other in sorted(others):
            if FOLDERS.index(folder(other)) < FOLDERS.index(folder(path)):
                yield f"src/{path} needs src/{other}, which is above it"


def circles(graph):
    """Sets of two or more files each of which needs all others, if not directly (Tarjan)."""
    number, low, stack, done = {}, {}, [], []

    def visit(name):
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in graph[name]:
            if other not in number:
                visit(other)
            if other in stack:
                low[name] = min(low[name], low[other])
        if low[name] == number[name]:
            circle = set()
            while name not in circle:
                circle.add(stack.pop())
            if len(circle) > 1:
                done.append(circle)

    sys.setrecursionlimit(10000)
    for name in sorted(graph):
        if name not in number:
            visit(name)
    return done


def wrong(graph):
    yield from upward(graph)
    for circle in circles(graph):
        yield "a circle: " + ", ".join(sorted(circle))


def method_files(src):
    """name -> the beginning of the names of its own files: "rss" -> "steer/rss"."""
    with open(os.path.join(src, METHODS), encoding="utf-8") as file:
        names = re.findall(r"&method_(\w+)", file.read())
    own = {}
    for path in sources(src):
        with open(os.path.join(src, path), encoding="utf-8") as file:
            for name in re.findall(r"^const struct method method_(\w+) = ", file.read(), re.MULTILINE):
                own[name] = os.path.splitext(path)[0]
    if not names or not set(own) <= set(names):
        sys.exit(f"src/{METHODS} has the methods {names}, and these are defined: {own}")
    return own


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def named(src):
    """Where code or what it says names a method, but by itself: the others are to ask for traits."""
    own = method_files(src)
    any_of = "|".join(own)
    words = re.compile(rf"\b(?:methods? [\"*`]*(?:{any_of})|(?:{any_of}) method|method_(?:{any_of}))\b"
                       rf"|--method[ =](?:{any_of})\b|method_find\(\"", re.IGNORECASE)
    quoted = re.compile(rf'"(?:{any_of})"')
    for path in sorted(set(sources(src)) - {METHODS}):
        with open(os.path.join(src, path), encoding="utf-8") as file:
            for number, line in enumerate(without_comments(file.read()).split("\n"), 1):
                also = [] if path.startswith(NO_METHODS_WORDS) else quoted.findall(line)
                for found in words.findall(line) + also:
                    name = re.findall(any_of, found) or [""]
                    if not path.startswith(own.get(name[0], path + "/")):
                        yield f"src/{path}:{number}: {found}: methods are asked for traits, not for names"


def main():
    graph = needs(sys.argv[1], sys.argv[2:])
    said = [*wrong(graph), *named(sys.argv[1])]
    print("\n".join(said) if said else f"{len(graph)} files")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
