# SPDX-License-Identifier: Apache-2.0
"""Real registries and engines, started for one test and ended with it."""
import base64
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import unittest
import urllib.parse

USER, PASSWORD = "user", "pass:word"
HTPASSWD = "user:$2b$05$abcdefghijklmnopqrstuuDIEddBSuRWBBEY6g5zv60IAP5bSSfki\n"  # bcrypt of PASSWORD
START_SECONDS = 60


def need(*programs):
    """Skips the test, aloud, where one of the programs is not installed."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise unittest.SkipTest("not installed: " + ", ".join(missing))


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def remove_folder(folder):
    """With what an engine left mounted below it."""
    mounts = [line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((mount for mount in mounts if mount.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def process(command, ready, log, **options):
    """Runs a server until the block ends; `ready` says when it answers."""
    with open(log, "wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} does not start:\n{pathlib.Path(log).read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def connects(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connects_to_socket(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


@contextlib.contextmanager
def registry(folder, name, storage, http="", auth=""):
    """Debian's docker-registry over the storage folder; yields `127.0.0.1:PORT`."""
    need("docker-registry")
    port = free_port()
    config = pathlib.Path(folder) / f"{name}.yml"
    config.write_text(f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {storage}\n"
                      f"http:\n  addr: 127.0.0.1:{port}\n{http}{auth}")
    with process(["docker-registry", "serve", str(config)], lambda: connects(port), f"{folder}/{name}.log"):
        yield f"127.0.0.1:{port}"


def make_certificates(folder):
    """ca.pem, and cert.pem with key.pem for 127.0.0.1 signed by it."""
    need("openssl")
    key = ("-newkey", "rsa:2048", "-nodes", "-subj")
    (pathlib.Path(folder) / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    run("openssl", "req", "-x509", *key, "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", cwd=folder)
    run("openssl", "req", *key, "/CN=server", "-keyout", "key.pem", "-out", "cert.csr", cwd=folder)
    run("openssl", "x509", "-req", "-in", "cert.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-out", "cert.pem", "-days", "2", "-extfile", "ext", cwd=folder)


def coded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenServer:
    """Gives tokens as Docker's "Token Authentication Specification" has it, signed by key.pem of the folder."""

    def __init__(self, folder):
        self.folder = folder
        self.scopes = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}/token"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def registry_auth(self):
        return (f"auth:\n  token:\n    realm: {self.address}\n    service: the registry\n    issuer: tests\n"
                f"    rootcertbundle: {self.folder}/ca.pem\n")

    def token(self, scope):
        certificate = base64.b64encode(run_bytes("openssl", "x509", "-in", "cert.pem", "-outform", "DER", cwd=self.folder)).decode()
        kind, name, actions = scope.split(":")
        now = int(time.time())
        claims = {"iss": "tests", "sub": USER, "aud": "the registry", "iat": now, "nbf": now - 10, "exp": now + 300, "jti": str(now),
                  "access": [{"type": kind, "name": name, "actions": actions.split(",")}]}
        header = {"typ": "JWT", "alg": "RS256", "x5c": [certificate]}
        signed = coded(json.dumps(header).encode()) + "." + coded(json.dumps(claims).encode())
        signature = run_bytes("openssl", "dgst", "-sha256", "-sign", "key.pem", cwd=self.folder, input=signed.encode())
        return signed + "." + coded(signature)

    def handler(self):
        outer = self
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                scope = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)["scope"][0]
                outer.scopes.append(scope)
                known = self.headers.get("Authorization") == wanted
                answer = {"token": outer.token(scope)} if known else {"details": "who are you?"}
                body = json.dumps(answer).encode()
                self.send_response(200 if known else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


def run_bytes(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


@contextlib.contextmanager
def podman_service(folder, storage, driver="overlay"):
    """Yields the socket's path."""
    need("podman")
    path = f"{folder}/podman.sock"
    command = ["podman", "--root", str(storage), "--runroot", f"{folder}/run", "--storage-driver", driver,
               "system", "service", "--time", "0", "unix://" + path]
    with process(command, lambda: connects_to_socket(path), f"{folder}/podman.log"):
        yield path


@contextlib.contextmanager
def docker_daemon(folder, driver="vfs", words=(), **options):
    """Yields the socket's path. Needs root. `words` are more of its arguments, `options` the process's."""
    need("dockerd", "docker")
    if os.geteuid() != 0:
        raise unittest.SkipTest("dockerd needs root")
    path = f"{folder}/docker.sock"
    command = ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver", driver,
               "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/docker.pid", "-H", "unix://" + path, *words]
    with process(command, lambda: connects_to_socket(path), f"{folder}/docker.log", **options):
        yield path


@contextlib.contextmanager
def containerd(folder, words=(), **options):
    """Yields the socket's path. Needs root. `words` are more of its arguments, `options` the process's."""
    need("containerd", "ctr", "runc")
    if os.geteuid() != 0:
        raise unittest.SkipTest("containerd needs root")
    path = f"{folder}/containerd.sock"
    command = ["containerd", "--root", f"{folder}/root", "--state", f"{folder}/state", "-a", path, *words]
    with process(command, lambda: connects_to_socket(path), f"{folder}/containerd.log", **options):
        yield path
