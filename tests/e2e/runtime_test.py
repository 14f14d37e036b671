#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""doorman-runtime in the place of runc, with real containers of podman.

    tests/e2e/runtime_test.py DOORMAN

Needs root, podman and runc; skipped aloud elsewhere.
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import podman

DOORMAN = pathlib.Path(sys.argv[1]).resolve()


class RuntimeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        podman.need_containers()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="runtime-test"))
        cls.rules_file = cls.folder / "rules.yaml"
        cls.runtime = DOORMAN.with_name("doorman-runtime")
        cls.image = f"localhost/runtime-test-{uuid.uuid4().hex[:12]}:1"
        cls.image_id = podman.load(cls.folder / "image.tar", ["sh", "true", "sleep", "cat", "echo"],
                                   [("etc/passwd", "root:x:0:0::/:/bin/sh\n")])
        subprocess.run(["podman", "tag", cls.image_id, cls.image], check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        subprocess.run(["podman", "rmi", "-f", cls.image], capture_output=True)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.state = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        self.settings()

    def settings(self, **variables):
        """Podman hands its own environment neither to conmon nor to the runtime, but these variables."""
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DOORMAN_STATE_DIR": str(self.state), **variables}
        listed = ", ".join(json.dumps(f"{name}={value}") for name, value in variables.items())
        (self.folder / "containers.conf").write_text(f"[engine]\nconmon_env_vars = [{listed}]\n")

    def podman(self, *words, runtime=None, check=False):
        return subprocess.run(["podman", "--runtime", str(runtime or self.runtime), *words], capture_output=True, text=True,
                              check=check, timeout=900, env={**os.environ, "CONTAINERS_CONF": str(self.folder / "containers.conf")})

    def run_in(self, *words, options=(), **more):
        return self.podman("run", "--rm", *podman.LIMITS, *options, self.image, *words, **more)

    def told(self):
        file = self.state / "admission.log"
        return [json.loads(line) for line in file.read_text().splitlines() if line] if file.exists() else []

    def rules(self, text, **variables):
        """Has these rules asked, besides the pack's own."""
        self.rules_file.write_text(text)
        self.settings(DOORMAN_RULES=str(self.rules_file), **variables)

    def events(self, *words):
        ended = subprocess.run([DOORMAN, "events", "--state-dir", str(self.state), "--format", "json", *words], capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def scanned(self, **facts):
        folder = self.state / "images/sha256"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.image_id}.json").write_text(json.dumps({"version": 1, "known_exploited": False, "runs_as_root": True,
                                                                  "packages": [], "programs": [], **facts}))


