#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""doorman-runtime before bundles and state folders that are hostile, broken or changed by others meanwhile. The real runtime is a script that
tells the config.json which it was given, so neither an engine nor, for most of this, root is needed.

    tests/e2e/door_test.py DOORMAN
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

DOORMAN = pathlib.Path(sys.argv[1]).resolve()
RUNTIME = DOORMAN.with_name("doorman-runtime")
TOLD = """#!/bin/sh
while [ $# -gt 0 ]; do
  [ "$1" = --bundle ] && bundle=$2
  shift
done
exec cat "$bundle/config.json"
"""
RULES = """
- rule: Never
  desc: d
  condition: container.env[NEVER] exists
  output: never
  priority: ERROR
  source: admission
  action: deny
- break_glass: All
  condition: container.id exists
  rules: ['*']
"""
HARDENING = "- {harden: H, condition: container.id exists, set: {no_new_privileges: true, masked_paths: [/proc/keys]}}\n"


def config(*env, **members):
    return {"ociVersion": "1.0.2", "unknown": {"x": 1.5}, "root": {"path": "rootfs"},
            "process": {"user": {"uid": 0, "gid": 0}, "args": ["x"], "env": list(env), "cwd": "/"}, "linux": {}, **members}


class DoorTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="door-test"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.state = self.folder / "state"
        self.state.mkdir()
        self.real = self.folder / "real"
        self.real.write_text(TOLD)
        self.real.chmod(0o755)
        self.rules = self.folder / "rules.yaml"
        self.rules.write_text(RULES)

    def bundle(self, content=None, name="bundle"):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        if content is not None:
            (folder / "config.json").write_text(content if isinstance(content, str) else json.dumps(content))
        return folder

    def environment(self, **settings):
        return {"PATH": "/usr/bin:/bin", "DOORMAN_STATE_DIR": str(self.state), "DOORMAN_RUNTIME": str(self.real), "DOORMAN_RULES": str(self.rules),
                **{f"DOORMAN_{name}": value for name, value in settings.items()}}

    def command(self, bundle, container="abc"):
        return [RUNTIME, "create", "--bundle", str(bundle), container]

    def create(self, bundle, container="abc", timeout=60, **settings):
        return subprocess.run(self.command(bundle, container), env=self.environment(**settings), capture_output=True, text=True, timeout=timeout)

    def assert_refused(self, ended, reason):
        self.assertEqual(ended.returncode, 1, ended.stdout)
        self.assertIn("doorman: refused", ended.stderr)
        self.assertIn(reason, ended.stderr)

    def assert_started(self, ended):
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)

    def told(self, name="admission.log"):
        return [json.loads(line) for line in (self.state / name).read_text().splitlines()]


class Alone(DoorTest):
    def test_judges_without_doorman_beside_it(self):
        folder = self.folder / "alone"
        folder.mkdir()
        shutil.copy(RUNTIME, folder / "doorman-runtime")
        def create(bundle):
            command = [folder / "doorman-runtime", *self.command(bundle)[1:]]
            return subprocess.run(command, env=self.environment(), capture_output=True, text=True, timeout=60)
        self.assert_refused(create(self.bundle(config("NEVER=1"), "bad")), "Never: never")
        self.assertEqual(self.assert_started(create(self.bundle(config()))), config())


