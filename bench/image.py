#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the bench image: ten layers from Debian and npm packages, about 700 MB compressed.

    bench/image.py FOLDER

leaves in FOLDER, once and for all: rootfs/ (the image's files), layers/NN.tar (plain), gzip/ and zstd/ (OCI layouts),
big-gzip.tar, big-zstd.tar (oci-archives) and big-docker.tar (a docker-archive). Needs root, mmdebstrap, npm, gzip
and zstd. What npm and Debian offer changes by the day, so figures compare within one image only.
"""
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

SUITE = "bookworm"
# name, Debian packages, as a build step of the image's history
APT_LAYERS = [
    ("tools", "ca-certificates curl git openssh-client gnupg procps redis-server nginx-light sqlite3 perl"),
    ("python", "python3 python3-pip python3-numpy python3-pandas python3-requests python3-flask python3-django "
               "python3-sqlalchemy python3-cryptography python3-lxml python3-yaml python3-boto3 python3-jinja2"),
    ("java", "openjdk-17-jre-headless maven libspring-core-java libspring-web-java liblog4j2-java libtomcat9-java "
             "libjackson2-databind-java libnetty-java libguava-java libhibernate-validator-java liblucene4.10-java"),
    ("ruby", "ruby ruby-dev rails ruby-nokogiri ruby-sinatra"),
    ("go", "hugo rclone restic caddy"),
    ("node", "nodejs"),
]
NPM_PACKAGES = """
express@4.17.1 lodash@4.17.20 axios@0.21.1 react react-dom webpack@5 webpack-cli typescript eslint@8 jest@29
@babel/core @babel/preset-env @babel/preset-react mocha chai sinon nyc @vue/cli-service@5 @nestjs/core@10 @nestjs/common@10
typeorm mongoose sequelize knex pg mysql2 redis socket.io aws-sdk graphql apollo-server-express gulp@4 grunt browserify
rollup tailwindcss@3 less stylelint@15 prettier winston pino moment@2.29.1 minimist@1.2.5 node-fetch@2.6.0 ws@7.4.5
tar@6.1.0 react-scripts@5 hexo@6 ember-cli@5
""".split()
# Programs written in Go with their module lists, which Debian's own do not carry.
NPM_PROGRAMS = ["@esbuild/linux-x64", "@cdxgen/cdxgen-plugins-bin-linux-amd64@2.0.2", "@bufbuild/buf-linux-x64",
                "turbo-linux-64"]


def run(*command, **options):
    print("+", " ".join(map(str, command))[:160], flush=True)
    subprocess.run(list(map(str, command)), check=True, **options)


def snapshot(root):
    """What changes when a file does: path -> (type and mode, size, modification time, inode)."""
    seen = {}
    for folder, folders, files in os.walk(root):
        relative = os.path.relpath(folder, root)
        for name in folders + files:
            path = os.path.normpath(os.path.join(relative, name))
            status = os.lstat(os.path.join(root, path))
            size = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
            seen[path] = (status.st_mode, size, 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns)
    return seen


def write_layer(root, before, after, target):
    changed = sorted(path for path, what in after.items() if before.get(path) != what)
    gone = sorted(path for path in before if path not in after and os.path.dirname(path) in {"", *after})
    names = [path for path in changed if not path.startswith(("proc/", "sys/", "dev/"))]
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in names:
            archive.add(os.path.join(root, path), arcname=path, recursive=False)
        for path in gone:
            whiteout = tarfile.TarInfo(os.path.join(os.path.dirname(path), ".wh." + os.path.basename(path)))
            archive.addfile(whiteout)
    print(f"  {target.name}: {len(names)} entries, {len(gone)} whiteouts, {target.stat().st_size >> 20} MiB", flush=True)


def install(root, packages):
    """With /proc there, which Java's packages need, and with no services started."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run("mount", "-t", "proc", "proc", root / "proc")
    try:
        run("chroot", root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages.split(),
            env=environment, stdout=subprocess.DEVNULL)
    finally:
        run("umount", root / "proc")
    run("chroot", root, "apt-get", "clean")


def make_layers(folder):
    root, layers = folder / "rootfs", folder / "layers"
    layers.mkdir(parents=True, exist_ok=True)
    steps = []
    before = {}

    def finish(name, created_by):
        nonlocal before
        after = snapshot(root)
        write_layer(root, before, after, layers / f"{len(steps):02d}-{name}.tar")
        steps.append(created_by)
        before = after

    run("mmdebstrap", "--variant=minbase", SUITE, root)
    finish("base", f"/bin/sh -c #(nop) ADD rootfs of Debian {SUITE}")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    run("chroot", root, "apt-get", "update", "-qq")
    for name, packages in APT_LAYERS:
        install(root, packages)
        finish(name, f"/bin/sh -c apt-get install -y --no-install-recommends {packages}")
    app = root / "srv/app"
    app.mkdir(parents=True)
    (app / "package.json").write_text(json.dumps({"name": "bench-app", "version": "1.0.0", "private": True}))
    run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", *NPM_PACKAGES, cwd=app,
        stdout=subprocess.DEVNULL)
    finish("npm", "/bin/sh -c npm install")
    programs = root / "opt/programs"
    programs.mkdir(parents=True)
    run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--force", *NPM_PROGRAMS, cwd=programs,
        stdout=subprocess.DEVNULL)
    shutil.rmtree(root / "var/lib/apt/lists")
    (root / "usr/sbin/policy-rc.d").unlink()
    finish("programs", "/bin/sh -c install programs && rm -rf /var/lib/apt/lists")
    (folder / "steps.json").write_text(json.dumps(steps))


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def add_blob(layout, content):
    name = hashlib.sha256(content).hexdigest()
    (layout / "blobs/sha256" / name).write_bytes(content)
    return {"digest": "sha256:" + name, "size": len(content)}


