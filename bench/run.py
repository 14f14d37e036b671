#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times doorman on the bench image against the floor and against Trivy, side by side in one run.

    bench/run.py DOORMAN IMAGE_FOLDER [--rounds N] [--trivy PROGRAM]

The floor is what cannot be left out: inflating the layers (igzip -d, zstd -d, or nothing), SHA-256 of their stored
bytes, and SHA-256 of the bytes of the executables that doorman lists; each by the fastest program that Debian has.
Rounds are interleaved and medians are printed, as a Markdown table; all processes run one after the other.
"""
import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

CASES = {"gzip": "big-gzip.tar", "zstd": "big-zstd.tar", "docker-archive": "big-docker.tar"}


class Cost:
    def __init__(self, cpu=0.0, wall=0.0, peak=0):
        self.cpu, self.wall, self.peak = cpu, wall, peak

    def __add__(self, other):
        return Cost(self.cpu + other.cpu, self.wall + other.wall, max(self.peak, other.peak))


def run(*command, stdin=None, codes=(0,)):
    """One process and its children: CPU and wall seconds, peak memory in MiB."""
    began = time.monotonic()
    with open(os.devnull, "wb") as nothing:
        process = subprocess.Popen(list(map(str, command)), stdin=stdin, stdout=nothing, stderr=nothing)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise SystemExit(f"exit code {process.returncode}: {' '.join(map(str, command))}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024)


def median(costs):
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("cpu", "wall", "peak")))


def blobs(folder, kind):
    manifest = json.loads((folder / kind / "index.json").read_text())["manifests"][0]
    def blob(digest):
        return folder / kind / "blobs/sha256" / digest.removeprefix("sha256:")
    return [blob(layer["digest"]) for layer in json.loads(blob(manifest["digest"]).read_text())["layers"]]


def make_executables(doorman, folder):
    """The bytes of every executable that doorman hashes, one after the other."""
    target = folder / "executables.bin"
    if target.exists():
        return target
    report = subprocess.run([doorman, "scan", folder / "big-docker.tar", "-f", "json", "-q", "--no-cache",
                             "--no-secrets", "--policy", "none"], check=True, stdout=subprocess.PIPE).stdout
    with open(target, "wb") as out:
        for program in json.loads(report)["reports"][0]["programs"]:
            with open(folder / "rootfs" / program["path"], "rb") as file:
                shutil.copyfileobj(file, out)
    return target


def floor(folder, case, executables):
    if case == "docker-archive":
        stored = sorted((folder / "layers").glob("*.tar"))
        inflate = Cost()
    else:
        stored = blobs(folder, case)
        command = ["igzip", "-d", "-c"] if case == "gzip" else ["zstd", "-dcq"]
        inflate = sum((run(*command, blob) for blob in stored), Cost())
    return inflate + run("openssl", "dgst", "-sha256", *stored, executables)


def trivy_cache(folder):
    """Trivy refuses an image with a jar unless its Java database is there: an empty one."""
    cache = folder / "trivy-cache"
    shutil.rmtree(cache / "fanal", ignore_errors=True)
    if not (cache / "java-db").exists():
        (cache / "java-db").mkdir(parents=True)
        database = sqlite3.connect(cache / "java-db/trivy-java.db")
        database.executescript(
            "create table artifacts(id integer primary key, group_id text, artifact_id text);"
            "create table indices(artifact_id integer, version text, sha1 blob, archive_type text, license text);")
        database.close()
        (cache / "java-db/metadata.json").write_text(json.dumps({
            "Version": 1, "NextUpdate": "2099-01-01T00:00:00Z", "UpdatedAt": "2026-01-01T00:00:00Z",
            "DownloadedAt": "2026-01-01T00:00:00Z"}))
    return cache


def trivy(program, folder, case):
    # It takes no oci-archive, so it gets the layout that the archive was made of.
    where = folder / "big-docker.tar" if case == "docker-archive" else folder / case
    return run(program, "--cache-dir", trivy_cache(folder), "image", "--input", where, "--format", "cyclonedx", "--quiet",
               "--offline-scan", "--skip-java-db-update", "--skip-db-update")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("doorman", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trivy", type=Path)
    arguments = parser.parse_args()
    doorman, folder = arguments.doorman.absolute(), arguments.folder.absolute()
    executables = make_executables(doorman, folder)

    measured = {}

    def note(case, what, cost):
        measured.setdefault((case, what), []).append(cost)

    for _ in range(arguments.rounds):
        for case, archive in CASES.items():
            with tempfile.TemporaryDirectory(dir=folder) as state:
                scan = (doorman, "scan", folder / archive, "--state-dir", state, "-f", "json", "--no-progress")
                packages = (*scan, "--no-secrets", "--policy", "none")
                note(case, "floor", floor(folder, case, executables))
                note(case, "doorman cold", run(*packages))
                note(case, "doorman warm", run(*packages))
                # The exit code is the default policy's verdict.
                note(case, "doorman cold, secrets and policy", run(*scan, codes=(0, 1)))
                note(case, "doorman warm, secrets and policy", run(*scan, codes=(0, 1)))
            if arguments.trivy:
                start_up = run(arguments.trivy, "--version")
                cost = trivy(arguments.trivy, folder, case)
                note(case, "Trivy 0.68.2", Cost(cost.cpu - start_up.cpu, cost.wall - start_up.wall, cost.peak))

    print("| image | run | CPU s | wall s | peak MiB | CPU / floor | wall / own CPU | CPU / Trivy |")
    print("|---|---|---|---|---|---|---|---|")
    for (case, what), costs in measured.items():
        cost, base = median(costs), median(measured[case, "floor"])
        peer = measured.get((case, "Trivy 0.68.2"))
        against = f"{cost.cpu / median(peer).cpu:.2f}" if peer else "-"
        print(f"| {case} | {what} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.peak:.0f} | {cost.cpu / base.cpu:.2f} | "
              f"{cost.wall / cost.cpu:.2f} | {against} |")


if __name__ == "__main__":
    main()