class Bundles(DoorTest):
    def test_that_are_huge(self):
        self.assert_refused(self.create(self.bundle(json.dumps(config()) + " " * (17 << 20))), "16777216 bytes")
        sparse = self.bundle(name="sparse")
        with open(sparse / "config.json", "wb") as file:
            file.truncate(1 << 40)
        began = time.monotonic()
        self.assert_refused(self.create(sparse), "bytes")
        self.assertLess(time.monotonic() - began, 20)

    def test_that_are_deep(self):
        for text in ("[" * 1_000_000, '{"a":' * 1_000_000, json.dumps(config())[:-1] + ',"x":' + "[" * 200 + "]" * 200 + "}"):
            self.assert_refused(self.create(self.bundle(text)), "JSON")

    def test_that_contradict_themselves(self):
        for more in ('"process":{}', '"PROCESS":{}', '"linux":null', '"\\u006cinux":{}'):
            self.assert_refused(self.create(self.bundle(json.dumps(config())[:-1] + "," + more + "}")), "twice")

    def test_that_are_no_files(self):
        fifo = self.bundle(name="fifo")
        os.mkfifo(fifo / "config.json")
        self.assert_refused(self.create(fifo), "no regular file")
        folder = self.bundle(name="folder")
        (folder / "config.json").mkdir()
        self.assert_refused(self.create(folder), "no regular file")
        device = self.bundle(name="device")
        (device / "config.json").symlink_to("/dev/zero")
        self.assert_refused(self.create(device), "no regular file")
        self.assert_refused(self.create(self.folder / "nowhere"), "No such file")

    def test_behind_links(self):
        real = self.bundle(config())
        link = self.folder / "link"
        link.symlink_to(real)
        self.assertEqual(self.assert_started(self.create(link)), config())
        of_link = self.bundle(name="of-link")
        (of_link / "config.json").symlink_to(real / "config.json")
        self.assertEqual(self.assert_started(self.create(of_link)), config())
        self.rules.write_text(RULES + HARDENING)
        self.assert_refused(self.create(of_link), "cannot be hardened")
        self.assertTrue((of_link / "config.json").is_symlink())
        self.assertEqual(json.loads((real / "config.json").read_text()), config())
        self.assertTrue(self.assert_started(self.create(link))["process"]["noNewPrivileges"])

    def test_of_two_engines_with_the_same_id(self):
        good, bad = self.bundle(config(), "good"), self.bundle(config("NEVER=1"), "bad")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            ended = list(pool.map(lambda number: self.create((good, bad)[number % 2]), range(16)))
        self.assertEqual([each.returncode for each in ended], [0, 1] * 8)
        self.assertEqual(sorted((entry["admission.verdict"], entry["admission.bundle"]) for entry in self.told()),
                         [("allow", str(good))] * 8 + [("deny", str(bad))] * 8)


class Hardened(DoorTest):
    def setUp(self):
        super().setUp()
        self.rules.write_text(RULES + HARDENING)

    def hardened(self):
        made = config()
        made["process"]["noNewPrivileges"] = True
        made["linux"] = {"maskedPaths": ["/proc/keys"]}
        return made

    def test_what_is_not_known_stays_as_it_is(self):
        text = json.dumps(config(), indent=3).replace("1.5", "1.50")
        bundle = self.bundle(text)
        (bundle / "config.json").chmod(0o640)
        ended = self.create(bundle)
        self.assertEqual(self.assert_started(ended), self.hardened())
        self.assertEqual(set(text.splitlines()) - set(ended.stdout.splitlines()), {'   "process": {', '   "linux": {}'})
        self.assertEqual((bundle / "config.json").stat().st_mode & 0o777, 0o640)
        self.assertEqual([path.name for path in bundle.iterdir()], ["config.json"])
        self.assertEqual(self.create(bundle).stdout, ended.stdout, "again")
        self.assertNotIn("admission.changes", self.told()[1])

    def test_what_is_refused_is_not_touched(self):
        bundle = self.bundle(config("NEVER=1"))
        self.assert_refused(self.create(bundle), "Never: never")
        self.assertEqual(json.loads((bundle / "config.json").read_text()), config("NEVER=1"))

    def test_a_bundle_that_cannot_be_written_to(self):
        if os.geteuid() != 0:
            self.skipTest("not root")
        bundle = self.bundle(config())
        subprocess.run(["mount", "--bind", bundle, bundle], check=True)
        self.addCleanup(subprocess.run, ["umount", bundle])
        subprocess.run(["mount", "-o", "remount,bind,ro", bundle], check=True)
        self.assert_refused(self.create(bundle), "cannot be hardened")
        self.assertEqual(self.assert_started(self.create(bundle, ON_ERROR="allow")), config())
        self.assertIn("cannot be hardened", self.told()[-1]["admission.problem"])

    def test_somebody_who_changes_it_all_the_time(self):
        bundle, over = self.bundle(config()), threading.Event()
        texts = [json.dumps(config()), json.dumps(config("NEVER=1"))]

        def change():
            while not over.is_set():
                other = bundle / f"other-{random.random()}"
                other.write_text(random.choice(texts))
                other.rename(bundle / "config.json")

        changing = threading.Thread(target=change)
        changing.start()
        try:
            ended = [self.create(bundle) for _ in range(60)]
        finally:
            over.set()
            changing.join()
        reasons = {("Never" in each.stderr, "changed" in each.stderr) for each in ended if each.returncode != 0}
        self.assertTrue(reasons <= {(True, False), (False, True)}, [each.stderr for each in ended])
        for each in ended:
            if each.returncode == 0:
                json.loads(each.stdout)  # whole, whoever wrote it
        self.assertEqual([path.name for path in bundle.iterdir()], ["config.json"])

    def test_an_engine_that_dies_in_the_middle(self):
        for number in range(40):
            bundle = self.bundle(config(), f"bundle-{number}")
            running = subprocess.Popen(self.command(bundle), env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0, 0.03))
            running.send_signal(signal.SIGKILL)
            running.wait()
            self.assertIn(json.loads((bundle / "config.json").read_text()), (config(), self.hardened()))
            self.assertEqual(self.assert_started(self.create(bundle)), self.hardened())


