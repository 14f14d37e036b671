#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes an image out of layer tars, with nothing but Python: an OCI archive, or a docker archive with --docker.

    script/make_image.py OUTPUT.tar --name NAME:TAG LAYER.tar[=BUILD STEP]...

The same layers give the same bytes: SOURCE_DATE_EPOCH is the date of all that is in it, 1970 when it is not set.
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import pathlib
import platform
import tarfile
import time

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def encoded(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


class Image:
    """The layers as plain tars, and the configuration that goes with them."""

    def __init__(self, layers, date, entrypoint):
        self.plain = [(pathlib.Path(path).read_bytes(), step) for path, step in layers]
        self.date = date
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(date))
        self.config = encoded({
            "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
            "os": "linux",
            "created": created,
            "config": {"Entrypoint": [entrypoint]},
            "rootfs": {"type": "layers", "diff_ids": [digest(tar) for tar, _ in self.plain]},
            "history": [{"created": created, "created_by": step} for _, step in self.plain],
        })

    def oci_files(self, name):
        blobs = {}

        def descriptor(media_type, data, **more):
            blobs["blobs/sha256/" + digest(data)[7:]] = data
            return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}

        layers = [descriptor(LAYER, gzip.compress(tar, 6, mtime=0)) for tar, _ in self.plain]
        manifest = encoded({"schemaVersion": 2, "mediaType": MANIFEST,
                            "config": descriptor(CONFIG, self.config), "layers": layers})
        named = {"org.opencontainers.image.ref.name": name}
        index = {"schemaVersion": 2, "manifests": [descriptor(MANIFEST, manifest, annotations=named)]}
        return {"oci-layout": encoded({"imageLayoutVersion": "1.0.0"}), "index.json": encoded(index), **blobs}

    def docker_files(self, name):
        config_name = digest(self.config)[7:] + ".json"
        layers = {f"{digest(tar)[7:]}/layer.tar": tar for tar, _ in self.plain}
        manifest = [{"Config": config_name, "RepoTags": [name], "Layers": list(layers)}]
        return {"manifest.json": encoded(manifest), config_name: self.config, **layers}

    def write(self, output, files):
        partial = f"{output}.partial"
        with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as archive:
            for name, data in files.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mtime = len(data), self.date
                archive.addfile(entry, io.BytesIO(data))
        os.replace(partial, output)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("output")
    arguments.add_argument("layers", nargs="+", metavar="LAYER.tar[=BUILD STEP]")
    arguments.add_argument("--name", required=True)
    arguments.add_argument("--entrypoint", default="/bin/sh")
    arguments.add_argument("--docker", action="store_true", help="write a docker archive")
    given = arguments.parse_args()
    layers = [(path, step) for path, _, step in (layer.partition("=") for layer in given.layers)]
    image = Image(layers, int(os.environ.get("SOURCE_DATE_EPOCH", "0")), given.entrypoint)
    image.write(given.output, image.docker_files(given.name) if given.docker else image.oci_files(given.name))


if __name__ == "__main__":
    main()
