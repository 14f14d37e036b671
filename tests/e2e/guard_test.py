#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The guard on this machine, with real containers of podman.

    tests/e2e/guard_test.py DOORMAN DEED

Needs root, podman, runc and a kernel that lets the guard work; skipped aloud elsewhere. Only one guard can be at work on a
machine, so these tests run alone.
"""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest
import uuid

import podman
from guards import DOORMAN, DRIFT, FLOW, GuardTest, LOADER, PACKAGE, SHADOW, pins, wait_for


class Identity(GuardTest):
    def test_a_container_that_ran_before_is_found_and_the_host_is_none(self):
        with self.running("/bin/sleep", "600", name="before") as container:
            guard = self.guard()
            self.assertEqual(self.engine.exec(container, "/bin/deed", "open", "/etc/shadow").returncode, 0)
            alerts = wait_for(lambda: guard.alerts(SHADOW), "the alert")
            self.assertIn(" in before ", alerts[0]["output"])
            pathlib.Path("/etc/shadow").read_bytes()  # the host's own
            time.sleep(0.5)
            self.assertEqual(len(guard.alerts(SHADOW)), len(alerts))

    def test_names_from_a_container_are_never_raw(self):
        guard = self.guard()
        self.run_in("/bin/sh", "-c", "cp /bin/deed '/tmp/\x1b[31mred\nline'; '/tmp/\x1b[31mred\nline' nothing")
        wait_for(lambda: guard.alerts(DRIFT), "the alert")
        text = guard.content(guard.out)
        self.assertNotIn(b"\x1b", text)
        self.assertIn("\\x1b[31mred\\x0aline", guard.alerts(DRIFT)[0]["output"])


class Drift(GuardTest):
    def script(self, what):
        return self.run_in("/bin/sh", "-c", what)

    def test_deny(self):
        guard = self.guard("--drift", "deny")
        for what, code in (("cp /bin/deed /tmp/x; /tmp/x nothing", 126),
                           ("cp /bin/busybox /tmp/x; mv /tmp/x /bin/deed; /bin/deed true", 126),
                           ("printf '#!/bin/sh\\necho ran\\n' > /tmp/s; chmod +x /tmp/s; /tmp/s", 126),
                           ("deed memfd /bin/deed", 137),
                           (f"cp /bin/deed /tmp/x; {LOADER} /tmp/x nothing", 137)):
            with self.subTest(what):
                ended = self.script(what + "; exit $?")
                self.assertEqual(ended.returncode, code, ended.stderr)
                self.assertNotIn("ran", ended.stdout)
                if code == 126:
                    self.assertIn("Operation not permitted", ended.stderr)
        wait_for(lambda: len(guard.alerts(DRIFT)) >= 5, "five alerts")

    def test_what_was_only_re_permissioned_runs(self):
        guard = self.guard("--drift", "deny")
        self.assertEqual(self.script("chmod 700 /bin/deed; /bin/deed nothing").returncode, 0)
        time.sleep(0.5)
        self.assertEqual(guard.alerts(DRIFT), [])

    def test_alert_lets_it_run_and_kill_does_not(self):
        guard = self.guard("--drift", "alert")
        self.assertEqual(self.script("cp /bin/deed /tmp/x; /tmp/x exit 7").returncode, 7)
        wait_for(lambda: guard.alerts(DRIFT), "the alert")
        guard.end()
        guard = self.guard("--drift", "kill")
        self.assertEqual(self.script("cp /bin/deed /tmp/x; /tmp/x exit 7; exit $?").returncode, 137)
        wait_for(lambda: guard.alerts(DRIFT), "the alert")

    def test_a_script_that_is_not_the_images_is_told_in_every_mode(self):
        make = "printf 'echo ran' > /tmp/data; printf '#!/bin/sh\necho ran\n' > /tmp/script; chmod +x /tmp/script; cd /tmp; "
        for mode, told in (("alert", ["/tmp/data", "/tmp/script"]), ("deny", ["/tmp/data"])):
            with self.subTest(mode):
                guard = self.guard("--drift", mode)
                ended = self.script(make + ("./script; " if mode == "alert" else "") + "sh -e data; sh -c 'echo ran'; sleep 1")
                self.assertEqual(ended.stdout.count("ran"), len(told) + 1)
                wait_for(lambda: len(guard.alerts(DRIFT)) >= len(told), "the alerts")
                self.assertEqual(sorted(alert["output"].split()[0] for alert in guard.alerts(DRIFT)), told)
                self.assertEqual({alert["done"] for alert in guard.alerts(DRIFT)}, {"alert"})
                guard.end()

    def test_it_holds_when_the_guard_is_killed_and_the_next_one_takes_over(self):
        guard = self.guard("--drift", "deny")
        guard.end(signal.SIGKILL)
        self.assertIn(self.script("cp /bin/deed /tmp/x; /tmp/x exit 7; exit $?").returncode, (126, 137))
        guard = self.guard("--drift", "deny")
        self.assertEqual(self.script("cp /bin/deed /tmp/x; /tmp/x exit 7; exit $?").returncode, 126)
        wait_for(lambda: guard.alerts(DRIFT), "the alert")

    def test_a_stopped_guard_holds_nobody_up(self):
        guard = self.guard("--drift", "deny")
        guard.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        self.assertEqual(self.run_in("/bin/deed", "nothing").returncode, 0)
        self.assertLess(time.monotonic() - began, 20)  # podman's own start, on a busy machine
        self.assertIn(self.script("cp /bin/deed /tmp/x; /tmp/x exit 7; exit $?").returncode, (126, 137))


class Flows(GuardTest):
    def call(self, address, port):
        return self.run_in("/bin/deed", "connect", address, str(port), name=f"caller-{uuid.uuid4().hex[:8]}", network=True,
                           labels=["app=caller"]).returncode

    def test_what_was_learned_is_allowed_and_the_rest_refused(self):
        with contextlib.ExitStack() as stack:
            known = self.engine.address(stack.enter_context(self.running("/bin/deed", "listen", "5432", name="known", network=True, labels=["app=known"])))
            other = self.engine.address(stack.enter_context(self.running("/bin/deed", "listen", "6379", name="other", network=True, labels=["app=other"])))
            guard = self.guard("--flows", "discover")
            self.assertEqual(self.call(known, 5432), 0)
            wait_for(lambda: (self.state / "flows.json").exists(), "the learned map")
            guard.end()
            guard = self.guard("--flows", "protect")
            self.assertEqual(self.call(known, 5432), 0)
            self.assertNotEqual(self.call(other, 6379), 0)
            refused = wait_for(lambda: guard.alerts(FLOW), "the refusal")
            self.assertIn(f"may not speak to other ({other}) port 6379 (tcp)", refused[0]["output"])
            guard.end(signal.SIGKILL)
            self.assertNotEqual(self.call(other, 6379), 0, "it holds without the guard")
            subprocess.run([DOORMAN, "guard", "--remove"], check=True)
            self.assertEqual(self.call(other, 6379), 0)
            self.assertIn("known", [identity.get("workload") for identity in self.tell("flows")["identities"]])


def falco_rules():
    fixtures = pathlib.Path(os.environ.get("DOORMAN_FIXTURES", pathlib.Path(__file__).parents[3] / "shared/fixtures"))
    return fixtures / "policy/falco_rules.yaml"


def all_packs():
    return sorted({str(file.parent) for file in (pathlib.Path(__file__).parents[2] / "policies").glob("*/*.yaml")})


class Holding(GuardTest):
    def test_a_flood_of_one_container_does_not_blind_the_guard_for_another(self):
        rules = [*all_packs(), *([str(falco_rules())] if falco_rules().exists() else [])]
        guard = self.guard(*(word for each in rules for word in ("--rules", each)))
        with contextlib.ExitStack() as stack:
            for number in range(4):
                stack.enter_context(self.running("/bin/deed", "open-times", "/etc/hosts.x", "2000000000", name=f"flood-{number}"))
            stack.enter_context(self.running("/bin/sleep", "600", name="quiet"))
            loop = "i=0; while [ $i -lt 60 ]; do deed open /etc/shadow; i=$((i + 1)); done"
            self.assertEqual(self.engine.exec("quiet", "/bin/sh", "-c", loop).returncode, 0)
            wait_for(lambda: sum(" in quiet " in alert["output"] for alert in guard.alerts(SHADOW)) == 60, "60 alerts")

    def test_the_second_guard_says_so_and_leaves_and_nothing_is_left(self):
        guard = self.guard("--drift", "deny", "--flows", "protect")
        second = subprocess.run([DOORMAN, "guard", "--state-dir", str(self.state)], capture_output=True, text=True)
        self.assertEqual(second.returncode, 2)
        self.assertIn(str(guard.process.pid), second.stderr)
        second = subprocess.run([DOORMAN, "guard", "--state-dir", str(self.state / "other")], capture_output=True, text=True)
        self.assertEqual(second.returncode, 2)
        self.assertIn("another guard is at work", second.stderr)
        self.assertTrue(pins().exists())
        guard.end(signal.SIGKILL)
        subprocess.run([DOORMAN, "guard", "--remove"], check=True)
        self.assertFalse(pins().exists())

    def test_what_was_told_is_in_the_log_of_a_killed_guard(self):
        guard = self.guard()
        self.run_in("/bin/deed", "open", "/etc/shadow", name="seen")
        wait_for(lambda: guard.alerts(SHADOW), "the alert")
        guard.end(signal.SIGKILL)
        stats = subprocess.run([DOORMAN, "guard", "--stats", "--state-dir", str(self.state)], capture_output=True, text=True)
        self.assertEqual(stats.returncode, 0, stats.stderr)
        alerts = next(line for line in stats.stdout.splitlines() if line.startswith("alerts"))
        self.assertGreaterEqual(int(alerts.split()[1]), 1)

    def test_rules_of_falco(self):
        file = falco_rules()
        if not file.exists():
            self.skipTest("no falco_rules.yaml here")
        guard = self.guard("-r", str(file))
        self.run_in("/bin/deed", "open", "/etc/shadow", name="seen")
        alerts = wait_for(lambda: guard.alerts("Read sensitive file untrusted"), "Falco's alert")
        self.assertIn("/etc/shadow", alerts[0]["output"])

    def test_modes_by_image(self):
        rules = self.folder / "modes.yaml"
        rules.write_text(f"- images: ['{self.engine.reference.rsplit(':', 1)[0]}']\n  drift: deny\n")
        guard = self.guard("--rules", str(rules))
        self.assertEqual(self.run_in("/bin/sh", "-c", "cp /bin/deed /tmp/x; /tmp/x nothing; exit $?").returncode, 126)
        wait_for(lambda: guard.alerts(DRIFT), "the alert")

    def test_who_is_in_quarantine_speaks_to_nobody(self):
        rules = self.folder / "quarantine.yaml"
        rules.write_text("- rule: Q\n  desc: d\n  condition: evt.type = openat and fd.name = /etc/shadow and container.id != host\n"
                         "  output: \"%proc.package\"\n  priority: INFO\n  action: quarantine\n")
        with self.running("/bin/deed", "listen", "5432", name="asked", network=True) as asked, \
                self.running("/bin/sleep", "600", name="asks", network=True) as asks:
            address = self.engine.address(asked)
            guard = self.guard("--rules", str(rules))
            self.assertEqual(self.engine.exec(asks, "/bin/deed", "connect", address, "5432").returncode, 0)
            self.engine.exec(asks, "/bin/deed", "open", "/etc/shadow")
            told = wait_for(lambda: guard.alerts("Q"), "the alert")
            self.assertEqual(told[0]["done"], "quarantine")
            guard.end(signal.SIGKILL)
            asking = ["timeout", "2", *self.engine.exec_command(asks), "/bin/deed", "connect", address, "5432"]
            self.assertNotEqual(subprocess.run(asking, capture_output=True).returncode, 0)
            subprocess.run([DOORMAN, "guard", "--remove"], check=True)
            self.assertEqual(self.engine.exec(asks, "/bin/deed", "connect", address, "5432").returncode, 0)

    def scan(self):
        """Of the image, in which dpkg says that a package brought the program and a file."""
        archive = self.engine.folder / "image.tar"
        subprocess.run([DOORMAN, "scan", "-q", "--state-dir", str(self.state), "--policy", "none", str(archive)], check=True, capture_output=True)
        for ending in (".json", ".files"):
            self.assertTrue((self.state / "images" / (self.engine.image_id.replace(":", "/") + ending)).exists(), ending)

    def test_a_container_that_runs_already_learns_of_a_scan(self):
        rules = self.folder / "package.yaml"
        rules.write_text(f"- rule: P\n  desc: d\n  condition: evt.type = openat and proc.package startswith {PACKAGE} and fd.package startswith {PACKAGE}\n"
                         "  output: o\n  priority: INFO\n")
        guard = self.guard("-r", "runtime", "-r", str(rules))
        with self.running("/bin/deed", "listen", "5432", name="scanned") as container:

            def open_in_it():
                self.engine.exec(container, "/bin/deed", "open", "/etc/shadow")

            open_in_it()
            wait_for(lambda: guard.alerts(SHADOW), "the alert")
            self.assertEqual(guard.alerts("P"), [], "nobody had scanned it")
            self.scan()
            wait_for(lambda: open_in_it() or guard.alerts("P"), "the guard to know the package")

    def test_up_guards_and_scans_what_runs_and_what_nobody_runs(self):
        idle = podman.load(self.folder / "idle.tar", ["true"], [("unique", str(self.folder))])
        self.addCleanup(subprocess.run, ["podman", "rmi", "-f", idle], capture_output=True)
        guard = self.guard(verb="up")
        with self.running("/bin/sleep", "600", name="up") as container:
            self.engine.exec(container, "/bin/deed", "open", "/etc/shadow")
            wait_for(lambda: guard.alerts(SHADOW), "the alert")
            wait_for((self.state / "images" / (self.engine.image_id.replace(":", "/") + ".scan")).exists, "the scan", 90)
            wait_for((self.state / "images/sha256" / (idle + ".scan")).exists, "the scan of what nobody runs", 180)
            self.assertEqual(guard.end(), 0)

    def test_the_package_of_a_program_and_of_a_file_is_known_from_the_scan(self):
        self.scan()
        guard = self.guard()
        self.run_in("/bin/deed", "open", "/etc/shadow")
        wait_for(lambda: guard.alerts(SHADOW), "the alert")
        self.assertTrue(self.tell("events", f"proc.package startswith {PACKAGE}"))
        told = self.tell("events", "fd.name = /etc/shadow and container.id != host")
        self.assertTrue(told)
        self.assertTrue(all(event["fd.package"].startswith(PACKAGE) for event in told), told)

    def test_rules_are_loaded_anew_and_a_bad_file_changes_nothing(self):
        rules = self.folder / "reload.yaml"
        good = '- {rule: R, desc: d, condition: evt.type = openat and fd.name = /etc/shadow, output: o, priority: INFO}\n'
        rules.write_text(good)
        guard = self.guard("--rules", str(rules))
        rules.write_text("- {rule: R, condition: nonsense}\n")
        guard.process.send_signal(signal.SIGHUP)
        wait_for(lambda: b"stay as they were" in guard.said(), "the refusal")
        self.run_in("/bin/sh", "-c", "cat /etc/shadow")
        wait_for(lambda: guard.alerts("R"), "the old rule's alert")
        rules.write_text(good.replace("rule: R", "rule: S"))
        guard.process.send_signal(signal.SIGHUP)

        def is_asked():
            self.run_in("/bin/sh", "-c", "cat /etc/shadow")
            return guard.alerts("S")
        wait_for(is_asked, "the new rule's alert")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
