# SPDX-License-Identifier: Apache-2.0
"""What the tests of the guard share: a guard at work, and an engine with an image in which doorman_deed does what a test wants done.

A test program of these is called with DOORMAN and DEED, the paths of the two programs.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import engines
import images
import servers

DOORMAN, DEED = sys.argv[1:3]
BUSYBOX = "/bin/busybox"
LOADER = "/lib64/ld-linux-x86-64.so.2"
SHADOW = "Credentials read in a container"
DRIFT = "Program that is not the image's"
FLOW = "Connection that is new to the image"
PACKAGE = "pkg:deb/debian/deed@1"
DPKG_STATUS = "Package: deed\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"
DPKG_LIST = "/.\n/usr\n/usr/bin\n/usr/bin/deed\n/etc\n/etc/shadow\n"


def pins():
    return pathlib.Path("/sys/fs/bpf/doorman")


def wait_for(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


class Guard:
    """A guard at work, with its alerts."""

    def __init__(self, state, *options, verb="guard"):
        self.out = open(state / f"alerts-{uuid.uuid4()}", "w+b")
        self.err = open(state / f"said-{uuid.uuid4()}", "w+b")
        self.process = subprocess.Popen([DOORMAN, verb, "--state-dir", str(state), "--format", "json", *options],
                                        stdout=self.out, stderr=self.err)
        wait_for(lambda: b"guarding" in self.said() or self.process.poll() is not None, "the guard", 60)

    @staticmethod
    def content(file):
        return pathlib.Path(file.name).read_bytes()

    def said(self):
        return self.content(self.err)

    def alerts(self, rule=None):
        lines = [line for line in self.content(self.out).splitlines(keepends=True) if line.endswith(b"\n")]
        told = [json.loads(line) for line in lines]
        return [alert for alert in told if rule in (None, alert["rule"])]

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(30)
        return self.process.returncode

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.end()
        self.out.close()
        self.err.close()


class GuardTest(unittest.TestCase):
    engine_type = engines.Podman

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("not root")
        if not os.path.exists(BUSYBOX):
            raise unittest.SkipTest("not installed: busybox-static")
        checked = subprocess.run([DOORMAN, "guard", "--check"], capture_output=True, text=True)
        if checked.returncode != 0:
            raise unittest.SkipTest("the guard cannot work here:\n" + checked.stdout)
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="guard-test"))
        cls.addClassCleanup(servers.remove_folder, cls.folder)
        cls.engine = cls.engine_type(cls.folder)
        cls.enterClassContext(cls.engine.started())
        cls.engine.take(cls.make_image())
        cls.addClassCleanup(cls.engine.forget)

    @classmethod
    def make_image(cls):
        members = [images.folder(name) for name in ("bin", "etc", "tmp", "proc", "sys", "dev", "run", "lib64")]
        members += [("bin/busybox", pathlib.Path(BUSYBOX).read_bytes(), 0o755), ("bin/deed", pathlib.Path(DEED).read_bytes(), 0o755),
                    ("etc/shadow", "root:*:1:::::\n", 0o600), ("etc/passwd", "root:x:0:0::/:/bin/sh\n"), ("etc/hosts.x", "x")]
        members += [("etc/os-release", "ID=debian\nVERSION_ID=12\n"), ("var/lib/dpkg/status", DPKG_STATUS), ("var/lib/dpkg/info/deed.list", DPKG_LIST)]
        members += [images.link(f"bin/{name}", "busybox") for name in ("sh", "cp", "chmod", "mv", "true", "sleep", "cat", "rm", "ln", "mkdir")]
        if os.path.exists(LOADER):
            members.append((LOADER[1:], pathlib.Path(LOADER).read_bytes(), 0o755))
        return images.Image(images.tar(members), settings={"Env": ["PATH=/bin"]})

    def setUp(self):
        self.state = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        self.guards = []

    def tearDown(self):
        for guard in self.guards:
            guard.close()
        subprocess.run([DOORMAN, "guard", "--remove"], capture_output=True)

    def guard(self, *options, **more):
        guard = Guard(self.state, *options, **more)
        self.guards.append(guard)
        self.assertIsNone(guard.process.poll(), guard.said())
        return guard

    def run_in(self, *words, **options):
        return self.engine.run(*words, **options)

    def running(self, *words, **options):
        return self.engine.running(*words, **options)

    def tell(self, verb, *options):
        """What a verb tells of the log, as JSON: one document, or the lines of events."""
        told = subprocess.run([DOORMAN, verb, "--state-dir", str(self.state), "--format", "json", *options], capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stderr)
        return [json.loads(line) for line in told.stdout.splitlines()] if verb == "events" else json.loads(told.stdout)
