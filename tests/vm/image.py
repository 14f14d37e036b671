# SPDX-License-Identifier: Apache-2.0
"""An initramfs of files of this host: programs with the libraries that they need, in the "newc" form that
Documentation/driver-api/early-userspace/buffer-format.rst of the kernel describes."""

import os
import re
import stat
import subprocess

MERGED = ("bin", "sbin", "lib", "lib64")  # of a merged /usr


def below_usr(path):
    """Where a merged /usr has it."""
    first = path.lstrip("/").split("/", 1)[0]
    return "/usr" + path if first in MERGED else path


class Image:
    def __init__(self, prefix=""):
        self.prefix = prefix  # the folder that everything is put below
        self.entries = {}  # path: (mode, content)

    def add_folder(self, path):
        if path in ("", "/") or path in self.entries:
            return
        self.add_folder(os.path.dirname(path))
        self.entries[path] = (stat.S_IFDIR | 0o755, b"")

    def add_link(self, path, target):
        self.add_folder(os.path.dirname(path))
        self.entries[path] = (stat.S_IFLNK | 0o777, target.encode())

    def add_text(self, path, text, mode=0o755):
        self.add_folder(os.path.dirname(path))
        self.entries[path] = (stat.S_IFREG | mode, text.encode() if isinstance(text, str) else text)

    def add_merged_folders(self):
        for name in MERGED:
            self.add_folder("/usr/" + name)
            self.add_link("/" + name, "usr/" + name)

    def add_file(self, path):
        """A file of the host at its own place, and what its links lead to."""
        path = below_usr(path)
        if path in self.entries:
            return
        if os.path.islink(path):
            target = os.readlink(path)
            self.add_link(path, target)
            self.add_file(os.path.normpath(os.path.join(os.path.dirname(path), target)))
            return
        with open(path, "rb") as file:
            self.add_text(path, file.read(), stat.S_IMODE(os.stat(path).st_mode) | 0o444)

    def add_program(self, path, to=None, stripped=None):
        """With its libraries; `stripped` is a file that may be written over."""
        if to is None:
            self.add_file(path)
        else:
            subprocess.run(["strip", "-o", stripped, path], check=True)
            with open(stripped, "rb") as file:
                self.add_text(to, file.read())
            os.unlink(stripped)
        listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
        for library in re.findall(r"(/\S+) \(0x", listed):
            self.add_file(library)

    def bytes(self):
        out = bytearray()
        entries = {self.prefix + path: entry for path, entry in self.entries.items()}
        for number, (path, (mode, content)) in enumerate(sorted(entries.items()), 1):
            out += record(number, path.lstrip("/"), mode, content)
        return bytes(out)


def record(number, name, mode, content):
    name = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


TRAILER = record(0, "TRAILER!!!", 0, b"")
