#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is told of the images of this host, with real containers of podman: ls, show, scan running, status; and of containerd.

    tests/e2e/images_test.py DOORMAN

Needs root, podman and runc; skipped aloud elsewhere. Other images and containers of the machine are left alone.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import uuid

import engines
import images
import podman
import servers

DOORMAN = pathlib.Path(sys.argv[1]).resolve()


class ImagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        podman.need_containers()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="images-test"))
        cls.name = f"localhost/images-test-{uuid.uuid4().hex[:12]}:1"
        cls.old, cls.new = (cls.load(number) for number in (1, 2))
        cls.containers = []

    @classmethod
    def load(cls, number):
        return podman.load(cls.folder / f"{number}.tar", ["sleep"],
                           [("etc/unique", cls.name + str(number)), ("etc/os-release", images.OS_RELEASE)])

    @classmethod
    def tearDownClass(cls):
        for container in cls.containers:
            subprocess.run(["podman", "rm", "-f", "-t", "0", container], capture_output=True)
        for image in (cls.old, cls.new):
            subprocess.run(["podman", "rmi", "-f", image], capture_output=True)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.state = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        subprocess.run(["podman", "tag", self.old, self.name], check=True, capture_output=True)

    def doorman(self, *words, code=(0,)):
        done = subprocess.run([DOORMAN, *words, "--state-dir", self.state], capture_output=True, text=True, timeout=300)
        self.assertIn(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def told(self, *words, **more):
        return json.loads(self.doorman(*words, "--format", "json", **more))

    def of(self, digest):
        found = [image for image in self.told("ls")["images"] if image["digest"] == "sha256:" + digest]
        self.assertEqual(len(found), 1)
        return found[0]

    def start(self):
        name = "images-test-" + uuid.uuid4().hex[:12]
        self.containers.append(name)
        subprocess.run(["podman", "--runtime", "runc", "run", "-d", *podman.LIMITS, "--name", name, self.name, "sleep", "600"],
                       check=True, capture_output=True, text=True)
        return name

    def stop(self, name):
        subprocess.run(["podman", "rm", "-f", "-t", "0", name], check=True, capture_output=True)

    def opened(self, *words):
        """The reports of `scan running`, and what it opened."""
        trace = self.state / "trace"
        # Nobody looks for leaks in a process that is traced.
        done = subprocess.run(["strace", "-f", "-E", "ASAN_OPTIONS=detect_leaks=0", "-e", "trace=openat,open", "-o", trace, DOORMAN, "scan", "running", "--policy", "none",
                               "--state-dir", self.state, "--format", "json", "--no-progress", *words], capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        return json.loads(done.stdout)["reports"], trace.read_text(errors="replace")

    def test_the_life_of_an_image(self):
        self.assertEqual(self.of(self.old)["state"], "unused")
        name = self.start()
        running = self.of(self.old)
        self.assertEqual((running["state"], running["running"]), ("running", [name]))
        self.assertFalse(running["scanned"])
        subprocess.run(["podman", "tag", self.new, self.name], check=True, capture_output=True)
        stale = self.of(self.old)
        self.assertEqual((stale["state"], stale["replaced_by"]), ("stale", "sha256:" + self.new))
        self.stop(name)
        self.assertEqual(self.of(self.old)["state"], "superseded")
        self.assertEqual(self.of(self.new)["state"], "unused")

    def test_what_runs_is_scanned_once_and_then_told_without_reading_a_layer(self):
        first, second = self.start(), self.start()
        reports = self.told("scan", "running", "--policy", "none", "--no-progress", code=(0, 2))["reports"]
        mine = [report for report in reports if report["digest"] == "sha256:" + self.old]
        self.assertEqual([report["target"] for report in mine], [self.name])
        self.assertTrue(self.of(self.old)["scanned"])
        if shutil.which("strace"):
            self.assertIn('/diff"', self.opened("--no-cache")[1])
            again, opened = self.opened()
            self.assertNotIn('/diff"', opened)
            self.assertEqual([each for each in again if each["digest"] == mine[0]["digest"]], mine)
        else:
            print("strace is not installed: that no layer is read is not checked", file=sys.stderr)
        for named in (first, self.name, self.old[:12], "sha256:" + self.old):
            page = self.told("show", named)
            self.assertEqual(page["image"]["digest"], "sha256:" + self.old)
            self.assertEqual(sorted(page["image"]["running"]), sorted([first, second]))
            self.assertEqual(page["scan"]["programs"], 1)
        self.stop(first)
        self.stop(second)

    def test_status(self):
        name = self.start()
        status = self.told("status")
        self.assertFalse(status["guard"]["running"])
        self.assertGreaterEqual(status["images"]["here"], 2)
        self.assertGreaterEqual(status["containers"]["running"], 1)
        self.assertIn("podman", [door["engine"] for door in status["doors"]])
        self.stop(name)


class ContainerdTest(unittest.TestCase):
    def test_what_runs_is_scanned_in_containerds_store(self):
        podman.need_containers()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="images-test"))
        self.addCleanup(servers.remove_folder, folder)
        engine = engines.Containerd(folder)
        members = [images.folder(name) for name in ("bin", "proc", "sys", "dev")]
        members += [("bin/busybox", pathlib.Path(podman.BUSYBOX).read_bytes(), 0o755), ("unique", str(folder)), images.link("bin/sleep", "busybox")]
        state = ["--state-dir", folder / "state", "--format", "json"]
        with engine.started():
            engine.take(images.Image(images.tar(members), settings={"Env": ["PATH=/bin"]}))
            with engine.running("sleep", "600"):
                subprocess.run([DOORMAN, "scan", "running", "--quiet", *state], stdout=subprocess.DEVNULL, timeout=300)
                here = json.loads(servers.run(DOORMAN, "ls", *state))["images"]
        mine = [image for image in here if image["digest"] == engine.image_id]
        self.assertEqual([(image["names"], image["state"], image["scanned"]) for image in mine], [([engine.reference], "running", True)])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
