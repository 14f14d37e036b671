#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `doorman up` learns of images beside what the kernel tells: libraries that programs map, and what is remembered.

    tests/e2e/history_test.py DOORMAN DEED

Needs root, podman, runc and a kernel that lets the guard work; skipped aloud elsewhere. Only one guard can be at work on a
machine, so these tests run alone.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import uuid

import images
from guards import BUSYBOX, GuardTest, wait_for

SLEEP = "/bin/sleep"


def libraries(program):
    """The files that the loader gives a program, the loader too, by the paths that it names."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True)
    return re.findall(r"(/\S+) \(0x", told.stdout)


class Up(GuardTest):
    @classmethod
    def setUpClass(cls):
        cls.libraries = libraries(SLEEP)
        if not cls.libraries:
            raise unittest.SkipTest(SLEEP + " is no dynamic program here")
        cls.c_library = next(path for path in cls.libraries if "/libc.so" in path)[1:]
        super().setUpClass()

    @classmethod
    def make_image(cls):
        """A dynamic program whose libraries a package brought, and one package of which nothing is used."""
        members = [images.folder(name) for name in ("bin", "etc", "tmp", "proc", "sys", "dev", "run")]
        members += [("bin/busybox", pathlib.Path(BUSYBOX).read_bytes(), 0o755), images.link("bin/sh", "busybox"),
                    images.link("bin/true", "busybox"), ("bin/dynamic", pathlib.Path(SLEEP).read_bytes(), 0o755)]
        members += [(path[1:], pathlib.Path(path).read_bytes(), 0o755) for path in cls.libraries]
        info = "var/lib/dpkg/info/"
        members += [("etc/os-release", images.OS_RELEASE), ("etc/unique", uuid.uuid4().hex),
                    ("var/lib/dpkg/status", images.stanza("libc6", "2.36-9") + images.stanza("unused", "1-1")),
                    (info + "libc6.list", "/.\n" + "".join(path + "\n" for path in cls.libraries)),
                    (info + "unused.list", "/.\n/usr/lib/libunused.so.1\n")]
        return images.Image(images.tar(members), settings={"Env": ["PATH=/bin"]})

    def up(self):
        return self.guard(verb="up")

    def packages_in_use(self):
        return {use["purl"].split("/")[-1].split("@")[0]: use for use in self.tell("show", self.engine.image_id).get("in_use", [])}

    def test_a_package_whose_library_is_mapped_is_in_use(self):
        self.up()
        with self.running("/bin/dynamic", "600") as name:
            use = wait_for(lambda: self.packages_in_use().get("libc6"), "the library", 90)
            self.assertEqual(use["how"], "mapped")
            self.assertIn(use["path"], [path[1:] for path in self.libraries])
            self.assertNotIn("unused", self.packages_in_use())
            mapped = self.tell("events", "--kind", "mapped")
            self.assertEqual({event["container.name"] for event in mapped}, {name})
            paths = [event["mapped.path"] for event in mapped]
            self.assertIn("/" + self.c_library, paths)
            self.assertEqual(len(paths), len(set(paths)))

    def test_a_library_that_the_container_wrote_is_not_the_images(self):
        self.up()
        changed = "/" + self.c_library
        with self.running("/bin/sh", "-c", f"/bin/busybox cp {changed} /tmp/x; /bin/busybox mv /tmp/x {changed}; exec /bin/dynamic 600"):
            wait_for(lambda: self.packages_in_use().get("libc6"), "the loader", 90)
            self.assertNotEqual(self.packages_in_use()["libc6"]["path"], self.c_library)

    def dead_container(self):
        """The name of one that ended with 7 and is in the history."""
        name = "dead-" + uuid.uuid4().hex[:8]
        self.assertEqual(self.run_in("/bin/sh", "-c", "/bin/true; exit 7", name=name).returncode, 7)
        wait_for(lambda: b"dead-" in (self.state / "history.db").read_bytes(), "the history", 60)
        return name

    def test_what_the_log_has_forgotten_is_remembered(self):
        guard = self.up()
        name = self.dead_container()
        self.assertEqual(guard.end(), 0)
        known = self.tell("show", name)
        shutil.rmtree(self.state / "events")
        page = self.tell("show", name)
        self.assertEqual(page["image"]["digest"], self.engine.image_id)
        [container] = [each for each in page["containers"] if each.get("name") == name]
        self.assertEqual((container["engine"], container["exit_code"], container["is_there"]), ("podman", 7, False))
        self.assertIn("ended", container)
        self.assertIn("/bin/busybox", [program["path"] for program in page["programs"]])
        self.assertEqual([(each["path"], each["count"]) for each in page["programs"]],
                         [(each["path"], each["count"]) for each in known["programs"]])
        self.assertEqual(len(known["containers"]), len(page["containers"]))
        [listed] = [each for each in self.tell("ls")["images"] if each["digest"] == self.engine.image_id]
        self.assertIn("last_used", listed)

    def test_a_history_that_is_damaged_stops_nothing(self):
        (self.state / "history.db").write_bytes(b"x" * 9000)
        guard = self.up()
        name = self.dead_container()
        self.assertEqual((self.state / "history.db.bad").stat().st_size, 9000)
        self.assertEqual(guard.said().count(b"history.db.bad"), 1)
        self.assertEqual(guard.end(), 0)
        self.assertEqual(self.tell("show", name)["image"]["digest"], self.engine.image_id)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