class Refused(RuntimeTest):
    def assert_refused(self, reason, options):
        ended = self.run_in("/bin/true", options=options)
        self.assertEqual(ended.returncode, 126, ended.stderr)
        self.assertIn("doorman: refused:", ended.stderr)
        self.assertIn(reason, ended.stderr)

    def test_with_the_reason_in_podmans_own_error(self):
        for reason, *options in (("Privileged container", "--privileged"),
                                 ("capabilities that bear on the host", "--cap-add", "SYS_ADMIN"),
                                 ("shares namespaces of the host", "--pid", "host"),
                                 ("shares namespaces of the host", "--ipc", "host"),
                                 ("write to folders of the host", "-v", "/:/host"),
                                 ("write to folders of the host", "-v", "/etc:/host"),
                                 ("devices of the host", "--device", "/dev/kmsg")):
            with self.subTest(options):
                self.assert_refused(reason, options)
        self.assertEqual({entry["admission.verdict"] for entry in self.told()}, {"deny"})
        self.assertEqual(self.podman("ps", "-a", "--filter", f"ancestor={self.image}", "-q").stdout, "", "nothing is left")

    def test_by_a_link_to_what_is_not_allowed(self):
        link = self.folder / f"link-{uuid.uuid4()}"
        link.symlink_to("/etc")
        self.assert_refused("write to folders of the host", ["-v", f"{link}:/host"])

    def test_the_socket_of_an_engine_under_another_name(self):
        import socket
        path = pathlib.Path("/run/balena-engine.sock")
        if path.exists():
            self.skipTest(f"{path} is in use")
        other = self.folder / "harmless"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            try:
                self.assert_refused("socket of a container engine", ["-v", f"{path}:/x"])
                try:
                    other.hardlink_to(path)
                except OSError:
                    return  # another file system
                self.assert_refused("socket of a container engine", ["-v", f"{other}:/x"])
            finally:
                path.unlink()

    def test_by_what_a_scan_found(self):
        self.scanned(worst="critical")
        self.assert_refused("Root in an image with a critical flaw", [])
        self.assertEqual(self.run_in("/bin/true", options=["--user", "1000"]).returncode, 0)
        self.scanned(worst="high")
        self.assertEqual(self.run_in("/bin/true").returncode, 0)

    def test_state_that_is_broken_is_what_the_setting_says(self):
        self.scanned()
        next((self.state / "images/sha256").iterdir()).write_text("{")
        self.assert_refused("cannot be decided", [])
        self.settings(DOORMAN_ON_ERROR="allow")
        self.assertEqual(self.run_in("/bin/true").returncode, 0)

    def test_rules_that_cannot_be_read(self):
        rules = self.folder / "bad.yaml"
        rules.write_text("- {rule: R, condition: nonsense, source: admission}\n")
        self.settings(DOORMAN_RULES=str(rules))
        self.assert_refused("--rules", [])
        self.settings(DOORMAN_RULES=str(rules), DOORMAN_ON_ERROR="allow")
        self.assertEqual(self.run_in("/bin/true").returncode, 0)
        self.assertIn("--rules", self.told()[-1]["admission.problem"])


