#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A host for images.test: the files of a podman with four images below ROOT, archives of the same images, and
advisories.

    tests/cli/images_host.py FOLDER

makes FOLDER/root, FOLDER/advisories and FOLDER/NAME.tar. Every byte is the same each time: the event log
tests/data/events/images.log, which src/app/watch/story_test.cc makes, names the digest of the image `shop`.
"""
import base64
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
sys.dont_write_bytecode = True
import images  # noqa: E402

DASH, PYTHON = ("dash", "0.5.12-2"), ("python3.11-minimal", "3.11.2-6", "Source: python3.11\n")


def plain_tar(members):
    """As plain as tar can be: no extension whose form a later Python might change."""
    out = b""
    for path, content, mode in members:
        head = bytearray(512)
        for offset, field in ((0, path.encode()), (100, b"%07o" % mode), (108, b"0000000"), (116, b"0000000"),
                              (124, b"%011o" % len(content)), (136, b"00000000000"), (148, b"        "), (156, b"0"),
                              (257, b"ustar\x0000")):
            head[offset:offset + len(field)] = field
        head[148:156] = b"%06o\0 " % sum(head)
        out += bytes(head) + content + bytes(-len(content) % 512)
    return out + bytes(1024)


def member(path, content, mode=0o644):
    return path, content if isinstance(content, bytes) else content.encode(), mode


def base_layer(openssl):
    packages = "".join(images.stanza(*each) for each in (DASH, PYTHON, ("openssl", openssl)))
    return plain_tar([
        member("etc/os-release", images.OS_RELEASE), member("var/lib/dpkg/status", packages),
        member("var/lib/dpkg/info/dash.list", "/bin/dash\n"),
        member("var/lib/dpkg/info/python3.11-minimal.list", "/usr/bin/python3.11\n"),
        member("bin/dash", "#!/bin/true\n", 0o755), member("usr/bin/python3.11", "#!/bin/false\n", 0o755)])


def app_layer(lodash):
    return plain_tar([member("srv/node_modules/lodash/package.json", json.dumps({"name": "lodash", "version": lodash}))])


class Image:
    def __init__(self, names, layers, created, history=()):
        self.names, self.layers = names, layers
        self.former = []
        config = {"architecture": "amd64", "os": "linux", "created": created,
                  "config": {"Entrypoint": ["/usr/bin/python3.11", "/srv/shop.py"]},
                  "rootfs": {"type": "layers", "diff_ids": [images.digest(layer) for layer in layers]},
                  "history": [{"created": created, "created_by": "step"} for created in history]}
        self.config = json.dumps(config).encode()
        self.digest = images.digest(self.config)
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": images.MANIFEST,
            "config": {"mediaType": images.CONFIG, "digest": self.digest, "size": len(self.config)},
            "layers": [{"mediaType": images.LAYER + "tar", "digest": images.digest(layer), "size": len(layer)}
                       for layer in layers]}).encode()

    def write_archive(self, file):
        index = json.dumps({"schemaVersion": 2, "manifests": [
            {"mediaType": images.MANIFEST, "digest": images.digest(self.manifest), "size": len(self.manifest)}]}).encode()
        files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": index}
        files.update({"blobs/sha256/" + images.digest(blob)[7:]: blob for blob in (self.manifest, self.config, *self.layers)})
        file.write_bytes(plain_tar([member(path, content) for path, content in files.items()]))

    def write_stored(self, storage):
        folder = storage / "overlay-images" / self.digest[7:]
        folder.mkdir(parents=True)
        (folder / "manifest").write_bytes(self.manifest)
        (folder / ("=" + base64.b64encode(self.digest.encode()).decode())).write_bytes(self.config)
        return {"id": self.digest[7:], "digest": images.digest(self.manifest), "layer": "x", "names": self.names,
                "names-history": [*self.names, *self.former], "big-data-names": []}


def all_images():
    old, new = base_layer("3.0.11-1~deb12u1"), base_layer("3.0.15-1~deb12u1")
    base = Image(["localhost/base:1"], [old], "2024-02-01T00:00:00Z")
    shop = Image([], [old, app_layer("4.17.4")], "2024-03-01T00:00:00Z", ["2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"])
    shop.former = ["docker.io/library/shop:1.2"]
    newer = Image(["docker.io/library/shop:1.2"], [new, app_layer("4.17.21")], "2024-04-20T00:00:00Z",
                  ["2024-04-01T00:00:00Z", "2024-04-20T00:00:00Z"])
    cart = Image(["localhost/cart:1", "localhost/\x1b[2Jcart:latest"], [old, app_layer("4.17.21")], "2024-03-05T00:00:00Z")
    return {"base": base, "shop": shop, "newer": newer, "cart": cart}


def advisory(name, ecosystem, package, fixed, severity):
    return {"id": name, "modified": "2024-04-30T00:00:00Z", "summary": "what is wrong",
            "severity": [{"type": "CVSS_V3", "score": severity}],
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "SEMVER" if ecosystem == "npm" else "ECOSYSTEM",
                                      "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def main():
    folder = pathlib.Path(sys.argv[1])
    storage = folder / "root/var/lib/containers/storage"
    (folder / "advisories").mkdir(parents=True)
    critical, high = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
    for each in (advisory("CVE-2024-0001", "Debian:12", "openssl", "3.0.15-1~deb12u1", critical),
                 advisory("CVE-2024-0002", "Debian:12", "python3.11", "3.11.2-6+deb12u2", high),
                 advisory("CVE-2024-0003", "npm", "lodash", "4.17.21", critical)):
        (folder / "advisories" / (each["id"] + ".json")).write_text(json.dumps(each))
    entries = []
    for name, image in all_images().items():
        image.write_archive(folder / (name + ".tar"))
        entries.append(image.write_stored(storage))
    (storage / "overlay-images/images.json").write_text(json.dumps(entries))
    containers = storage / "overlay-containers"
    containers.mkdir()
    stopped = {"id": "ca" * 32, "names": ["cart"], "image": all_images()["cart"].digest[7:],
               "metadata": json.dumps({"image-name": "localhost/cart:1"})}
    (containers / "containers.json").write_text(json.dumps([stopped]))


if __name__ == "__main__":
    main()
