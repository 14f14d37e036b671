# SPDX-License-Identifier: Apache-2.0
"""podman, dockerd, containerd and runc in one form: each runs containers of one image, in a network of its own where one is asked for."""
import contextlib
import io
import json
import pathlib
import subprocess
import tarfile
import unittest
import uuid

import servers
from images import digest
from servers import need

LIMITS = ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096"]


def said(command, **options):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120, **options)


class Engine:
    """A subclass gives `name`, `started`, `load`, `forget`, `command`, `exec_command`, `address` and `remove`."""
    reference = image_id = None

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def take(self, image):
        """`image` is what containers are made of from now on, under a name that is nobody else's."""
        self.reference = f"localhost/guard-test-{uuid.uuid4().hex[:12]}:1"
        self.image_id = digest(image.config)
        archive = self.folder / "image.tar"
        archive.write_bytes(image.docker_archive(self.reference))
        self.load(archive)

    def run(self, *words, **options):
        """Until it ends. Options: name, network (true: one), labels."""
        return said(self.command(*words, **options))

    @contextlib.contextmanager
    def running(self, *words, name=None, **options):
        """Yields the container's name."""
        name = name or f"some-{uuid.uuid4().hex[:8]}"
        try:
            servers.run(*self.command(*words, name=name, detached=True, **options))
            yield name
        finally:
            self.remove(name)

    def exec(self, container, *words):
        return said([*self.exec_command(container), *words])


class CommandLine(Engine):
    """What podman and docker share."""
    client = limits = options = ()
    network = None

    def load(self, archive):
        servers.run(*self.client, "load", "-q", "-i", str(archive))

    def forget(self):
        said([*self.client, "rmi", "-f", self.reference])

    def command(self, *words, name=None, network=False, detached=False, labels=()):
        network = network if isinstance(network, str) else self.network if network else "none"
        return [*self.client, "run", *self.limits, "--pull", "never", "--network", network, *(["-d"] if detached else ["--rm"]),
                *(["--name", name] if name else []), *(word for label in labels for word in ("--label", label)), self.reference, *words]

    def exec_command(self, container):
        return [*self.client, "exec", container]

    def address(self, container):
        return servers.run(*self.client, "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container).strip()

    def remove(self, container):
        said([*self.client, "rm", "-f", container])


class Podman(CommandLine):
    name = "podman"
    client = ("podman", "--runtime", "runc")
    limits = LIMITS
    network = "podman"

    @contextlib.contextmanager
    def started(self):
        need("podman", "runc")
        yield

    def address(self, container):
        address = super().address(container)
        if not address:
            raise unittest.SkipTest("podman has no network here")
        return address

    def remove(self, container):
        said([*self.client, "rm", "-f", "-t", "0", container])


class Docker(CommandLine):
    name = "docker"

    @contextlib.contextmanager
    def started(self):
        with servers.docker_daemon(self.folder, "overlay2") as path:
            self.client = ("docker", "-H", "unix://" + path)
            self.network = "guard-test"
            servers.run(*self.client, "network", "create", self.network)
            try:
                yield
            finally:
                said([*self.client, "network", "rm", self.network])


class Containerd(Engine):
    name = "containerd"

    @contextlib.contextmanager
    def started(self):
        need("ip")
        with servers.containerd(self.folder) as path, Network() as self.network:
            self.client = ("ctr", "-a", path)
            self.hosts = {}
            yield

    def load(self, archive):
        servers.run(*self.client, "image", "import", str(archive))

    def forget(self):
        said([*self.client, "image", "rm", self.reference])

    def command(self, *words, name=None, network=False, detached=False, labels=()):
        name = name or f"some-{uuid.uuid4().hex[:8]}"
        if network:
            self.hosts[name] = self.network.add()
        return [*self.client, "run", *(["-d"] if detached else ["--rm"]), *(word for label in labels for word in ("--label", label)),
                *(["--with-ns", "network:" + self.hosts[name].path] if network else []), self.reference, name, *words]

    def exec_command(self, container):
        return [*self.client, "task", "exec", "--exec-id", f"more-{uuid.uuid4().hex[:8]}", container]

    def address(self, container):
        return self.hosts[container].address

    def remove(self, container):
        said([*self.client, "task", "rm", "-f", container])
        said([*self.client, "container", "rm", container])


class Runc(Engine):
    """No engine at all: a container's group lives for some 20 ms, and nobody says what its image is."""
    name = "runc"
    reference = "<NA>"

    @contextlib.contextmanager
    def started(self):
        need("runc")
        yield

    def take(self, image):
        self.image_id = None
        self.root = self.folder / "rootfs"
        self.root.mkdir()
        for layer in image.layers:
            with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
                archive.extractall(self.root)
        servers.run("runc", "spec", "--bundle", str(self.folder))
        self.settings = json.loads((self.folder / "config.json").read_text())

    def forget(self):
        pass

    def command(self, *words, name, **options):
        bundle = self.folder / name
        bundle.mkdir()
        process = {**self.settings["process"], "terminal": False, "args": words}
        root = {"path": str(self.root)}
        (bundle / "config.json").write_text(json.dumps({**self.settings, "process": process, "root": root}))
        return ["runc", "run", "--bundle", str(bundle), name]


class Host:
    """A machine of a Network: a namespace with one address."""

    def __init__(self, namespace, address):
        self.namespace, self.address = namespace, address
        self.path = "/run/netns/" + namespace


class Network:
    """A network that nobody else on this machine is part of: hosts on a bridge, all of them namespaces."""

    def __init__(self):
        self.prefix = "dm" + uuid.uuid4().hex[:6]
        self.hub = self.prefix + "-hub"
        self.hosts = []

    def __enter__(self):
        servers.run("ip", "netns", "add", self.hub)
        servers.run("ip", "-n", self.hub, "link", "add", "bridge", "type", "bridge")
        servers.run("ip", "-n", self.hub, "link", "set", "bridge", "up")
        return self

    def __exit__(self, *_):
        for namespace in [*(host.namespace for host in self.hosts), self.hub]:
            said(["ip", "netns", "del", namespace])

    def add(self):
        number = len(self.hosts) + 1
        host = Host(f"{self.prefix}-{number}", f"10.213.{number // 250}.{number % 250 + 1}")
        self.hosts.append(host)
        servers.run("ip", "netns", "add", host.namespace)
        servers.run("ip", "-n", self.hub, "link", "add", f"port{number}", "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
        servers.run("ip", "-n", self.hub, "link", "set", f"port{number}", "master", "bridge", "up")
        servers.run("ip", "-n", host.namespace, "address", "add", host.address + "/16", "dev", "eth0")
        for link in ("lo", "eth0"):
            servers.run("ip", "-n", host.namespace, "link", "set", link, "up")
        return host

