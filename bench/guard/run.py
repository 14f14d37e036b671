#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a guard costs: loops, redis and nginx, outside and inside a container, with the guard off and on in turn.

    bench/guard/run.py DOORMAN LOOPS [--stable FALCO_RULES] [--rounds N]

Each round runs every workload under every mode, one after the other, in another order each time; medians of the ratios to
the same round's `off` are printed as a Markdown table, with the lowest and highest. Needs root; the container part needs
podman, runc and an image that podman can make of /bin/busybox. A loop's figure is its nanoseconds (a ratio above 1 is a
cost), a server's its requests a second (a ratio below 1 is a cost).
"""
import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

LOOPS = {"open": 300_000, "getpid": 2_000_000, "exec": 2_000, "connect": 20_000}


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Hook:
    """An empty program at the end of each system call, within a block."""

    cpu = peak = 0.0

    def __init__(self, loops):
        self.loops = loops

    def __enter__(self):
        self.process = subprocess.Popen([self.loops, "hook"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Guard:
    """At work within a block; afterwards its own CPU seconds and peak memory are known."""

    def __init__(self, doorman, options):
        self.doorman, self.options = doorman, options
        self.cpu = self.peak = 0.0

    def cpu_now(self):
        """Of the guard and the processes of its gate."""
        ticks = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                if os.readlink(folder / "exe") == os.path.realpath(self.doorman):
                    ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass  # it ended, or is a thread of the kernel
        return ticks / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        if self.options is None:
            return self
        self.state = tempfile.mkdtemp(prefix="guard-bench")
        self.said = open(os.path.join(self.state, "said"), "wb")
        self.process = subprocess.Popen([self.doorman, "guard", "--state-dir", self.state, *self.options],
                                        stdout=subprocess.DEVNULL, stderr=self.said)
        while b"guarding" not in Path(self.said.name).read_bytes():
            if self.process.poll() is not None:
                raise SystemExit(Path(self.said.name).read_text())
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        if self.options is None:
            return
        self.process.terminate()
        _, _, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = 0
        self.cpu, self.peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        self.said.close()
        shutil.rmtree(self.state, ignore_errors=True)


def start_container(image):
    """One that waits; its id."""
    return run("podman", "--runtime", "runc", "run", "-d", "--pull", "never", "--network", "none", "--ulimit", "nofile=20000:20000",
               "--ulimit", "nproc=4096:4096", image, "/bin/sleep", "36000").strip()


class Container:
    """A container that waits, for what is to be run in it."""

    IMAGE = "localhost/guard-bench:1"

    def __init__(self, loops):
        folder = Path(tempfile.mkdtemp(prefix="guard-bench-root"))
        for name in ("bin", "etc", "tmp", "proc", "sys", "dev"):
            (folder / name).mkdir()
        shutil.copy("/bin/busybox", folder / "bin/busybox")
        shutil.copy(loops, folder / "bin/loops")
        for name in ("sleep", "true"):
            (folder / "bin" / name).symlink_to("busybox")
        (folder / "etc/hostname").write_text("bench\n")
        (folder / "etc/shadow").write_text("root:*:20000:0:99999:7:::\n")
        archive = subprocess.run(["tar", "-C", folder, "-c", "."], stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["podman", "import", "-q", "-", self.IMAGE], input=archive, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)

    def __enter__(self):
        self.id = start_container(self.IMAGE)
        return self

    def __exit__(self, *_):
        subprocess.run(["podman", "rm", "-f", "-t", "0", self.id], capture_output=True)

    def loop(self, name, count):
        # From within the engine: what `podman exec` itself costs is not in the loop's own clock.
        return float(run("podman", "exec", self.id, "/bin/loops", name, count))


def redis(port=6399):
    server = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        told = run("redis-benchmark", "-p", port, "-q", "-t", "get", "-n", 100_000, "-c", 16)
        return float(re.findall(r"([0-9.]+) requests per second", told)[-1])
    finally:
        server.terminate()
        server.wait()


def nginx(port=8099):
    folder = tempfile.mkdtemp(prefix="guard-bench-nginx")
    Path(folder, "index.html").write_text("x" * 612)
    Path(folder, "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log /dev/null; events {{}} http {{ access_log off; "
        f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}")
    os.chmod(folder, 0o755)
    server = subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        told = run("wrk", "-t1", "-c16", "-d3s", f"http://127.0.0.1:{port}/")
        return float(re.search(r"Requests/sec: *([0-9.]+)", told)[1])
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


def workloads(loops, container):
    made = {}
    for name, count in LOOPS.items():
        made[f"{name}, outside"] = lambda name=name, count=count: float(run(loops, name, count))
        if container:
            # /bin/true of the container is busybox, which is static: another program, the same one in every mode.
            made[f"{name}, in a container"] = lambda name=name, count=count: container.loop(name, count)
    if shutil.which("redis-benchmark"):
        made["redis requests"] = redis
    if shutil.which("wrk") and shutil.which("nginx"):
        made["nginx requests"] = nginx
    return made


def own_cost(doorman, loops, container):
    """The guard's own CPU seconds over 20,000 fork and exec."""
    for title, options in (("identity, drift, flows", ["--rules", "none"]), ("pack runtime", [])):
        with Guard(doorman, options) as guard:
            for place, loop in (("outside", lambda: run(loops, "exec", 20_000)), ("in a container", lambda: container.loop("exec", 20_000))):
                before = guard.cpu_now()
                loop()
                time.sleep(0.3)
                print(f"- {title}, 20,000 fork and exec {place}: {guard.cpu_now() - before:.2f} s of the guard's own CPU")