class LetThrough(RuntimeTest):
    def test_an_alert_only_tells(self):
        ended = self.run_in("echo", "hello")
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "hello\n", ""))
        self.assertEqual([rule["rule"] for entry in self.told() for rule in entry["admission.rules"]], ["Image was never scanned"])

    def test_what_is_scanned_and_good_is_told_as_well(self):
        self.scanned()
        self.assertEqual(self.run_in("true", options=["--name", (name := f"good-{uuid.uuid4().hex[:8]}")]).returncode, 0)
        entry, = self.told()
        self.assertEqual((entry["admission.verdict"], entry["container.name"], entry["image.digest"]), ("allow", name, f"sha256:{self.image_id}"))
        self.assertNotIn("admission.rules", entry)

    def test_the_rest_of_a_life_is_as_without(self):
        name = f"life-{uuid.uuid4().hex[:8]}"
        try:
            self.podman("run", "-d", "--name", name, *podman.LIMITS, self.image, "sh", "-c", "echo up; sleep 600", check=True)
            self.assertEqual(self.podman("exec", name, "echo", "inside").stdout, "inside\n")
            self.assertEqual(self.podman("exec", name, "sh", "-c", "exit 7").returncode, 7)
            self.podman("pause", name, check=True)
            self.podman("unpause", name, check=True)
            self.podman("restart", "-t", "0", name, check=True)
            self.assertEqual(self.podman("logs", name).stdout, "up\nup\n")
            self.podman("stop", "-t", "0", name, check=True)
            self.podman("start", name, check=True)
        finally:
            self.assertEqual(self.podman("rm", "-f", "-t", "0", name).returncode, 0)

    def test_doorman_itself_under_the_name_of_the_runtime(self):
        link = self.folder / "doorman-runtime"
        link.symlink_to(DOORMAN)
        self.assertEqual(self.run_in("echo", "hello", runtime=link).stdout, "hello\n")
        self.assertIn("Privileged container", self.run_in("true", options=["--privileged"], runtime=link).stderr)

    def test_it_is_never_its_own_real_runtime(self):
        for program in (DOORMAN, self.runtime):
            for words in (["state", "x"], ["--root", "/nowhere", "delete", "x"]):
                ended = subprocess.run([self.runtime, *words], env={"DOORMAN_RUNTIME": str(program)}, capture_output=True, text=True, timeout=60)
                self.assertEqual(ended.returncode, 1)
                self.assertIn("the real runtime cannot be started", ended.stderr)

    def test_exit_codes_terminals_and_init(self):
        self.assertEqual(self.run_in("sh", "-c", "exit 3").returncode, 3)
        self.assertEqual(self.run_in("sh", "-c", "test -t 0 && echo tty", options=["-t"]).stdout.strip(), "tty")
        self.assertEqual(self.run_in("/nowhere").returncode, self.run_in("/nowhere", runtime="runc").returncode)

    def test_inits_health_checks_and_checkpoints(self):
        ended = self.run_in("true", options=["--init"])
        if "container-init binary not found" in ended.stderr:
            self.skipTest("not installed: catatonit")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        names = {runtime: f"life-{uuid.uuid4().hex[:8]}" for runtime in (self.runtime, "runc")}
        said = {}
        try:
            for runtime, name in names.items():
                self.podman("run", "-d", "--name", name, "--health-cmd", "true", "--health-interval", "disable", *podman.LIMITS, self.image, "sleep", "600",
                            runtime=runtime, check=True)
                self.assertEqual(self.podman("healthcheck", "run", name, runtime=runtime).returncode, 0)
                kept = self.podman("container", "checkpoint", name, runtime=runtime)
                said[runtime] = (kept.returncode, kept.stderr.replace(name, "NAME"))
        finally:
            self.podman("rm", "-f", "-t", "0", *names.values())
        self.assertEqual(said[self.runtime], said["runc"])

    def test_fifty_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            ended = list(pool.map(lambda number: self.run_in("echo", str(number)), range(50)))
        self.assertEqual([each.stdout for each in ended], [f"{number}\n" for number in range(50)], [each.stderr for each in ended if each.stderr])
        self.assertEqual(len(self.told()), 50)

    def test_what_it_costs(self):
        self.scanned()
        count = int(os.environ.get("DOORMAN_STARTS", "10"))
        took = {"runc": [], str(self.runtime): []}
        for _ in range(count):
            for runtime, times in took.items():
                began = time.perf_counter()
                self.assertEqual(self.run_in("true", runtime=runtime).returncode, 0)
                times.append((time.perf_counter() - began) * 1000)
        plain, judged = (statistics.median(times) for times in took.values())
        paired = statistics.median(b - a for a, b in zip(*took.values()))
        print(f"\npodman run: {plain:.1f} ms with runc, {judged:.1f} ms with doorman-runtime, "
              f"{paired:+.1f} ms the median of {count} pairs", file=sys.stderr)