class State(DoorTest):
    NOTE = {"annotations": {"io.doorman.break-glass": "disk is full"}}

    def assert_answers(self, kept=False):
        """The same answers as with a sound folder; glass is broken only where it can be kept."""
        self.assertEqual(self.assert_started(self.create(self.bundle(config()))), config())
        self.assert_refused(self.create(self.bundle(config("NEVER=1"))), "Never: never")
        broken = self.create(self.bundle(config("NEVER=1", **self.NOTE)))
        if kept:
            self.assert_started(broken)
            self.assertIn("BREAK-GLASS", broken.stderr)
        else:
            self.assert_refused(broken, "break-glass that cannot be kept")

    @contextlib.contextmanager
    def tmpfs(self, options):
        if os.geteuid() != 0:
            self.skipTest("not root")
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", self.state], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", self.state], check=True)

    def test_that_is_sound(self):
        self.assert_answers(kept=True)
        self.assertEqual(self.told("break-glass.log")[0]["admission.break_glass"]["reason"], "disk is full")

    def test_that_is_full(self):
        with self.tmpfs("mode=700,size=64k"):
            with contextlib.suppress(OSError), open(self.state / "filler", "wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
            self.assert_answers()

    def test_that_fills_up_in_the_middle_of_a_line(self):
        with self.tmpfs("mode=700,size=64k"):
            with contextlib.suppress(OSError), open(self.state / "admission.log", "ab", buffering=0) as file:
                file.write(b"x" * 4000)
                while True:
                    with open(self.state / "filler", "ab", buffering=0) as filler:
                        filler.write(b"x" * 4096)
            self.assert_answers()
            (self.state / "filler").unlink()
            self.assert_answers(kept=True)
            ended = subprocess.run([DOORMAN, "events", "--state-dir", self.state, "--format", "json"], capture_output=True, text=True, timeout=60)
            self.assertEqual([json.loads(line)["admission.verdict"] for line in ended.stdout.splitlines()][-3:], ["allow", "deny", "warn"])
            self.assertIn("could not be read", ended.stderr)

    def test_that_cannot_be_written_to(self):
        with self.tmpfs("mode=700,ro"):
            self.assert_answers()

    def test_that_is_no_folder(self):
        self.state.rmdir()
        self.state.write_text("")
        self.assert_answers()

    def test_whose_log_is_no_file(self):
        (self.state / "admission.log").mkdir()
        os.mkfifo(self.state / "break-glass.log")
        self.assert_answers()

    def test_that_is_locked_by_somebody_for_ever(self):
        with open(self.state / "admission.log", "w") as log:
            log.truncate(9 << 20)
        with subprocess.Popen(["flock", str(self.state), "sleep", "60"], start_new_session=True) as holding:
            try:
                time.sleep(0.2)
                self.assert_answers(kept=True)
                self.assertFalse((self.state / "admission.log.1").exists())
            finally:
                os.killpg(holding.pid, signal.SIGKILL)
        self.assert_answers(kept=True)
        self.assertTrue((self.state / "admission.log.1").exists())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
