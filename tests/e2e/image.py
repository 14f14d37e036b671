# SPDX-License-Identifier: Apache-2.0
"""Small images, made byte by byte so that the tests know what is in them."""
import gzip
import hashlib
import io
import json
import pathlib
import tarfile

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

STANZA = """Package: {name}
Status: install ok installed
Architecture: amd64
Version: {version}
Maintainer: Nobody <nobody@example.org>
Description: a package

"""


def tar(entries):
    """A plain tar of (path, content, mode); content None makes a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content, mode in entries:
            entry = tarfile.TarInfo(path)
            entry.mode = mode
            if content is None:
                entry.type = tarfile.DIRTYPE
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def layers():
    """Two layers: Debian with two packages and three programs, then a third package, a whiteout and an opaque folder."""
    two = STANZA.format(name="bash", version="5.2.15-2+b7") + STANZA.format(name="zlib1g", version="1:1.2.13.dfsg-1")
    three = two + STANZA.format(name="openssl", version="3.0.11-1~deb12u2")
    os_release = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
    script = b"#!/bin/sh\nexit 0\n"
    lower = tar([("etc", None, 0o755), ("etc/os-release", os_release, 0o644), ("var/lib/dpkg/status", two.encode(), 0o644),
                 ("usr/bin/tool", script, 0o4755), ("usr/bin/gone", script + b"#1", 0o755), ("opt/old/run", script + b"#2", 0o755)])
    upper = tar([("var/lib/dpkg/status", three.encode(), 0o644), ("usr/bin/.wh.gone", b"", 0o644),
                 ("opt/old", None, 0o755), ("opt/old/.wh..wh..opq", b"", 0o644), ("opt/old/new", script + b"#3", 0o755)])
    return [lower, upper]


class Layout:
    """An OCI layout folder, filled from the inside out."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "blobs/sha256").mkdir(parents=True)
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.tags = []

    def add(self, content, media_type, **members):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        name = hashlib.sha256(content).hexdigest()
        (self.folder / "blobs/sha256" / name).write_bytes(content)
        return {"mediaType": media_type, "digest": "sha256:" + name, "size": len(content), **members}

    def add_image(self, plain_layers, architecture="amd64"):
        config = {"os": "linux", "architecture": architecture, "created": "2024-05-01T10:20:30Z",
                  "config": {"User": "app", "Env": ["PATH=/usr/bin"], "Entrypoint": ["/usr/bin/tool"]},
                  "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in plain_layers]},
                  "history": [{"created_by": f"step {i}"} for i in range(len(plain_layers))]}
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": self.add(config, CONFIG),
                    "layers": [self.add(gzip.compress(layer, mtime=0), LAYER) for layer in plain_layers]}
        return self.add(manifest, MANIFEST, platform={"os": "linux", "architecture": architecture})

    def tag(self, name, descriptor):
        self.tags.append({**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}})
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": self.tags}))

    def manifest(self, tag):
        descriptor = next(entry for entry in self.tags if tag in entry["annotations"].values())
        return json.loads((self.folder / "blobs/sha256" / descriptor["digest"].split(":")[1]).read_text())


def make_layout(folder):
    """`app` is for amd64; `many` is an index of amd64 (the same image) and s390x."""
    layout = Layout(folder)
    app = layout.add_image(layers())
    other = layout.add_image(layers()[:1], "s390x")
    layout.tag("app", app)
    layout.tag("many", layout.add({"schemaVersion": 2, "mediaType": INDEX, "manifests": [app, other]}, INDEX))
    return layout