def first_alert(doorman, container):
    """From the start of the program until the first line about what a container does all the time."""
    deed = subprocess.Popen(["podman", "exec", container.id, "/bin/busybox", "sh", "-c",
                             "while :; do /bin/busybox cat /etc/shadow; done"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times = []
    try:
        for _ in range(5):
            with tempfile.TemporaryDirectory() as state:
                began = time.monotonic()
                guard = subprocess.Popen([doorman, "guard", "--state-dir", state, "--quiet"], stdout=subprocess.PIPE)
                watchdog = threading.Timer(20, guard.terminate)
                watchdog.start()
                for line in guard.stdout:
                    if b"/etc/shadow" in line:
                        times.append(time.monotonic() - began)
                        break
                watchdog.cancel()
                guard.terminate()
                guard.stdout.close()
                guard.wait()
    finally:
        deed.kill()
        subprocess.run(["podman", "exec", container.id, "/bin/busybox", "killall", "sh"], capture_output=True)
    if not times:
        raise SystemExit("no alert at all")
    print(f"- first alert after the start: {statistics.median(times) * 1000:.0f} ms ({min(times) * 1000:.0f} to {max(times) * 1000:.0f})")


def many_containers(doorman, count):
    """Peak memory of the guard with so many containers."""
    made = []
    with Guard(doorman, []) as guard:
        try:
            for _ in range(count):
                made.append(start_container(Container.IMAGE))
            time.sleep(1)
        finally:
            subprocess.run(["podman", "rm", "-f", "-t", "0", *made], capture_output=True)
    print(f"- {count} containers: {guard.peak:.0f} MiB at the peak")


def log_rate(doorman, loops):
    """The highest rate of events out of two processes for ten seconds that the log has whole."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "rules.yaml")
        rules.write_text("- rule: opened\n  desc: Each one is kept.\n  condition: evt.type = openat and fd.name = /etc/hostname and proc.name = nobody\n"
                         "  output: opened\n  priority: INFO\n")
        for rate in (50_000, 100_000, 200_000, 300_000, 400_000, 600_000):
            each = rate // 2
            with Guard(doorman, ["--rules", str(rules)]) as guard:
                both = [subprocess.Popen([loops, "open", str(each * 10), str(each)], stdout=subprocess.DEVNULL) for _ in range(2)]
                began = time.monotonic()
                for process in both:
                    process.wait()
                took = time.monotonic() - began
                time.sleep(0.5)
                told = run(doorman, "guard", "--stats", "--state-dir", guard.state)
            calls = int(re.search(r"system calls +([0-9]+)", told)[1])
            lost = int(re.search(r"^lost +([0-9]+)", told, re.M)[1])
            causes = "; ".join(line.strip() for line in told.splitlines() if line.startswith("  "))
            print(f"- {rate:,} a second asked for, {each * 20 / took:,.0f} made: {calls:,} in the log, {lost:,} lost {causes}")
            if lost:
                break


def print_table(made, others, figures, costs):
    print("| workload | off | " + " | ".join(others) + " |")
    print("|---|---|" + "---|" * len(others))
    for name in made:
        off = figures[name, "off"]
        cells = [f"{statistics.median(off):,.0f}"]
        for mode in others:
            ratios = [figure / base for figure, base in zip(figures[name, mode], off)]
            cells.append(f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")
        print(f"| {name} | " + " | ".join(cells) + " |")
    for title, index, form in (("the guard's own CPU seconds", 0, "{:.2f}"), ("peak MiB", 1, "{:.0f}")):
        print(f"| {title} | | " + " | ".join(form.format(statistics.median(cost[index] for cost in costs[mode])) for mode in others) + " |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("doorman")
    arguments.add_argument("loops")
    arguments.add_argument("--stable", help="Falco's stable rule file")
    arguments.add_argument("--before", metavar="DOORMAN", help="another build of it, measured in turn with this one")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--containers", type=int, default=200, help="how many for the guard's memory; 0: not measured")
    given = arguments.parse_args()
    guards = {"identity, drift, flows": ["--rules", "none"], "pack runtime": []}
    if given.stable:
        guards["Falco's stable file"] = ["--rules", given.stable]
    modes = {"off": lambda: Guard(given.doorman, None), "an empty sys_exit hook": lambda: Hook(given.loops)}
    for name, options in guards.items():
        modes[name] = lambda options=options: Guard(given.doorman, options)
        if given.before:
            modes[f"{name}, before"] = lambda options=options: Guard(given.before, options)
    figures = {}
    costs = {}
    with Container(given.loops) as container:
        made = workloads(given.loops, container)
        for _ in range(given.rounds):
            for mode in random.sample(list(modes), len(modes)):
                with modes[mode]() as guard:
                    for name, work in made.items():
                        figures.setdefault((name, mode), []).append(work())
                costs.setdefault(mode, []).append((guard.cpu, guard.peak))
        others = [mode for mode in modes if mode != "off" and given.rounds]
        if given.rounds:
            print_table(made, others, figures, costs)
        print(flush=True)
        own_cost(given.doorman, given.loops, container)
        first_alert(given.doorman, container)
    log_rate(given.doorman, given.loops)
    if given.containers:
        many_containers(given.doorman, given.containers)


if __name__ == "__main__":
    main()
