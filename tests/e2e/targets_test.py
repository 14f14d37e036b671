#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every kind of target, from real registries and engines: the same image must give the same answer.

    tests/e2e/targets_test.py PROGRAM [unittest's arguments]

What is not installed is skipped, aloud.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import images
import servers
from servers import PASSWORD, USER, need, run

DOORMAN = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 and os.path.exists(sys.argv[1]) else "doorman"
SKOPEO = ("skopeo", "--insecure-policy")


class TargetTest(unittest.TestCase):
    """One folder and one image for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="doorman-e2e-"))
        cls.addClassCleanup(servers.remove_folder, cls.folder)
        cls.layout = images.make_layout(cls.folder / "layout")
        cls.want = cls.facts(f"oci:{cls.folder}/layout:app")

    @classmethod
    def scan(cls, target, *options, code=0, **environment):
        """Standard output and standard error; everything that could lead out of the test is taken away."""
        clean = {name: text for name, text in os.environ.items()
                 if not name.startswith(("DOORMAN_", "DOCKER_", "CONTAINER")) and "proxy" not in name.lower()}
        clean.update(HOME=str(cls.folder / "home"), XDG_RUNTIME_DIR=str(cls.folder / "none"), **environment)
        done = subprocess.run([DOORMAN, "scan", "--format", "json", "--state-dir", str(cls.folder / "state"), "--no-cache",
                               "--now", "2024-06-01", *options, target], capture_output=True, text=True, env=clean)
        if done.returncode != code:
            raise AssertionError(f"scan {target} ended with {done.returncode}, not {code}:\n{done.stdout[:500]}\n{done.stderr}")
        return done.stdout, done.stderr

    @classmethod
    def facts(cls, target, *options, **environment):
        """What must be the same wherever the image comes from."""
        report = json.loads(cls.scan(target, *options, **environment)[0])["reports"][0]
        programs = [{key: program[key] for key in ("path", "sha256", "mode") if key in program} for program in report["programs"]]
        return {"digest": report["digest"], "packages": [package["purl"] for package in report["packages"]], "programs": programs,
                "distribution": report["distribution"], "user": report["config"]["user"], "notes": report["notes"]}

    def expect_same(self, target, *options, **environment):
        self.assertEqual(self.facts(target, *options, **environment), self.want)


class LayoutTest(TargetTest):
    def test_the_image_is_what_was_put_in(self):
        self.assertEqual([purl.split("?")[0] for purl in self.want["packages"]],
                         ["pkg:deb/debian/bash@5.2.15-2%2Bb7", "pkg:deb/debian/openssl@3.0.11-1~deb12u2",
                          "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1"])
        self.assertEqual([program["path"] for program in self.want["programs"]], ["opt/old/new", "usr/bin/tool"])

    def test_archives(self):
        need("skopeo")
        for form in ("oci-archive", "docker-archive"):
            archive = f"{form}:{self.folder}/{form}.tar"
            run(*SKOPEO, "copy", f"oci:{self.folder}/layout:app", archive + ":localhost/app:1")
            with self.subTest(form):
                self.expect_same(archive)


class RegistryTest(TargetTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need("docker-registry", "skopeo")
        cls.storage = cls.folder / "registry"
        with servers.registry(cls.folder, "push", cls.storage) as host:
            for tag in ("app", "many"):
                run(*SKOPEO, "copy", "--all", "--dest-tls-verify=false", f"oci:{cls.folder}/layout:{tag}", f"docker://{host}/team/app:{tag}")
            run(*SKOPEO, "copy", "--dest-tls-verify=false", "--format", "v2s2", f"oci:{cls.folder}/layout:app", f"docker://{host}/team/app:docker")

    def log_in(self, host):
        """The way that users do it: podman writes the file."""
        need("podman")
        file = self.folder / "auth.json"
        run("podman", "login", "--tls-verify=false", "--authfile", str(file), "-u", USER, "-p", PASSWORD, host)
        return {"REGISTRY_AUTH_FILE": str(file)}

    def test_open_registry_on_the_loopback(self):
        with servers.registry(self.folder, "open", self.storage) as host:
            self.expect_same(f"{host}/team/app:app")
            self.expect_same(f"registry:{host}/team/app@{self.layout.tags[0]['digest']}")
            with self.subTest("an index and its platforms"):
                self.expect_same(f"{host}/team/app:many", "--platform", "linux/amd64")
                other = self.facts(f"{host}/team/app:many", "--platform", "linux/s390x")
                self.assertNotEqual(other["digest"], self.want["digest"])
                _, said = self.scan(f"{host}/team/app:many", "--platform", "linux/riscv64", code=2)
                self.assertIn("linux/amd64, linux/s390x", said)
            with self.subTest("Docker's media types"):
                self.expect_same(f"{host}/team/app:docker")
            _, said = self.scan(f"{host}/team/app:none", code=2)
            self.assertIn("manifest unknown", said)

    def test_tls_and_basic_authentication(self):
        servers.make_certificates(self.folder)
        (self.folder / "htpasswd").write_text(servers.HTPASSWD)
        tls = f"  tls:\n    certificate: {self.folder}/cert.pem\n    key: {self.folder}/key.pem\n"
        auth = f"auth:\n  htpasswd:\n    realm: tests\n    path: {self.folder}/htpasswd\n"
        with servers.registry(self.folder, "closed", self.storage, tls, auth) as host:
            target, ca = f"{host}/team/app:app", ("--ca-file", f"{self.folder}/ca.pem")
            _, said = self.scan(target, code=2)
            self.assertIn("certificate", said)
            _, said = self.scan(target, *ca, code=2)
            self.assertIn("no login is known", said)
            self.expect_same(target, *ca, **self.log_in(host))

    def test_tokens(self):
        servers.make_certificates(self.folder)
        with servers.TokenServer(self.folder) as tokens:
            with servers.registry(self.folder, "tokens", self.storage, auth=tokens.registry_auth()) as host:
                _, said = self.scan(f"{host}/team/app:app", code=2)
                self.assertIn("who are you?", said)
                login = self.folder / "login.json"
                login.write_text(json.dumps({"auths": {host + "/team": {"username": USER, "password": PASSWORD}}}))
                tokens.scopes.clear()
                self.expect_same(f"{host}/team/app:app", REGISTRY_AUTH_FILE=str(login))
        self.assertEqual(tokens.scopes, ["repository:team/app:pull"])

    def test_a_damaged_layer_ends_with_2_and_its_name(self):
        damaged = self.folder / "damaged"
        shutil.copytree(self.storage, damaged)
        layer = self.layout.manifest("app")["layers"][1]["digest"].split(":")[1]
        blob = damaged / "docker/registry/v2/blobs/sha256" / layer[:2] / layer / "data"
        content = bytearray(blob.read_bytes())
        content[4] ^= 0xFF  # gzip's time stamp: it still unpacks, only the digest tells
        blob.write_bytes(content)
        with servers.registry(self.folder, "damaged", damaged) as host:
            _, said = self.scan(f"{host}/team/app:app", code=2)
        self.assertIn(layer, said)


class PodmanTest(TargetTest):
    def fill(self, storage, driver):
        need("podman", "skopeo")
        place = f"[{driver}@{storage}+{self.folder}/run]"
        try:
            run(*SKOPEO, "copy", f"oci:{self.folder}/layout:app", f"containers-storage:{place}localhost/app:1")
        except RuntimeError as failed:
            raise unittest.SkipTest(f"storage driver {driver} does not work here: {failed}")
        return place

    def test_in_place(self):
        for driver in ("overlay", "vfs"):
            place = self.fill(self.folder / driver, driver)
            with self.subTest(driver):
                for name in ("localhost/app:1", "app:1", self.want["digest"].split(":")[1][:12]):
                    self.expect_same(f"containers-storage:{place}{name}")
                conf = self.folder / "storage.conf"
                conf.write_text(f'[storage]\ndriver = "{driver}"\ngraphroot = "{self.folder / driver}"\n')
                self.expect_same("containers-storage:app:1", CONTAINERS_STORAGE_CONF=str(conf))
                nobody = {"DOCKER_HOST": f"unix://{self.folder}/no.sock", "CONTAINER_HOST": f"unix://{self.folder}/no.sock"}
                self.expect_same("app:1", CONTAINERS_STORAGE_CONF=str(conf), **nobody)

    def test_over_the_socket(self):
        storage = self.folder / "served"
        self.fill(storage, "overlay")
        with servers.podman_service(self.folder, storage) as path:
            self.expect_same("podman:localhost/app:1", CONTAINER_HOST="unix://" + path)
            self.expect_same("podman:app:1", CONTAINER_HOST="unix://" + path)
            self.expect_same("app:1", CONTAINER_HOST="unix://" + path, DOCKER_HOST=f"unix://{self.folder}/no.sock")
            _, said = self.scan("podman:none", code=2, CONTAINER_HOST="unix://" + path)
            self.assertIn("none", said)

    def test_without_an_engine(self):
        _, said = self.scan("podman:app", code=2, CONTAINER_HOST=f"unix://{self.folder}/no.sock")
        self.assertIn("systemctl start podman.socket", said)


class DockerTest(TargetTest):
    def test_over_the_socket(self):
        need("skopeo")
        archive = f"{self.folder}/docker.tar"
        run(*SKOPEO, "copy", f"oci:{self.folder}/layout:app", f"docker-archive:{archive}:app:1")
        with servers.docker_daemon(self.folder) as path:
            host = "unix://" + path
            run("docker", "-H", host, "load", "-i", archive)
            self.expect_same("docker:app:1", DOCKER_HOST=host)
            self.expect_same("docker:" + self.want["digest"].split(":")[1][:12], DOCKER_HOST=host)
            _, said = self.scan("docker:none", code=2, DOCKER_HOST=host)
            self.assertIn("No such image", said)


class ContainerdTest(TargetTest):
    def setUp(self):
        need("skopeo")
        self.archive = f"{self.folder}/containerd.tar"
        run(*SKOPEO, "copy", f"oci:{self.folder}/layout:app", f"docker-archive:{self.archive}:localhost/e2e-app:1")
        self.addCleanup(os.remove, self.archive)
        self.daemon = self.folder / self._testMethodName
        self.daemon.mkdir()

    def test_in_place(self):
        root = self.daemon / "root"
        with servers.containerd(self.daemon) as path:
            ctr = ["ctr", "-a", path, "-n"]
            run(*ctr, "k8s.io", "image", "import", self.archive)
            for name in ("localhost/e2e-app:1", "e2e-app:1", "[k8s.io]e2e-app:1", f"[{root}]e2e-app:1", f"[k8s.io@{root}]localhost/e2e-app:1"):
                with self.subTest(name):
                    self.expect_same(f"containerd:{name}")
            target = run(*ctr, "k8s.io", "image", "ls", "name==localhost/e2e-app:1").splitlines()[1].split()[2]
            for name in (target, target.split(":")[1][:12], f"localhost/e2e-app@{target}"):
                with self.subTest(name):
                    self.expect_same(f"containerd:{name}")
            nobody = {"DOCKER_HOST": f"unix://{self.folder}/no.sock", "CONTAINER_HOST": f"unix://{self.folder}/no.sock"}
            self.expect_same("e2e-app:1", **nobody)
            for name, options in (("[moby]e2e-app:1", {}), ("e2e-app:1", {"CONTAINERD_NAMESPACE": "moby"})):
                _, said = self.scan(f"containerd:{name}", code=2, **options)
                self.assertIn("no such image in the namespace moby of", said)
        with self.subTest("no daemon"):
            self.expect_same(f"containerd:[{root}]e2e-app:1")

    def test_an_index_of_which_one_platform_was_fetched(self):
        need("docker-registry")
        root = self.daemon / "root"
        place = f"containerd:[{root}]"
        with servers.registry(self.daemon, "push", self.daemon / "registry") as host, servers.containerd(self.daemon) as path:
            run(*SKOPEO, "copy", "--all", "--dest-tls-verify=false", f"oci:{self.folder}/layout:many", f"docker://{host}/team/app:many")
            run("ctr", "-a", path, "image", "pull", "--plain-http", "--platform", "linux/amd64", f"{host}/team/app:many")
            self.expect_same(f"{place}{host}/team/app:many", "--platform", "linux/amd64")
            _, said = self.scan(f"{place}app:many", "--platform", "linux/s390x", code=2)
            self.assertIn("fetched for another platform only", said)
            _, said = self.scan(f"{place}app:many", "--platform", "linux/riscv64", code=2)
            self.assertIn("linux/amd64, linux/s390x", said)
        layer = self.layout.manifest("app")["layers"][0]["digest"].split(":")[1]
        (root / "io.containerd.content.v1.content/blobs/sha256" / layer).unlink()
        _, said = self.scan(f"{place}app:many", code=2)
        self.assertIn(f"does not have the content {layer}", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