def make_layout(folder, kind, command, media_type, diff_ids, steps):
    layout = folder / kind
    blobs = layout / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    layers = []
    for tar in sorted((folder / "layers").glob("*.tar")):
        packed = blobs / "packed"
        with open(packed, "wb") as out:
            subprocess.run([*command, str(tar)], check=True, stdout=out)
        name = digest_of(packed)
        packed.rename(blobs / name)
        layers.append({"mediaType": media_type, "digest": "sha256:" + name, "size": (blobs / name).stat().st_size})
    config = add_blob(layout, config_of(diff_ids, steps))
    config["mediaType"] = "application/vnd.oci.image.config.v1+json"
    manifest = add_blob(layout, json.dumps({"schemaVersion": 2, "config": config, "layers": layers,
                                            "mediaType": "application/vnd.oci.image.manifest.v1+json"}).encode())
    manifest["mediaType"] = "application/vnd.oci.image.manifest.v1+json"
    manifest["annotations"] = {"org.opencontainers.image.ref.name": "bench"}
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    run("tar", "-C", layout, "-cf", folder / f"big-{kind}.tar", "oci-layout", "index.json", "blobs")
    print(f"  {kind}: {sum(layer['size'] for layer in layers) >> 20} MiB", flush=True)


def config_of(diff_ids, steps):
    return json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2024-01-01T00:00:00Z",
        "config": {"Env": ["PATH=/usr/bin:/bin"], "Cmd": ["node", "/srv/app"]},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created": "2024-01-01T00:00:00Z", "created_by": step} for step in steps]}).encode()


def make_docker_archive(folder, diff_ids, steps):
    config = config_of(diff_ids, steps)
    name = hashlib.sha256(config).hexdigest() + ".json"
    stage = folder / "docker"
    stage.mkdir(exist_ok=True)
    (stage / name).write_bytes(config)
    layers = []
    for tar, diff_id in zip(sorted((folder / "layers").glob("*.tar")), diff_ids):
        layer = diff_id.removeprefix("sha256:") + "/layer.tar"
        (stage / layer).parent.mkdir(exist_ok=True)
        if not (stage / layer).exists():
            os.link(tar, stage / layer)
        layers.append(layer)
    (stage / "manifest.json").write_text(json.dumps([{"Config": name, "RepoTags": ["bench:latest"], "Layers": layers}]))
    run("tar", "-C", stage, "-cf", folder / "big-docker.tar", name, *layers, "manifest.json")


def main():
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "big-docker.tar").exists():
        return
    shutil.rmtree(folder / "rootfs", ignore_errors=True)
    make_layers(folder)
    steps = json.loads((folder / "steps.json").read_text())
    diff_ids = ["sha256:" + digest_of(tar) for tar in sorted((folder / "layers").glob("*.tar"))]
    make_layout(folder, "gzip", ["gzip", "-nc"], "application/vnd.oci.image.layer.v1.tar+gzip", diff_ids, steps)
    make_layout(folder, "zstd", ["zstd", "-qc"], "application/vnd.oci.image.layer.v1.tar+zstd", diff_ids, steps)
    make_docker_archive(folder, diff_ids, steps)


if __name__ == "__main__":
    main()
