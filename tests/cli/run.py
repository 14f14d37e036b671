#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs command-line tests: text files of commands and what they print.

    tests/cli/run.py PROGRAM FILE.test...

In a .test file, what is not indented is prose for the reader. A block that is indented by four spaces is a command,
and what it must do:

    $ doorman scn
    ! doorman: `scn` is no verb
    [2]

`$ ` is a command for bash, `> ` goes on with it; then come the lines of standard output, the lines of standard error
with `! ` before them, and the exit code in brackets unless it is 0. An output line without a line feed at its end has
` (no line feed)` after it; an empty last line is `(an empty line)`. The commands of one file run in order in one fresh folder, with nothing of the caller's
environment but PATH, in a window of 80 columns; `doorman` is PROGRAM, $TESTS the folder of tests.

A line `needs: PROGRAM...` at the top has the file skipped, aloud, where one of these is not installed (exit code 77).
ACCEPT=1 in the environment writes what came into the files instead: read it before you commit it.
"""
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

INDENT = "    "
SKIPPED = 77
TIMEOUT_SECONDS = 120
TESTS = pathlib.Path(__file__).resolve().parent.parent


def parse(text):
    """The file as prose lines (str) and steps (command, wanted lines). Empty lines within output belong to it."""
    parts, step, empty = [], None, 0
    for line in text.splitlines():
        if step and not line.strip():
            empty += 1
            continue
        goes_on = step and line.startswith(INDENT) and not line.startswith(INDENT + "$ ")
        if goes_on and line.startswith(INDENT + "> ") and not step[1]:
            step[0].append(line[len(INDENT) + 2:])
            continue
        if goes_on:
            step[1].extend([""] * empty + [line[len(INDENT):]])
        else:
            parts.extend([""] * empty)
            step = ([line[len(INDENT) + 2:]], []) if line.startswith(INDENT + "$ ") else None
            parts.append(step or line)
        empty = 0
    return parts


def lines_of(stream, prefix):
    if not stream:
        return []
    text = stream.decode("utf-8", "backslashreplace")
    ended = text.endswith("\n")
    lines = [prefix + line for line in text.removesuffix("\n").split("\n")]
    if not ended:
        lines[-1] += " (no line feed)"
    elif lines[-1] == "":
        lines[-1] = "(an empty line)"
    return lines


def run(command, folder, environment):
    done = subprocess.run(["bash", "-c", "\n".join(command)], cwd=folder, env=environment, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS, check=False)
    code = [] if done.returncode == 0 else [f"[{done.returncode}]"]
    return lines_of(done.stdout, "") + lines_of(done.stderr, "! ") + code


def environment_for(folder, program):
    tools = folder / "bin"
    tools.mkdir()
    (tools / "doorman").symlink_to(program)
    home = folder / "home"
    home.mkdir()
    kept = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
    return kept | {
        "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"),
        "DOORMAN_STATE_DIR": str(home / "state"), "DOORMAN_CONFIG": "/dev/null",
        "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "80", "TESTS": str(TESTS),
    }


def missing_tool(text):
    match = re.search(r"^needs: (.*)$", text, re.MULTILINE)
    names = match.group(1).split() if match else []
    return next((name for name in names if not shutil.which(name)), None)


def block(lines):
    return "".join(f"{INDENT}{line}\n" if line else "\n" for line in lines)


def check(file, program):
    """Runs one file; the number of steps that went wrong."""
    parts = parse(file.read_text())
    wrong, rewritten = 0, ""
    with tempfile.TemporaryDirectory(prefix="doorman-cli-") as scratch:
        root = pathlib.Path(scratch)
        environment = environment_for(root, program)
        work = root / "work"
        work.mkdir()
        for part in parts:
            if isinstance(part, str):
                rewritten += part + "\n"
                continue
            command, wanted = part
            got = run(command, work, environment)
            shown = ["$ " + command[0]] + ["> " + more for more in command[1:]]
            rewritten += block(shown + got)
            if got != wanted:
                wrong += 1
                if "ACCEPT" not in os.environ:
                    differences = difflib.unified_diff(wanted, got, "wanted", "got", lineterm="")
                    print(f"{file}:\n{block(shown)}" + "\n".join(differences) + "\n")
    if "ACCEPT" in os.environ:
        file.write_text(rewritten)
        return 0
    return wrong


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    program = pathlib.Path(sys.argv[1]).resolve()
    wrong, skipped = 0, 0
    for name in sys.argv[2:]:
        file = pathlib.Path(name)
        missing = missing_tool(file.read_text())
        if missing:
            print(f"{file}: skipped, there is no {missing} here")
            skipped += 1
            continue
        steps_wrong = check(file, program)
        wrong += steps_wrong
        print(f"{file}: {'ok' if steps_wrong == 0 else f'{steps_wrong} wrong'}")
    if wrong:
        return 1
    return SKIPPED if skipped == len(sys.argv) - 2 else 0


if __name__ == "__main__":
    sys.exit(main())
