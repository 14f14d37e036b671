#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The guard with every engine that is installed: what it holds does not depend on who makes the containers.

    tests/e2e/guard_engines_test.py DOORMAN DEED
"""
import collections
import os
import sys
import unittest
import uuid

import engines
from guards import DRIFT, GuardTest, wait_for


class OfEachEngine:
    def test_the_first_program_of_a_container_is_known(self):
        self.guard()
        self.assertEqual(self.run_in("/bin/deed", "nothing", name="first").returncode, 0)
        execs = wait_for(lambda: self.tell("events", "--kind", "exec", "proc.exepath = /bin/deed"), "its program")
        self.assertEqual(len(execs), 1, execs)
        first = execs[0]
        self.assertEqual(first["container.name"], "first")
        self.assertTrue(first["container.full_id"].startswith(first["container.id"]))
        self.assertEqual(first["container.type"], self.engine.name)
        self.assertEqual(first["container.image"], self.engine.reference)
        self.assertEqual(first["container.image.id"], self.engine.image_id.removeprefix("sha256:")[:12])

    def test_a_dropped_program_is_refused(self):
        guard = self.guard("--drift", "deny")
        dropped = self.run_in("/bin/sh", "-c", "cp /bin/deed /tmp/x; /tmp/x nothing; exit $?", name="dropper")
        self.assertEqual(dropped.returncode, 126, dropped.stderr)
        self.assertIn("Operation not permitted", dropped.stdout + dropped.stderr)
        alert = wait_for(lambda: guard.alerts(DRIFT), "the alert")[0]
        self.assertEqual(alert["done"], "deny")
        self.assertEqual(alert["container"]["name"], "dropper")
        self.assertEqual(alert["container"]["engine"], self.engine.name)
        self.assertEqual(alert["image"]["id"], self.engine.image_id)

    def test_a_connection_has_both_its_ends(self):
        with self.running("/bin/deed", "listen", "5432", name="server", network=True, labels=["app=server"]):
            self.guard()
            address = self.engine.address("server")
            called = self.run_in("/bin/deed", "connect", address, "5432", name="client", network=True, labels=["app=client"])
            self.assertEqual(called.returncode, 0, called.stderr)
            edge = wait_for(lambda: self.edge(self.tell("flows")), "the connection")
            self.assertGreaterEqual(edge["connections"], 1)

    def edge(self, told):
        ends = told["identities"]
        for end in ends:
            if end.get("workload") in ("client", "server"):
                self.assertEqual(end["digest"], self.engine.image_id)
        return next((edge for edge in told["edges"] if ends[edge["source"]].get("workload") == "client" and
                     ends[edge["destination"]].get("workload") == "server" and edge["port"] == 5432), None)


class ShortLives:
    def test_every_short_container_is_known_with_its_first_program(self):
        count = 1000 if os.environ.get("DOORMAN_SLOW_TESTS") else 25
        guard = self.guard("--rules", str(self.rule_of_executions()))
        names = [f"short-{uuid.uuid4().hex[:8]}" for _ in range(count)]
        for name in names:
            self.assertEqual(self.run_in("/bin/deed", "nothing", name=name).returncode, 0)
        wanted = {f"{name} of {self.engine.reference} by {self.engine.name}" for name in names}
        wait_for(lambda: {alert["output"] for alert in guard.alerts("execution")} >= wanted, "an alert with the name of each container")
        told = collections.Counter(alert["output"] for alert in guard.alerts("execution"))
        self.assertEqual({output: times for output, times in told.items() if output not in wanted or times != 1}, {})

    def rule_of_executions(self):
        file = self.folder / "executions.yaml"
        file.write_text('- rule: execution\n  desc: d\n  condition: evt.type = execve and proc.exepath = /bin/deed\n'
                        '  output: "%container.name of %container.image by %container.type"\n  priority: INFO\n')
        return file


class WithPodman(OfEachEngine, ShortLives, GuardTest):
    engine_type = engines.Podman


class WithDocker(OfEachEngine, GuardTest):
    engine_type = engines.Docker


class WithContainerd(OfEachEngine, GuardTest):
    engine_type = engines.Containerd


class WithRunc(ShortLives, GuardTest):
    engine_type = engines.Runc


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