class Hardened(RuntimeTest):
    ALL = """
- harden: Everything
  condition: not container.name startswith plain
  set:
    no_new_privileges: true
    drop_capabilities: {all_but: [CHOWN]}
    read_only_root: true
    read_only_paths: [/proc/sys/kernel]
    masked_paths: [/etc/passwd]
    user: '1000:1000'
    seccomp: default
"""

    def status(self, *options):
        """Of a process in the container, by its names in /proc/self/status; and the reason why nothing could be written."""
        ended = self.run_in("sh", "-c", "cat /proc/self/status; echo x > /tmp/x; cat /etc/passwd", options=options)
        return dict(line.split(":\t", 1) for line in ended.stdout.splitlines() if ":\t" in line), ended

    def test_the_container_has_what_the_policy_sets(self):
        self.rules(self.ALL)
        status, ended = self.status("--security-opt", "seccomp=unconfined")
        self.assertEqual(status["NoNewPrivs"], "1", ended.stderr)
        self.assertEqual(status["Uid"].split(), ["1000"] * 4)
        self.assertEqual(status["Gid"].split(), ["1000"] * 4)
        self.assertEqual(status["Groups"].split(), [])
        self.assertEqual([int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")], [0, 0, 0, 0])
        self.assertEqual(int(status["CapBnd"], 16), 1, "CHOWN alone")
        self.assertEqual(status["Seccomp"], "2")
        self.assertIn("Read-only file system", ended.stderr)
        self.assertNotIn("root:", ended.stdout)
        entry, = self.told()
        changes = {change["what"]: (change["before"], change["after"]) for change in entry["admission.changes"]}
        self.assertEqual(changes["process.user"], ("0:0", "1000:1000"))
        self.assertEqual(changes["process.noNewPrivileges"], ("false", "true"))
        self.assertEqual(changes["root.readonly"], ("false", "true"))
        self.assertEqual(changes["linux.seccomp"], ("none", "default"))
        self.assertEqual(changes["process.capabilities.bounding"][1], "CAP_CHOWN")
        self.assertEqual({change["by"] for change in entry["admission.changes"]}, {"Everything"})

    def test_whom_it_does_not_mean_stays_as_he_is(self):
        self.rules(self.ALL)
        status, _ = self.status("--name", f"plain-{uuid.uuid4().hex[:8]}")
        self.assertEqual((status["NoNewPrivs"], status["Uid"].split()[0]), ("0", "0"))
        self.assertNotIn("admission.changes", self.told()[0])

    def test_nothing_is_loosened(self):
        self.rules(self.ALL)
        status, _ = self.status("--user", "7:7", "--cap-drop", "ALL")
        self.assertEqual((status["Uid"].split()[0], int(status["CapBnd"], 16)), ("7", 0))
        self.assertNotIn("process.user", {change["what"] for change in self.told()[0]["admission.changes"]})

    def test_rules_are_asked_about_what_is_left(self):
        pack = "- {harden: H, condition: container.capabilities exists, set: {drop_capabilities: [SYS_ADMIN, NET_ADMIN], masked_paths: [/x]}}\n"
        refuse = ("- {rule: Rights, desc: d, condition: container.capabilities intersects (SYS_ADMIN), output: rights, priority: ERROR, source: admission, action: deny}\n"
                  "- {rule: All, desc: d, condition: container.privileged = true, output: all, priority: ERROR, source: admission, action: deny}\n")
        self.rules(pack + refuse)
        self.assertEqual(self.run_in("true", options=["--cap-add", "SYS_ADMIN"]).returncode, 0)
        self.assertEqual(self.told()[-1]["admission.verdict"], "allow")
        self.assertIn("All: all", self.run_in("true", options=["--privileged"]).stderr)
        self.assertNotIn("admission.changes", self.told()[-1], "of what is refused nothing is changed")

    def test_a_profile_that_cannot_be_read(self):
        rules = "- {harden: H, condition: container.id exists, set: {seccomp: /nowhere/profile.json}}\n"
        self.rules(rules)
        self.assertIn("/nowhere/profile.json", self.run_in("true").stderr)
        self.rules(rules, DOORMAN_ON_ERROR="allow")
        self.assertEqual(self.run_in("true").returncode, 0)

    def test_start_again_and_exec(self):
        self.rules(self.ALL)
        name = f"again-{uuid.uuid4().hex[:8]}"
        try:
            self.podman("run", "-d", "--name", name, *podman.LIMITS, self.image, "sleep", "600", check=True)
            self.podman("restart", "-t", "0", name, check=True)
            self.assertIn("NoNewPrivs:\t1", self.podman("exec", name, "cat", "/proc/1/status").stdout)
        finally:
            self.podman("rm", "-f", "-t", "0", name)
        self.assertEqual([bool(entry["admission.changes"]) for entry in self.told()], [True, True])


class BreakGlass(RuntimeTest):
    POLICY = """
- rule: Rights
  desc: d
  condition: container.capabilities intersects (SYS_ADMIN)
  output: rights
  priority: ERROR
  source: admission
  action: deny
- rule: Never
  desc: d
  condition: container.env[NEVER] exists
  output: never
  priority: ERROR
  source: admission
  action: deny
- break_glass: Night shift
  condition: container.label[team] = ops
  rules: [Rig*]
"""
    ASKS = ["--cap-add", "SYS_ADMIN", "--label", "team=ops"]

    def test_with_a_reason_it_starts_and_is_kept_for_ever(self):
        self.rules(self.POLICY)
        self.assertEqual(self.run_in("true", options=[*self.ASKS, "--annotation", "io.doorman.break-glass=disk is full"]).returncode, 0)
        self.assertEqual(self.told(), [])
        entry, = [json.loads(line) for line in (self.state / "break-glass.log").read_text().splitlines()]
        self.assertEqual(entry["admission.break_glass"], {"by": "Night shift", "annotation": "io.doorman.break-glass", "reason": "disk is full"})
        self.assertEqual([rule["rule"] for rule in entry["admission.rules"] if rule["refuses"]], ["Rights"])
        told, = self.events()
        self.assertEqual(told, entry)

    def test_without_a_reason_or_the_right_it_does_not(self):
        self.rules(self.POLICY)
        note = ["--annotation", "io.doorman.break-glass=disk is full"]
        for options in ([*self.ASKS], [*self.ASKS, "--annotation", "io.doorman.break-glass=  "], ["--cap-add", "SYS_ADMIN", *note],
                        [*self.ASKS, "--env", "NEVER=1", *note], [*self.ASKS, "--annotation", "io.doorman.break=x"]):
            with self.subTest(options):
                self.assertIn("doorman: refused", self.run_in("true", options=options).stderr)
        self.assertFalse((self.state / "break-glass.log").exists())

    def test_what_cannot_be_kept_is_not_let_in(self):
        self.rules(self.POLICY)
        (self.state / "break-glass.log").mkdir()
        ended = self.run_in("true", options=[*self.ASKS, "--annotation", "io.doorman.break-glass=disk is full"])
        self.assertIn("break-glass that cannot be kept", ended.stderr)


class Unscanned(RuntimeTest):
    def test_is_refused(self):
        self.settings(DOORMAN_UNSCANNED="refuse")
        self.assertIn("unscanned: its image was never scanned", self.run_in("true").stderr)
        self.scanned()
        self.assertEqual(self.run_in("true").returncode, 0)

    def test_is_scanned_once(self):
        self.settings(DOORMAN_UNSCANNED="scan")
        self.assertEqual(self.run_in("echo", "hello").stdout, "hello\n")
        self.assertTrue((self.state / f"images/sha256/{self.image_id}.json").exists())
        self.assertNotIn("admission.rules", self.told()[0])
        self.assertEqual(self.told()[0]["image.scanned"], True)

    def test_a_scan_that_takes_too_long_or_fails(self):
        # A folder of that name is no place for a cache.
        (self.state / "images").write_text("")
        self.settings(DOORMAN_UNSCANNED="scan", DOORMAN_SCAN_TIME="20")
        self.assertIn("cannot be decided", self.run_in("true").stderr)
        self.settings(DOORMAN_UNSCANNED="scan", DOORMAN_ON_ERROR="allow")
        self.assertEqual(self.run_in("true").returncode, 0)


class Told(RuntimeTest):
    def test_by_events_with_filters(self):
        self.scanned()
        names = [f"told-{number}-{uuid.uuid4().hex[:8]}" for number in range(3)]
        for name, options in zip(names, ([], ["--privileged"], ["--user", "5"])):
            self.run_in("true", options=["--name", name, *options])
        told = self.events()
        self.assertEqual([entry["container.name"] for entry in told], names)
        self.assertEqual([entry["admission.verdict"] for entry in told], ["allow", "deny", "allow"])
        self.assertEqual([entry["container.name"] for entry in self.events("container.privileged = true")], names[1:2])
        self.assertEqual([entry["container.name"] for entry in self.events(f"container.name = {names[2]}")], names[2:])
        self.assertEqual(self.events("--kind", "exec"), [])
        self.assertEqual(len(self.events("--kind", "admission", "--container", names[0])), 1)
        table = subprocess.run([DOORMAN, "events", "--state-dir", str(self.state), "--width", "200"], capture_output=True, text=True, timeout=60).stdout
        self.assertIn("refused: Privileged container", table)


class Neighbours(RuntimeTest):
    """Of those that this test made itself: others on this machine may be trusted as they like."""

    def setUp(self):
        super().setUp()
        self.prefix = f"beside-{uuid.uuid4().hex[:8]}-"
        self.keep_apart()

    def tearDown(self):
        names = self.podman("ps", "-a", "--format", "{{.Names}}", "--filter", f"name={self.prefix}").stdout.split()
        if names:
            self.podman("rm", "-f", "-t", "0", *names)

    def keep_apart(self, **variables):
        self.rules("- rule: Beside another trust\n  desc: d\n  source: admission\n  priority: ERROR\n  action: deny\n"
                   f"  condition: neighbour.trust.distance >= 50 and neighbour.trust.farthest startswith {self.prefix}\n"
                   '  output: "%container.name (trust %container.trust) beside %neighbour.trust.farthest"\n', **variables)

    def start(self, name, trust, *options):
        labels = ["--label", f"doorman.trust={trust}"] if trust else []
        return self.podman("run", "-d", *podman.LIMITS, "--name", self.prefix + name, *labels, *options, self.image, "/bin/sleep", "300")

    def test_who_is_trusted_less_is_kept_off(self):
        self.assertEqual(self.start("bank", "high").returncode, 0)
        refused = self.start("build", "low")
        self.assertEqual(refused.returncode, 126, refused.stderr)
        self.assertIn(f"{self.prefix}build (trust 25) beside {self.prefix}bank", refused.stderr)
        for name, trust in (("shop", "60"), ("tool", None)):
            started = self.start(name, trust)
            self.assertEqual(started.returncode, 0, started.stderr)
        self.podman("rm", "-f", "-t", "0", self.prefix + "bank", self.prefix + "build")
        started = self.start("build", "low")
        self.assertEqual(started.returncode, 0, started.stderr)

    def test_of_those_that_start_at_once_no_two_run_that_are_kept_apart(self):
        levels = ["high", "low"] * 6
        with concurrent.futures.ThreadPoolExecutor(len(levels)) as pool:
            started = list(pool.map(lambda number: self.start(str(number), levels[number]).returncode == 0, range(len(levels))))
        self.assertEqual(len({level for level, runs in zip(levels, started) if runs}), 1, started)

    def test_where_nobody_can_be_noted_the_setting_decides(self):
        (self.state / "arrivals").mkdir()
        refused = self.start("build", "low")
        self.assertEqual(refused.returncode, 126, refused.stderr)
        self.assertIn("cannot be decided", refused.stderr)
        self.podman("rm", "-f", self.prefix + "build")
        self.keep_apart(DOORMAN_ON_ERROR="allow")
        self.assertEqual(self.start("build", "low").returncode, 0)

    def test_the_report_tells_what_stands_between_them(self):
        shared = self.folder / "shared"
        shared.mkdir(exist_ok=True)
        for words in (("bank", "high", "-v", f"{shared}:/data"), ("web", "60", "-v", f"{shared}:/in:ro")):
            self.assertEqual(self.start(*words).returncode, 0)
        self.podman("run", "-d", *podman.LIMITS, "--name", self.prefix + "agent", "--privileged", self.image, "/bin/sleep", "300", runtime="runc")
        told = subprocess.run([DOORMAN, "report", "isolation", "--state-dir", str(self.state), "--format", "json"], capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stderr)
        report = json.loads(told.stdout)
        self.assertEqual(report["grounds"][0]["name"], "kernel")
        self.assertIn("runc", [ground["name"] for ground in report["grounds"]])
        containers = {container.get("name", "").removeprefix(self.prefix): container for container in report["containers"]}
        self.assertIn({"with": self.prefix + "web", "what": str(shared)}, containers["bank"]["shares"])
        self.assertEqual(containers["bank"]["trust"], 75)
        self.assertEqual(containers["bank"]["ways"], [])
        self.assertIn("Privileged container", [way["rule"] for way in containers["agent"]["ways"] if way["closed_by_machine"]])
        self.assertGreaterEqual(containers["agent"]["neighbours"], 2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
