# SPDX-License-Identifier: Apache-2.0
"""Small images for the end-to-end tests, made from tar members given in Python."""
import gzip
import hashlib
import io
import json
import subprocess
import tarfile


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def tar(members):
    """A plain layer. A member is (path, content) or (path, content, mode), or a TarInfo without content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            path, content, mode = (*member, 0o644)[:3]
            content = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(content), mode
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def link(path, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(path)
    info.type, info.linkname = kind, target
    return info


def zstd(content, *options):
    return subprocess.run(["zstd", "-qc", *options], input=content, stdout=subprocess.PIPE, check=True).stdout


PACK = {"plain": lambda content: content, "gzip": lambda content: gzip.compress(content, mtime=0), "zstd": zstd}
MEDIA = {"plain": "tar", "gzip": "tar+gzip", "zstd": "tar+zstd"}


class Image:
    """Layers (plain tars, bottom first), in every form that an image is stored in."""

    def __init__(self, *layers, packing="gzip", settings=None):
        self.layers = layers
        self.packing = packing
        self.stored = [PACK[packing](layer) for layer in layers]
        self.config = json.dumps({
            "architecture": "amd64", "os": "linux", "created": "2024-01-02T03:04:05Z", "config": settings or {},
            "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
            "history": [{"created_by": f"step {number}"} for number in range(1, len(layers) + 1)]}).encode()

    def blobs(self):
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(self.config),
                       "size": len(self.config)},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1." + MEDIA[self.packing],
                        "digest": digest(layer), "size": len(layer)} for layer in self.stored]}).encode()
        index = json.dumps({"schemaVersion": 2, "manifests": [{
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest(manifest),
            "size": len(manifest)}]}).encode()
        return index, [manifest, self.config, *self.stored]

    def files(self):
        """The files of an OCI layout: path to content."""
        index, blobs = self.blobs()
        files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": index}
        files.update({"blobs/sha256/" + digest(blob)[7:]: blob for blob in blobs})
        return files

    def write_layout(self, folder):
        for path, content in self.files().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder

    def oci_archive(self):
        return tar(self.files().items())

    def docker_archive(self):
        name = digest(self.config)[7:] + ".json"
        layers = [digest(layer)[7:] + "/layer.tar" for layer in self.layers]
        members = [(path, content) for path, content in zip(layers, self.stored)]
        manifest = [{"Config": name, "RepoTags": ["test/app:1"], "Layers": layers}]
        return tar([*members, (name, self.config), ("manifest.json", json.dumps(manifest))])


OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


def stanza(name, version, more=""):
    return f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n{more}\n"


def sample():
    """Three layers: a base, an application with an old npm package, and one that deletes and replaces."""
    return [
        tar([("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", stanza("bash", "5.2.15-2") + stanza("zlib1g", "1:1.2.13")),
             ("bin/bash", b"\x7fELF" + bytes(100), 0o755), ("usr/bin/passwd", "#!/bin/sh\n", 0o4755),
             ("opt/old/node_modules/gone/package.json", '{"name":"gone","version":"1.0.0"}')]),
        tar([("srv/node_modules/lodash/package.json", '{"name":"lodash","version":"4.17.4","license":"MIT"}'),
             ("srv/node_modules/fine/package.json", '{"name":"fine","version":"1.0.0"}')]),
        tar([("opt/.wh.old", ""), ("var/lib/dpkg/status", stanza("bash", "5.2.15-2") + stanza("curl", "7.88.1-10"))]),
    ]
