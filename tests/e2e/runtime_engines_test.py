#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`doorman runtime install` for docker and containerd, and containers of real ones through the door.

    tests/e2e/runtime_engines_test.py DOORMAN

Needs root; each test skips aloud what is not installed. /etc of this machine stays as it is: doorman gets another one.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import images
import servers
from servers import need

DOORMAN = pathlib.Path(sys.argv[1]).resolve()
RUNTIME = DOORMAN.with_name("doorman-runtime")
NET_RAW = 13
BUSYBOX = pathlib.Path("/bin/busybox")
RULES = """
- harden: All
  condition: container.id exists
  set: {no_new_privileges: true, drop_capabilities: [NET_RAW]}
- rule: Privileged
  desc: d
  condition: container.privileged = true
  output: "%container.image asks for all"
  priority: ERROR
  source: admission
  action: deny
"""


class EnginesTest(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("not root")
        if not BUSYBOX.exists():
            self.skipTest("not installed: busybox-static")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="door"))
        self.addCleanup(servers.remove_folder, self.folder)
        self.etc = self.folder / "etc"
        self.state = self.folder / "state"
        for folder in (self.etc, self.state):
            folder.mkdir()
        (self.folder / "rules.yaml").write_text(RULES)
        self.environment = {**os.environ, "DOORMAN_STATE_DIR": str(self.state), "DOORMAN_RULES": str(self.folder / "rules.yaml")}

    def doorman(self, *words):
        """With the folder of this test as /etc."""
        script = 'mount --bind "$1" /etc && shift && exec "$@"'
        return subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", self.etc, DOORMAN, *words], capture_output=True, text=True, timeout=60)

    def image(self):
        members = [images.folder(name) for name in ("bin", "etc", "proc", "sys", "dev", "tmp")]
        members += [("bin/busybox", BUSYBOX.read_bytes(), 0o755), *(images.link(f"bin/{name}", "busybox") for name in ("sh", "cat", "true", "sleep"))]
        made = images.Image(images.tar(members), settings={"Env": ["PATH=/bin"]})
        reference = f"localhost/door-{uuid.uuid4().hex[:12]}:1"
        archive = self.folder / "image.tar"
        archive.write_bytes(made.docker_archive(reference))
        return reference, archive

    def told(self):
        return [json.loads(line) for line in (self.state / "admission.log").read_text().splitlines()]

    def test_docker(self):
        need("dockerd", "docker", "runc")
        (self.etc / "docker").mkdir()
        settings = self.etc / "docker/daemon.json"
        settings.write_text('{ "debug": false }')
        ended = self.doorman("runtime", "install", "docker", "--default")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("systemctl reload docker", ended.stdout)
        reference, archive = self.image()
        with servers.docker_daemon(self.folder, "overlay2", ["--config-file", str(settings)], env=self.environment) as path:
            docker = ["docker", "-H", "unix://" + path]
            self.assertIn("doorman", servers.run(*docker, "info", "-f", "{{.DefaultRuntime}}"))
            servers.run(*docker, "load", "-i", str(archive))
            run = [*docker, "run", "--rm", "--pull", "never", "--network", "none"]
            name = f"door-{uuid.uuid4().hex[:8]}"
            status = servers.run(*run, "--name", name, reference, "cat", "/proc/self/status")
            self.assertIn("NoNewPrivs:\t1", status)
            refused = subprocess.run([*run, "--privileged", reference, "true"], capture_output=True, text=True, timeout=60)
            self.assertIn(f"Privileged: {reference} asks for all", refused.stderr)
            self.assertEqual(servers.run(*run, "--runtime", "runc", reference, "cat", "/proc/self/status").count("NoNewPrivs:\t0"), 1)
        self.assertEqual([entry["admission.verdict"] for entry in self.told()], ["allow", "deny"])
        self.assertEqual((self.told()[0]["container.name"], self.told()[0]["container.type"]), (name, "docker"))
        self.assertEqual(self.doorman("runtime", "remove", "docker").returncode, 0)
        self.assertEqual(settings.read_text(), '{ "debug": false }')

    def test_the_rest_of_a_life_with_docker(self):
        need("dockerd", "docker", "runc")
        reference, archive = self.image()
        with servers.docker_daemon(self.folder, "overlay2", ["--add-runtime", f"doorman={RUNTIME}"], env=self.environment) as path:
            docker = ["docker", "-H", "unix://" + path]
            servers.run(*docker, "load", "-i", str(archive))
            servers.run(*docker, "run", "-d", "--name", "life", "--pull", "never", "--network", "none", "--runtime", "doorman", "--health-cmd", "true",
                        "--health-interval", "1s", reference, "sh", "-c", "echo up; sleep 600")
            self.assertEqual(servers.run(*docker, "exec", "life", "sh", "-c", "echo inside"), "inside\n")
            self.assertEqual(servers.run(*docker, "exec", "-t", "life", "sh", "-c", "test -t 0 && echo tty").strip(), "tty")
            servers.run(*docker, "pause", "life")
            servers.run(*docker, "unpause", "life")
            servers.run(*docker, "restart", "-t", "0", "life")
            self.assertEqual(servers.run(*docker, "logs", "life"), "up\nup\n")
            state = [*docker, "inspect", "-f", "{{.State.Health.Status}}", "life"]
            for _ in range(100):
                if servers.run(*state).strip() == "healthy":
                    break
                time.sleep(0.2)
            self.assertEqual(servers.run(*state).strip(), "healthy")
            servers.run(*docker, "rm", "-f", "life")
        self.assertEqual([entry["admission.verdict"] for entry in self.told()], ["allow", "allow"])

    def test_the_rest_of_a_life_with_containerd(self):
        need("containerd", "ctr", "runc")
        reference, archive = self.image()
        with servers.containerd(self.folder, env=self.environment) as path:
            ctr = ["ctr", "-a", path]
            servers.run(*ctr, "image", "import", str(archive))
            name = f"life-{uuid.uuid4().hex[:8]}"
            servers.run(*ctr, "run", "-d", "--runc-binary", str(RUNTIME), reference, name, "sleep", "600")
            self.assertEqual(servers.run(*ctr, "task", "exec", "--exec-id", "more", name, "sh", "-c", "echo inside"), "inside\n")
            servers.run(*ctr, "task", "pause", name)
            self.assertIn("PAUSED", servers.run(*ctr, "task", "ls"))
            servers.run(*ctr, "task", "resume", name)
            self.assertIn("RUNNING", servers.run(*ctr, "task", "ls"))
            servers.run(*ctr, "task", "rm", "-f", name)
            servers.run(*ctr, "container", "rm", name)
        self.assertEqual([entry["admission.verdict"] for entry in self.told()], ["allow"])

    def test_docker_scans_at_the_door(self):
        need("dockerd", "docker", "runc")
        self.environment |= {"DOORMAN_UNSCANNED": "scan", "DOCKER_HOST": f"unix://{self.folder}/docker.sock"}
        reference, archive = self.image()
        with servers.docker_daemon(self.folder, "overlay2", ["--add-runtime", f"doorman={RUNTIME}"], env=self.environment) as path:
            docker = ["docker", "-H", "unix://" + path]
            servers.run(*docker, "load", "-i", str(archive))
            servers.run(*docker, "run", "--rm", "--pull", "never", "--network", "none", "--runtime", "doorman", reference, "true")
        self.assertEqual([(entry["admission.verdict"], entry["image.scanned"]) for entry in self.told()], [("allow", True)])

    def test_containerd(self):
        need("containerd", "ctr", "runc")
        (self.etc / "containerd").mkdir()
        settings = self.etc / "containerd/config.toml"
        before = subprocess.run(["containerd", "config", "default"], capture_output=True, text=True, check=True).stdout
        settings.write_text(before)
        ended = self.doorman("runtime", "install", "containerd", "--default")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("systemctl restart containerd", ended.stdout)
        dump = subprocess.run(["containerd", "--config", settings, "config", "dump"], capture_output=True, text=True, check=True).stdout
        self.assertRegex(dump, r'default_runtime_name = .doorman.')
        self.assertRegex(dump, rf'BinaryName = .{RUNTIME}.')
        reference, archive = self.image()
        with servers.containerd(self.folder, ["--config", str(settings)], env=self.environment) as path:
            ctr = ["ctr", "-a", path]
            servers.run(*ctr, "image", "import", str(archive))
            run = [*ctr, "run", "--rm", "--runc-binary", str(RUNTIME)]
            # ctr may lose what is written just before the end.
            status = servers.run(*run, reference, f"a-{uuid.uuid4().hex[:8]}", "sh", "-c", "cat /proc/self/status; sleep 1")
            bounding = int(status.split("CapBnd:\t")[1].split()[0], 16)
            self.assertEqual((bounding >> NET_RAW & 1, bounding & 1), (0, 1))
            refused = subprocess.run([*run, "--privileged", reference, f"b-{uuid.uuid4().hex[:8]}", "true"], capture_output=True, text=True, timeout=60)
            self.assertIn("Privileged:", refused.stderr)
        self.assertEqual([(entry["admission.verdict"], entry["container.type"]) for entry in self.told()], [("allow", "containerd"), ("deny", "containerd")])
        self.assertEqual(self.doorman("runtime", "remove", "containerd").returncode, 0)
        self.assertEqual(settings.read_text(), before)

    def test_containerd_scans_at_the_door(self):
        need("containerd", "ctr", "runc")
        self.environment |= {"DOORMAN_UNSCANNED": "scan"}
        reference, archive = self.image()
        with servers.containerd(self.folder, env=self.environment) as path:
            ctr = ["ctr", "-a", path, "-n", "doors"]
            servers.run(*ctr, "image", "import", str(archive))
            servers.run(*ctr, "run", "--rm", "--runc-binary", str(RUNTIME), reference, f"a-{uuid.uuid4().hex[:8]}", "true")
        self.assertEqual([(entry["admission.verdict"], entry["image.scanned"]) for entry in self.told()], [("allow", True)])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
