# SPDX-License-Identifier: Apache-2.0
"""Small images for the end-to-end tests, made from tar members given in Python."""
import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import tarfile

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1."


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def tar(members):
    """A plain layer. A member is (path, content[, mode]), or a TarInfo without content."""
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


def folder(path, mode=0o755):
    info = tarfile.TarInfo(path)
    info.type, info.mode = tarfile.DIRTYPE, mode
    return info


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
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": digest(self.config),
                       "size": len(self.config)},
            "layers": [{"mediaType": LAYER + MEDIA[self.packing],
                        "digest": digest(layer), "size": len(layer)} for layer in self.stored]}).encode()
        index = json.dumps({"schemaVersion": 2, "manifests": [{
            "mediaType": MANIFEST, "digest": digest(manifest),
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

    def docker_archive(self, name="test/app:1"):
        config = digest(self.config)[7:] + ".json"
        layers = [digest(layer)[7:] + "/layer.tar" for layer in self.layers]
        members = [(path, content) for path, content in zip(layers, self.stored)]
        manifest = [{"Config": config, "RepoTags": [name], "Layers": layers}]
        return tar([*members, (config, self.config), ("manifest.json", json.dumps(manifest))])


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


class Layout:
    """An OCI layout folder that holds several images, filled from the inside out."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "blobs/sha256").mkdir(parents=True)
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.tags = []

    def add(self, content, media_type, **members):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        (self.folder / "blobs/sha256" / digest(content)[7:]).write_bytes(content)
        return {"mediaType": media_type, "digest": digest(content), "size": len(content), **members}

    def add_image(self, plain_layers, architecture="amd64"):
        config = {"os": "linux", "architecture": architecture, "created": "2024-05-01T10:20:30Z",
                  "config": {"User": "app", "Env": ["PATH=/usr/bin"], "Entrypoint": ["/usr/bin/tool"]},
                  "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in plain_layers]},
                  "history": [{"created_by": f"step {i}"} for i in range(len(plain_layers))]}
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": self.add(config, CONFIG),
                    "layers": [self.add(PACK["gzip"](layer), LAYER + MEDIA["gzip"]) for layer in plain_layers]}
        return self.add(manifest, MANIFEST, platform={"os": "linux", "architecture": architecture})

    def tag(self, name, descriptor):
        self.tags.append({**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}})
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": self.tags}))

    def manifest(self, tag):
        descriptor = next(entry for entry in self.tags if tag in entry["annotations"].values())
        return json.loads((self.folder / "blobs/sha256" / descriptor["digest"][7:]).read_text())


def two_layers():
    """Debian with two packages and three programs; then a third package, a whiteout and an opaque folder."""
    two = stanza("bash", "5.2.15-2+b7") + stanza("zlib1g", "1:1.2.13.dfsg-1")
    script = "#!/bin/sh\nexit 0\n"
    lower = tar([folder("etc"), ("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", two),
                 ("usr/bin/tool", script, 0o4755), ("usr/bin/gone", script + "#1", 0o755), ("opt/old/run", script + "#2", 0o755)])
    upper = tar([("var/lib/dpkg/status", two + stanza("openssl", "3.0.11-1~deb12u2")), ("usr/bin/.wh.gone", ""),
                 folder("opt/old"), ("opt/old/.wh..wh..opq", ""), ("opt/old/new", script + "#3", 0o755)])
    return [lower, upper]


def make_layout(folder):
    """`app` is for amd64; `many` is an index of amd64 (the same image) and s390x."""
    layout = Layout(folder)
    app = layout.add_image(two_layers())
    other = layout.add_image(two_layers()[:1], "s390x")
    layout.tag("app", app)
    layout.tag("many", layout.add({"schemaVersion": 2, "mediaType": INDEX, "manifests": [app, other]}, INDEX))
    return layout
