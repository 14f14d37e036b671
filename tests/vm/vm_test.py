#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""vm_test.py WORK_FOLDER DOORMAN KERN_TESTS ACTION_TESTS

The guard on Linux 6.1 with BPF-LSM: boots Debian's cloud kernel in a virtual machine, out of memory alone, and runs
there `doorman guard --check`, a guard that loads every kernel program, and the tests of drift. Skipped aloud where
qemu or the kernel's package is not to be had.
"""

import glob
import os
import platform
import re
import shutil
import subprocess
import sys
import time

from image import TRAILER, Image

LSMS = "landlock,lockdown,yama,integrity,apparmor,bpf"
PROGRAMS = "sh bash ldd true ls cp cat chmod mv ln touch rm mkdir sleep mount chroot env".split()
MODULES = ("overlay",)
TIMEOUT = 300  # seconds; of a machine that has much else to do

INIT = """#!/bin/busybox sh
# From the first root no root can be changed: everything moves into another one.
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t tmpfs -o mode=755 root /new
/bin/busybox mv /image/* /new
/bin/busybox umount /proc
exec /bin/busybox switch_root /new /init
"""

SECOND_INIT = """#!/bin/sh
export PATH=/bin:/sbin HOME=/root GTEST_COLOR=no
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev
$b mount -t tmpfs tmp /tmp
$b mount -t cgroup2 cgroup2 /sys/fs/cgroup
$b mount -t bpf bpf /sys/fs/bpf
for module in /modules/*.ko; do $b insmod $module; done
$b ip link set lo up
part() {
  name=$1; shift; echo "PART $name"; "$@" 2>&1; status=$?
  read up idle </proc/uptime; echo "ENDED $name $status, $up s after the start"
}
part system $b uname -r
part check doorman guard --check
part guard sh /guard
part kern kern_tests
part action action_tests --gtest_filter="DriftGuardTest.*:GateProcessTest.WithoutAnyGate*-*AlertTells*:*WhatIsTold*"
$b poweroff -f
"""

# A guard that loads all there is, stopped as one is.
GUARD = """doorman guard --state-dir /tmp/state --drift deny --flows protect &
guard=$!
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -e /sys/fs/bpf/doorman/links/calls-on_sys_exit ] && break
  sleep 1
done
sleep 1
ls /sys/fs/bpf/doorman/links
kill -TERM $guard
wait $guard
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def find_kernel(work):
    """Debian's kernel with its modules, unpacked; loaded once."""
    unpacked = os.path.join(work, "kernel")
    if not glob.glob(unpacked + "/boot/vmlinuz-*"):
        depends = run("apt-cache", "depends", "linux-image-cloud-amd64").stdout
        package = re.search(r"Depends: (linux-image-\S+)", depends)
        if not package:
            skip("no package linux-image-cloud-amd64 is known")
        shutil.rmtree(unpacked, ignore_errors=True)
        loaded = run("apt-get", "download", package[1], cwd=work)
        archives = glob.glob(os.path.join(work, package[1] + "_*.deb"))
        if loaded.returncode != 0 or not archives:
            skip(f"{package[1]} cannot be loaded: {loaded.stderr.strip()}")
        subprocess.run(["dpkg-deb", "-x", archives[0], unpacked + ".new"], check=True)
        os.rename(unpacked + ".new", unpacked)
        for archive in archives:
            os.unlink(archive)
    return glob.glob(unpacked + "/boot/vmlinuz-*")[0], unpacked + "/lib/modules"


def python_files():
    """What the tests' own scripts import."""
    code = "import os, mmap, sys; print(*{m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)})"
    return run("/usr/bin/python3", "-I", "-S", "-c", code).stdout.split()


def make_image(work, modules, programs):
    inside = Image("/image")
    inside.add_merged_folders()
    for folder in ("/proc", "/sys", "/dev", "/tmp", "/root", "/etc"):
        inside.add_folder(folder)
    for name in PROGRAMS:
        inside.add_program(shutil.which(name, path="/usr/bin:/usr/sbin"))
    inside.add_program("/usr/bin/busybox")
    if os.path.exists("/usr/bin/python3"):
        inside.add_program("/usr/bin/python3")
        for file in python_files():
            inside.add_program(file)
    for path in programs:
        inside.add_program(path, "/usr/bin/" + os.path.basename(path), os.path.join(work, "stripped"))
    for name in MODULES:
        with open(glob.glob(f"{modules}/**/{name}.ko", recursive=True)[0], "rb") as file:
            inside.add_text(f"/modules/{name}.ko", file.read())
    inside.add_text("/init", SECOND_INIT)
    inside.add_text("/guard", GUARD)
    first = Image()
    for folder in ("/proc", "/new", "/image"):
        first.add_folder(folder)
    first.entries["/bin/busybox"] = inside.entries["/usr/bin/busybox"]
    first.add_folder("/bin")
    first.add_text("/init", INIT)
    path = os.path.join(work, "initramfs")
    with open(path, "wb") as file:
        file.write(first.bytes() + inside.bytes() + TRAILER)
    return path


