#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What doorman-runtime adds to a container's start, with /bin/true in place of the real runtime.

    bench/runtime/run.py [NAME=]DOORMAN_RUNTIME... [--rounds N]

Each round starts every program in every case once, one after the other in an order of its own. Medians and quartiles in
milliseconds are printed as a Markdown table; `more` is the median of a round's difference to /bin/true by itself.

The bundle is what podman writes for a plain container. It lies in nobody's folder (`bundle`), or in a storage of podman's
with 50 containers and 50 images, of which this one was scanned and has 400 packages with 1,500 programs (`podman, scanned`).
"""
import argparse
import hashlib
import json
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

REAL = "/bin/true"
CAPABILITIES = [f"CAP_{name}" for name in ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
                                           "SETPCAP", "SETUID", "SYS_CHROOT")]
MASKED = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
          "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/fs/selinux", "/sys/dev/block"]


def mount(destination, kind, *options):
    return {"destination": destination, "type": kind, "source": kind, "options": ["nosuid", "noexec", "nodev", *options]}


def config():
    sets = ("bounding", "effective", "permitted")
    return {
        "ociVersion": "1.0.2-dev",
        "process": {
            "user": {"uid": 0, "gid": 0, "umask": 18, "additionalGids": [0]},
            "args": ["/bin/sh"],
            "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", "HOME=/root", "HOSTNAME=shop"],
            "cwd": "/",
            "capabilities": {name: CAPABILITIES for name in sets},
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1048576, "soft": 1048576}],
        },
        "root": {"path": "rootfs"},
        "hostname": "shop",
        "mounts": [mount("/proc", "proc"), mount("/dev", "tmpfs", "mode=755"), mount("/sys", "sysfs", "ro"),
                   mount("/dev/pts", "devpts", "newinstance"), mount("/dev/mqueue", "mqueue"), mount("/dev/shm", "tmpfs", "size=64m"),
                   mount("/sys/fs/cgroup", "cgroup", "ro")],
        "annotations": {"io.container.manager": "libpod", "io.kubernetes.cri-o.TTY": "false", "org.opencontainers.image.stopSignal": "15"},
        "linux": {
            "resources": {"pids": {"limit": 2048}, "devices": [{"allow": False, "access": "rwm"}]},
            "cgroupsPath": "machine.slice:libpod:shop",
            "namespaces": [{"type": name} for name in ("pid", "network", "ipc", "uts", "mount", "cgroup")],
            "seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
                        "syscalls": [{"names": [f"call_number_{number}" for number in range(400)], "action": "SCMP_ACT_ALLOW"}]},
            "maskedPaths": MASKED,
            "readonlyPaths": ["/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }


def write(path, content, more=None):
    """One object of JSON; what is in `more` on lines of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content)
    path.write_text(text if more is None else f"{text[:-1]},\n{json.dumps(more, indent=1)[1:]}")


def hex_of(what):
    return hashlib.sha256(what.encode()).hexdigest()


def make_bundle(folder):
    write(folder / "bundle/config.json", config())
    return folder / "bundle", "shop"


def make_podman(folder, state):
    numbers = range(50)
    storage, container, image = folder / "storage", hex_of("container 7"), hex_of("image 7")
    write(storage / "overlay-containers/containers.json",
          [{"id": hex_of(f"container {n}"), "names": [f"shop-{n}"], "image": hex_of(f"image {n}"), "layer": hex_of(f"layer {n}"),
            "metadata": json.dumps({"image-name": f"registry.example/shop-{n}:1", "image-id": hex_of(f"image {n}"), "name": f"shop-{n}"}),
            "created": "2026-11-01T10:00:00Z"} for n in numbers])
    write(storage / "overlay-images/images.json",
          [{"id": hex_of(f"image {n}"), "digest": "sha256:" + hex_of(f"manifest {n}"), "names": [f"registry.example/shop-{n}:1"]}
           for n in numbers])
    write(state / f"images/sha256/{image}.json", {"version": 1, "worst": "medium", "known_exploited": False, "runs_as_root": True},
          {"packages": [f"pkg:deb/debian/package-{n}@1.{n}-1?arch=amd64&distro=debian-12" for n in range(400)],
           "programs": [{"path": f"usr/bin/program-{n:04}", "package": n % 400} for n in range(1500)]})
    bundle = storage / "overlay-containers" / container / "userdata"
    write(bundle / "config.json", config())
    return bundle, container


def start(command, environment):
    """Milliseconds from before its start to its end, and of the processor."""
    began = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment)
    _, status, usage = os.wait4(pid, 0)
    took = time.perf_counter() - began
    if status != 0:
        raise SystemExit(f"exit code {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    return took * 1000, (usage.ru_utime + usage.ru_stime) * 1000


def cases_of(programs, folder):
    state = folder / "state"
    state.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "DOORMAN_RUNTIME": REAL, "DOORMAN_STATE_DIR": str(state)}
    bundles = {"bundle": make_bundle(folder), "podman, scanned": make_podman(folder, state)}
    cases = {("", "the real runtime by itself"): ([REAL, "state", "shop"], environment)}
    for name, program in programs:
        cases[name, "passed through"] = ([program, "state", "shop"], environment)
        for kind, (bundle, container) in bundles.items():
            cases[name, f"judged: {kind}"] = ([program, "create", "--bundle", str(bundle), container], environment)
    return cases


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", nargs="+", metavar="[NAME=]DOORMAN_RUNTIME")
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    programs = [(name, str(Path(path or name).absolute())) for name, _, path in (each.partition("=") for each in arguments.programs)]
    with tempfile.TemporaryDirectory(prefix="doorman-bench") as folder:
        cases = cases_of(programs, Path(folder))
        times = {case: [] for case in cases}
        for number in range(arguments.rounds + 5):
            for case in random.sample(list(cases), len(cases)):
                took = start(*cases[case])
                if number >= 5:  # what the first ones read from the disk is nobody's
                    times[case].append(took)
    alone = next(iter(times.values()))
    print("| program | call | median ms | quartiles | more | processor ms more |\n|---|---|---|---|---|---|")
    for (name, call), each in times.items():
        low, middle, high = statistics.quantiles((wall for wall, _ in each), n=4)
        wall, cpu = (statistics.median(mine[i] - bare[i] for mine, bare in zip(each, alone)) for i in (0, 1))
        print(f"| {name} | {call} | {middle:.2f} | {low:.2f}–{high:.2f} | {wall:.2f} | {cpu:.2f} |")


if __name__ == "__main__":
    main()
