#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""dpkg's, npm's and PyPI's own lists of the bench image equal doorman's, package by package.

$DOORMAN names the program, $DOORMAN_BENCH_IMAGE the folder that bench/image.py made; root is needed for chroot."""
import json
import os
import re
import subprocess
import unittest
from pathlib import Path

DOORMAN = os.environ["DOORMAN"]
IMAGE = os.environ.get("DOORMAN_BENCH_IMAGE")


@unittest.skipUnless(IMAGE and os.geteuid() == 0, "set DOORMAN_BENCH_IMAGE to the folder of bench/image.py, as root")
class Lists(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.root = Path(IMAGE) / "rootfs"
        output = subprocess.run([DOORMAN, "scan", Path(IMAGE) / "big-gzip.tar", "-f", "json", "-q", "--all"], check=True,
                                stdout=subprocess.PIPE).stdout
        cls.report = json.loads(output)["reports"][0]

    def ours(self, kind, within=""):
        """(name, version) of what is installed below a folder."""
        return sorted({(package["name"], package["version"]) for package in self.report["packages"]
                       if package["type"] == kind and package["evidence"] == "installed"
                       and any(path.startswith(within) for path in package["paths"])})

    def run_in_image(self, *command):
        return subprocess.run(["chroot", self.root, *command], check=True, stdout=subprocess.PIPE).stdout.decode()

    def test_dpkg(self):
        listed = self.run_in_image("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}\n")
        theirs = sorted({tuple(line.split()[1:]) for line in listed.splitlines() if line.startswith("installed ")})
        self.assertGreater(len(theirs), 500)
        self.assertEqual(self.ours("deb"), theirs)

    def test_npm(self):
        listed = subprocess.run(["npm", "ls", "--all", "--parseable", "--long"], cwd=self.root / "srv/app",
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
        theirs = set()
        for line in listed.splitlines()[1:]:
            # PATH:NAME@VERSION[:FLAG]; npm writes an alias as NAME@npm:REAL@VERSION
            identity = line.split(":", 1)[1].replace("npm:", "")
            name, version = re.fullmatch(r"(@?[^@:]+)@(?:@?[^@:]+@)?([^:]+)(?::.*)?", identity).groups()
            real = re.fullmatch(r"@?[^@:]+@(@?[^@:]+)@[^:]+(?::.*)?", identity)
            theirs.add((real.group(1) if real else name, version))
        self.assertGreater(len(theirs), 1500)
        self.assertEqual(self.ours("npm", "srv/app/"), sorted(theirs))

    def test_pypi(self):
        listed = json.loads(self.run_in_image("python3", "-m", "pip", "list", "--format", "json",
                                              "--disable-pip-version-check"))
        def normal(name):
            return re.sub(r"[-_.]+", "-", name).lower()
        theirs = sorted({(normal(package["name"]), package["version"]) for package in listed})
        self.assertGreater(len(theirs), 25)
        self.assertEqual(self.ours("pypi"), theirs)


if __name__ == "__main__":
    unittest.main()