def boot(kernel, initramfs):
    command = ["qemu-system-x86_64", "-machine", "accel=tcg", "-cpu", "max", "-smp", "2", "-m", "1536"]
    command += ["-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"]
    command += ["-kernel", kernel, "-initrd", initramfs]
    command += ["-append", f"console=ttyS0 quiet panic=-1 rdinit=/init lsm={LSMS}"]
    try:
        return run(*command, timeout=TIMEOUT, stdin=subprocess.DEVNULL).stdout
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")


def parts_of(output):
    """What each part printed, and with which status it ended."""
    found = {}
    for match in re.finditer(r"^PART (\w+)\n(.*?)^ENDED \1 (\d+), [^\n]*$", output, re.DOTALL | re.MULTILINE):
        found[match[1]] = (match[2], int(match[3]))
    return found


def problems_of(parts):
    for name in ("system", "check", "guard", "kern", "action"):
        if name not in parts:
            yield f"{name}: did not end"
        elif parts[name][1] != 0:
            yield f"{name}: ended with {parts[name][1]}"
    check = parts.get("check", ("", 0))[0]
    if re.search(r"^(?!BPF-LSM).{23}no  ", check, re.MULTILINE):
        yield "check: something does not work on this kernel"
    for wanted in (r"^BPF-LSM +yes ", "^Mode: BPF-LSM, fanotify and tracepoints for programs;"):
        if not re.search(wanted, check, re.MULTILINE):
            yield f"check: does not say {wanted}"
    if "memfd" in check:
        yield "check: says that what is in memory only cannot be refused"
    for wanted in ("lsm-on_bprm_check", "calls-on_sys_exit", "process-on_exec", "flow-"):
        if wanted not in parts.get("guard", ("", 0))[0]:
            yield f"guard: {wanted} was not loaded"
    for name in ("kern", "action"):
        output = parts.get(name, ("", 0))[0]
        for skipped in re.findall(r"^\[  SKIPPED \] (\S+)$", output, re.MULTILINE):
            yield f"{name}: {skipped} was skipped"


def main():
    work, *programs = sys.argv[1:]
    if platform.machine() != "x86_64":
        skip("another processor than the machine's")
    if not shutil.which("qemu-system-x86_64"):
        skip("no qemu-system-x86_64")
    if not os.path.exists("/usr/bin/busybox"):
        skip("no busybox")
    os.makedirs(work, exist_ok=True)
    kernel, modules = find_kernel(work)
    initramfs = make_image(work, modules, programs)
    started = time.monotonic()
    output = boot(kernel, initramfs).replace("\r", "")
    os.unlink(initramfs)
    parts = parts_of(output)
    problems = list(problems_of(parts))
    print(output if problems else parts["system"][0] + parts["check"][0])
    print(*re.findall("^ENDED .*", output, re.MULTILINE), sep="\n")
    print(f"the machine ran for {time.monotonic() - started:.0f} s")
    for problem in problems:
        print(f"FAILED: {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
