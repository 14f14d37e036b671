#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the map below is the architecture, and this test holds the source to it.

    tests/layers_test.py [SOURCE_FOLDER]

Each mistake is printed as file:line: message, and any of them fails the test.
"""
import fnmatch
import pathlib
import re
import sys

PARSERS = ["parse/advisory", "parse/binary", "parse/container", "parse/event", "parse/image", "parse/package",
           "parse/secret", "parse/wire"]

# Room: the rooms that it may include, besides itself. A room with a line of its own inside another (parse/package)
# is one too: what it may include of its parent is said here like everything else.
MAP = {
    "base": [],
    "net": ["base"],
    "kern": ["base"],
    "model": ["base"],
    "parse/binary": ["base", "model"],
    "parse/package": ["base", "model", "parse/binary"],
    "parse/image": ["base", "model"],
    "parse/advisory": ["base", "model"],
    "parse/container": ["base", "model"],
    "parse/event": ["base", "model"],
    "parse/secret": ["base", "model"],
    "parse/wire": ["base", "model"],
    "derive": ["base", "model"],
    "policy": ["base", "model"],
    "store": ["base", "model"],
    "source": ["base", "net", "kern", "model", *PARSERS],
    "action": ["base", "net", "kern", "model"],
    "sink": ["base", "net", "model"],
    "app/cli": ["base", "model"],
    "app": ["base", "net", "kern", "model", *PARSERS, "derive", "policy", "store", "source", "action", "sink", "app/cli"],
}

# Library header: the files that may include it, besides tests, which make their inputs with it. A library is wrapped
# once, and its types do not travel.
LIBRARIES = {
    "curl/": ["net/curl_library.h"],
    "openssl/": ["base/*.cc"],
    "sqlite3.h": ["base/*.cc"],
    "simdjson.h": ["base/*.cc"],
    "yaml.h": ["base/*.cc"],
    "xxhash.h": ["base/*.cc"],
    "zstd": ["base/*.cc"],
    "isa-l": ["base/*.cc"],
    "re2/": ["base/*.cc"],
    "hs/": ["base/*.cc"],
    "bpf/": ["kern/*.cc", "kern/skeleton.h"],
    "skeletons/": ["kern/*.cc"],
}

# Headers that stand beside src, as the kernel programs include them too: the files of src that may.
SHARED = {
    "bpf/event.h": ["parse/event/*.cc", "kern/drift_programs.cc", "kern/*_test.cc"],
    "bpf/maps.h": ["kern/*.cc", "action/*_test.cc"],
    "bpf/flow_maps.h": ["kern/*.cc"],
    "bpf/calls.h": ["kern/*.cc"],
}

# Headers of tests/ that *_test.cc files use.
TEST_HEADERS = pathlib.Path(__file__).resolve().parent

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def room_of(path):
    """The innermost room that holds the path, or None."""
    rooms = [room for room in MAP if path.startswith(room + "/")]
    return max(rooms, key=len, default=None)


def check_quoted(path, included, files, is_test):
    if included in SHARED:
        if any(fnmatch.fnmatch(path, place) for place in SHARED[included]):
            return None
        return f"{included} is read in {' and '.join(SHARED[included])} alone"
    if included not in files:
        if is_test and (TEST_HEADERS / included).is_file():
            return None
        return f'"{included}" is no file of src; includes are written from there: "room/file.h"'
    room, other = room_of(path), room_of(included)
    if other == room or other in MAP[room]:
        return None
    return f"{room} may not include {other} ({included})"


def check_library(path, included, is_test):
    if is_test:
        return None
    for prefix, places in LIBRARIES.items():
        if included.startswith(prefix) and not any(fnmatch.fnmatch(path, place) for place in places):
            return f"<{included}> is wrapped in {' and '.join(places)}: include the wrapper"
    return None


def cycles(graph):
    """Every cycle that a depth-first walk finds, as a list of nodes."""
    found, done, trail = [], set(), []

    def visit(node):
        if node in done:
            return
        if node in trail:
            found.append(trail[trail.index(node):] + [node])
            return
        trail.append(node)
        for other in sorted(graph.get(node, ())):
            visit(other)
        trail.pop()
        done.add(node)

    for node in sorted(graph):
        visit(node)
    return found


def check(files):
    """The mistakes in `files`, a map of paths below src to their text."""
    mistakes, graph = [], {}
    for path, text in sorted(files.items()):
        if room_of(path) is None:
            mistakes.append(f"{path}:1: stands in no room of the map")
            continue
        is_test = path.endswith("_test.cc")
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, included = match.groups()
            wrong = (check_quoted(path, included, files, is_test) if quote == '"'
                     else check_library(path, included, is_test))
            if wrong:
                mistakes.append(f"{path}:{number}: {wrong}")
            if quote == '"' and included in files:
                graph.setdefault(path, set()).add(included)
    for cycle in cycles(graph):
        mistakes.append(f"{cycle[0]}:1: includes itself: " + " -> ".join(cycle))
    return mistakes


def check_this_test():
    """Each rule must be able to fail."""
    def first(**files):
        named = {path.replace("__", "/").replace("_dot_", "."): text for path, text in files.items()}
        return (check(named) + ["nothing"])[0]

    text_h = {"base__text_dot_h": ""}
    assert first(**text_h) == "nothing"
    assert first(model__a_dot_cc='#include "base/text.h"', **text_h) == "nothing"
    assert "base may not include model" in first(base__a_dot_cc='#include "model/a.h"', model__a_dot_h="")
    assert "parse/package may not include parse/image" in first(
        parse__package__a_dot_cc='#include "parse/image/a.h"', parse__image__a_dot_h="")
    assert "app/cli may not include app" in first(app__cli__a_dot_cc='#include "app/scan.h"', app__scan_dot_h="")
    assert "is no file of src" in first(base__a_dot_cc='#include "text.h"', **text_h)
    assert "base/a.cc:2: " in first(base__a_dot_cc='\n # include "gone.h"')
    assert "in no room" in first(util__a_dot_h="")
    assert "is wrapped in base/" in first(model__a_dot_cc="#include <openssl/evp.h>")
    assert "is wrapped in base/" in first(base__a_dot_h="#include <zstd.h>")
    assert first(base__a_dot_cc="#include <zstd.h>") == "nothing"
    assert first(model__a_test_dot_cc="#include <zstd.h>") == "nothing"
    assert first(parse__event__a_dot_cc='#include "bpf/event.h"') == "nothing"
    assert "alone" in first(derive__a_dot_cc='#include "bpf/event.h"')
    assert "includes itself: base/a.h -> base/b.h -> base/a.h" in first(
        base__a_dot_h='#include "base/b.h"', base__b_dot_h='#include "base/a.h"')


def main():
    check_this_test()
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TEST_HEADERS.parent / "src")
    files = {str(file.relative_to(source)): file.read_text(errors="replace")
             for file in source.rglob("*") if file.suffix in (".h", ".cc", ".def")}
    mistakes = check(files)
    for mistake in mistakes:
        print(f"src/{mistake}")
    print(f"{len(files)} files, {len(mistakes)} mistakes")
    return 1 if mistakes or not files else 0


if __name__ == "__main__":
    sys.exit(main())
