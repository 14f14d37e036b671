#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The guard and the names that containers ask a real DNS server for.

    tests/e2e/guard_names_test.py DOORMAN DEED
"""
import contextlib
import ctypes
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import unittest

import servers
from engines import Network
from guards import DEED, FLOW, GuardTest, wait_for

PORT = 8080
RECORD_TYPES = {"A": 1, "CNAME": 5}
CLONE_NEWNET = 0x40000000


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def record(owner, kind, data):
    return owner + struct.pack(">HHIH", RECORD_TYPES[kind], 1, 60, len(data)) + data


class NameServer:
    """Answers at the host's address; `names` has for each name its aliases, each leading to the next, and at the end an address."""

    def __init__(self, host):
        self.host, self.names = host, {}
        self.asked = []
        listening = threading.Event()
        self.thread = threading.Thread(target=self.serve, args=(listening,), daemon=True)
        self.thread.start()
        if not listening.wait(10):
            raise RuntimeError("the name server does not start")

    def serve(self, listening):
        # Of this thread alone, which so makes its socket in the other namespace.
        with open(self.host.path, "rb") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.host.address, 53))
        listening.set()
        while True:
            query, client = self.socket.recvfrom(512)
            if len(query) == 1:
                return
            self.socket.sendto(self.answer(query), client)

    def answer(self, query):
        question = query[12:query.index(b"\0", 12) + 5]
        name, at = [], 0
        while question[at]:
            name.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        name = ".".join(name)
        self.asked.append(name)
        *aliases, address = self.names[name.lower()]
        if callable(address):
            address = address()
        owner, records = b"\xc0\x0c", []
        for alias in aliases:
            records.append(record(owner, "CNAME", wire(alias)))
            owner = wire(alias)
        records.append(record(owner, "A", socket.inet_aton(address)))
        return query[:2] + struct.pack(">HHHHH", 0x8180, 1, len(records), 0, 0) + question + b"".join(records)

    def close(self):
        subprocess.run(["ip", "netns", "exec", self.host.namespace, sys.executable, "-c", "import socket; socket.socket(socket.AF_INET, "
                        f"socket.SOCK_DGRAM).sendto(b'.', ('{self.host.address}', 53))"], check=True)
        self.thread.join(10)
        self.socket.close()


class Names(GuardTest):
    ADDRESSES = 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        servers.need("ip")
        cls.network = cls.enterClassContext(Network())
        cls.client, cls.outside = cls.network.add(), cls.network.add()
        cls.name_server = NameServer(cls.network.add())
        cls.addClassCleanup(cls.name_server.close)
        cls.addresses = [cls.outside.address, *(f"10.213.100.{number}" for number in range(1, cls.ADDRESSES + 1))]
        for address in cls.addresses[1:]:
            servers.run("ip", "-n", cls.outside.namespace, "address", "add", address + "/16", "dev", "eth0")
        server = subprocess.Popen(["ip", "netns", "exec", cls.outside.namespace, DEED, "listen", str(PORT)])
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.kill)

    def ask(self, *names, labels=("app=asker",)):
        """What becomes of a connection to each name's address, asked for and made in one container: words of deed's ends."""
        ends = {"0": "made", "1": "refused", "4": "failed"}
        script = "; ".join(f"deed lookup-connect {self.name_server.host.address} {name} {PORT}; echo $?" for name in names)
        done = self.run_in("/bin/sh", "-c", script, network="ns:" + self.client.path, labels=labels)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [ends.get(code, code) for code in done.stdout.split()]

    def learn(self, *names):
        guard = self.guard("--flows", "discover")
        self.assertEqual(self.ask(*names), ["made"] * len(names))
        wait_for(lambda: (self.state / "flows.json").exists() and all(name in self.learned() for name in names), "the learned map")
        guard.end()

    def learned(self):
        return (self.state / "flows.json").read_text()

    def test_a_connection_is_told_by_the_name_that_was_asked_for(self):
        self.name_server.names = {"db.test": ["one.alias.test", "two.alias.test", self.addresses[0]]}
        self.guard("--flows", "discover")
        self.assertEqual(self.ask("db.test"), ["made"])
        edge = wait_for(lambda: self.edge("db.test"), "the connection")
        self.assertGreaterEqual(edge["connections"], 1)
        self.assertEqual(edge["addresses"], [self.addresses[0]])

    def edge(self, name):
        told = self.tell("flows")
        ends = told["identities"]
        return next((edge for edge in told["edges"] if ends[edge["source"]].get("workload") == "asker" and
                     ends[edge["destination"]].get("name") == name and edge["port"] == PORT), None)

    def test_new_addresses_of_a_learned_name_are_allowed_at_once(self):
        fresh = iter(self.addresses)
        self.name_server.names = {"db.test": ["db.alias.test", lambda: next(fresh)]}
        self.learn("db.test")
        guard = self.guard("--flows", "protect")
        self.assertEqual(self.ask(*["db.test"] * self.ADDRESSES), ["made"] * self.ADDRESSES)
        self.assertEqual(guard.alerts(FLOW), [])

    def test_other_names_are_refused_and_the_last_name_of_an_address_counts(self):
        first, second = self.addresses[:2]
        self.name_server.names = {"db.test": [first], "other.test": [second]}
        self.learn("db.test")
        self.guard("--flows", "protect")
        self.assertEqual(self.ask("db.test", "other.test"), ["made", "refused"])
        self.name_server.names = {"db.test": [second], "other.test": [second]}
        self.assertEqual(self.ask("other.test", "db.test"), ["refused", "made"])
        wait_for(lambda: self.ask("other.test") == ["refused"], "the address to be another's")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
