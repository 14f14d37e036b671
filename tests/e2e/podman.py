# SPDX-License-Identifier: Apache-2.0
"""Images made of busybox for tests that run containers of podman."""
import os
import pathlib
import subprocess
import unittest

import images
from servers import need

LIMITS = ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", "--pull", "never", "--network", "none"]
BUSYBOX = "/bin/busybox"


def need_containers():
    """Skips the test, aloud, where podman cannot run a container of busybox."""
    need("podman", "runc")
    if os.geteuid() != 0:
        raise unittest.SkipTest("not root")
    if not os.path.exists(BUSYBOX):
        raise unittest.SkipTest("not installed: busybox-static")


def load(archive, programs, members):
    """Makes an image with these names of busybox and these members, by way of the file `archive`, and gives its digest."""
    members = [*(images.folder(name) for name in ("bin", "etc", "tmp", "proc", "sys", "dev", "run")),
               ("bin/busybox", pathlib.Path(BUSYBOX).read_bytes(), 0o755), *members,
               *(images.link(f"bin/{name}", "busybox") for name in programs)]
    archive.write_bytes(images.Image(images.tar(members), settings={"Env": ["PATH=/bin"]}).oci_archive())
    loaded = subprocess.run(["podman", "load", "-q", "-i", str(archive)], capture_output=True, text=True, check=True)
    return loaded.stdout.strip().split(":")[-1]
