#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Archives that mean harm: each gets a clear error and exit code 2, or a note that says where, and nothing known is
lost. $DOORMAN names the program."""
import gzip
import io
import json
import os
import tarfile
import unittest

import images
from scan_test import WANT, Case, packages

KEPT = ("srv/node_modules/kept/package.json", '{"name":"kept","version":"1.0.0"}')


class Broken(Case):
    def refused(self, archive, *words, **more):
        stderr = self.scan(archive, code=2, **more).stderr.decode()
        for word in words:
            self.assertIn(word, stderr)
        self.assertEqual(len(stderr.splitlines()), 1, stderr)

    def with_layer(self, stored, packing="gzip"):
        image = images.Image(images.tar([KEPT]), packing=packing)
        image.stored = [stored]
        return self.write("broken.tar", image.oci_archive())

    def test_truncated_and_corrupt_layers(self):
        layer = images.tar([KEPT, ("noise", os.urandom(100_000))])
        for packing in ("gzip", "zstd"):
            stored = images.PACK[packing](layer)
            self.refused(self.with_layer(stored[:-50], packing), "layer 1", "of the compressed stream")
            damaged = bytearray(stored)
            damaged[len(damaged) // 2:len(damaged) // 2 + 8] = b"\xff" * 8
            self.refused(self.with_layer(bytes(damaged), packing), "layer 1")
        self.refused(self.with_layer(layer[:5000], "plain"), "layer 1", "tar at byte")
        header = bytearray(layer)
        header[0] ^= 1
        self.refused(self.with_layer(bytes(header), "plain"), "wrong checksum")

    def test_truncated_archive(self):
        whole = images.Image(*images.sample()).oci_archive()
        self.refused(self.write("cut.tar", whole[:len(whole) // 2]))
        self.refused("-", stdin=whole[:len(whole) // 2])
        self.refused(self.write("empty.tar", b""))
        self.refused(self.write("noise.tar", os.urandom(4096)))

    def test_wrong_digest_names_the_layer(self):
        image = images.Image(*images.sample())
        files = image.files()
        name = "blobs/sha256/" + images.digest(image.stored[1])[7:]
        files[name] = images.PACK["gzip"](images.tar([KEPT]))
        for target in (self.write("wrong.tar", images.tar(files.items())), "-"):
            stdin = images.tar(files.items()) if target == "-" else None
            self.refused(target, "layer 2", "should be " + images.digest(image.stored[1]), stdin=stdin)

    def test_wrong_config_digest(self):
        image = images.Image(*images.sample())
        files = image.files()
        files["blobs/sha256/" + images.digest(image.config)[7:]] = image.config + b" "
        self.refused(self.write("config.tar", images.tar(files.items())), "has the content of")

    def test_bombs(self):
        # A file of 2 GiB of zeros in 2 MB, as many members of one stream.
        header = tarfile.TarInfo("zeros")
        header.size = 2 << 30
        piece = bytes(64 << 20)
        for pack, packing in ((gzip.compress, "gzip"), (images.zstd, "zstd")):
            bomb = pack(header.tobuf()) + pack(piece) * 32 + pack(bytes(1024))
            self.refused(self.with_layer(bomb, packing), "layer 1", "inflates by more than the limit of 250 to 1")
        dense = self.with_layer(gzip.compress(images.tar([("zeros", piece)])))
        self.assertEqual(self.report(dense, "--verify", "digests")["layers"][0]["entries"], 1)

    def test_deep_json(self):
        deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
        files = images.Image(*images.sample()).files()
        files["index.json"] = deep
        self.refused(self.write("deep.tar", images.tar(files.items())), "index.json", "deeper than")
        layer = images.tar([("srv/node_modules/deep/package.json", deep), KEPT])
        report = self.report(self.write("deep-layer.tar", images.Image(layer).oci_archive()))
        self.assertEqual([name for _, name, _, _ in packages(report)], ["kept"])
        self.assertTrue(any("deep/package.json" in note["place"] for note in report["notes"]))

    def test_a_database_that_is_none(self):
        archive = self.write("app.tar", images.Image(*images.sample()).oci_archive())
        (self.folder / "in").mkdir()
        (self.folder / "in/a.json").write_text(json.dumps({
            "id": "TEST-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
                "package": {"ecosystem": "npm", "name": "lodash"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}))
        database = self.folder / "good.db"
        self.doorman("db", "build", self.folder / "in", "--output", database)
        content = database.read_bytes()
        self.assertEqual([finding["id"] for finding in self.report(archive, "--db", database)["findings"]], ["TEST-1"])
        for name, bad in (("cut", content[:len(content) // 2]), ("empty", b""), ("noise", os.urandom(1000)),
                          ("other", content[:8] + b"\xee" + content[9:])):
            self.refused_db(archive, self.write(name + ".db", bad))

    def refused_db(self, archive, database):
        stderr = self.scan(archive, "--db", database, code=2).stderr.decode()
        self.assertIn(database.name, stderr)


class Paths(Case):
    def test_links_and_paths_out_of_the_root(self):
        layer = images.tar([
            ("../../../etc/passwd", "evil"), ("/etc/os-release", images.OS_RELEASE), ("a/../../b", "evil"),
            images.link("loop", "loop"), images.link("etc/up", "../../../.."), images.link("x", "y"), images.link("y", "x"),
            images.link("node_modules/h/package.json", "../../outside", tarfile.LNKTYPE),
            images.link("node_modules/self/package.json", "node_modules/self/package.json", tarfile.LNKTYPE),
            ("name-\x1b[31m\n", "", 0o755), KEPT])
        for target, stdin in ((self.write("a.tar", images.Image(layer).oci_archive()), None),
                              ("-", images.Image(layer).docker_archive())):
            report = self.report(target, stdin=stdin)
            self.assertEqual([name for _, name, _, _ in packages(report)], ["kept"])
            self.assertEqual(report["distribution"]["id"], "debian")
            self.assertGreaterEqual(len(report["notes"]), 4)
        table = self.scan(self.folder / "a.tar").stdout
        self.assertNotIn(b"\x1b", table)

    def test_layer_names_out_of_the_archive(self):
        image = images.Image(*images.sample())
        name = images.digest(image.config)[7:] + ".json"
        for layer in ("../../etc/passwd", "/dev/zero", name, ""):
            manifest = json.dumps([{"Config": name, "RepoTags": [], "Layers": [layer] * 3}])
            archive = images.tar([(name, image.config), ("manifest.json", manifest)])
            self.scan(self.write("evil.tar", archive), code=2)

    def test_a_layout_does_not_lead_out_of_its_folder(self):
        layout = images.Image(*images.sample()).write_layout(self.folder / "layout")
        (self.folder / "secret").write_text((layout / "index.json").read_text())
        (layout / "index.json").unlink()
        (layout / "index.json").symlink_to("../secret")
        self.scan(f"oci:{layout}", code=2)


def entries(count):
    """A layer of so many empty files, as bytes in pieces."""
    for start in range(0, count, 10_000):
        piece = io.BytesIO()
        for number in range(start, min(start + 10_000, count)):
            info = tarfile.TarInfo(f"d{number // 1000}/f{number}")
            piece.write(info.tobuf(tarfile.USTAR_FORMAT))
        yield piece.getvalue()
    yield bytes(1024)


@unittest.skipUnless(os.environ.get("DOORMAN_SLOW_TESTS"), "large inputs: set DOORMAN_SLOW_TESTS=1")
class Large(Case):
    def archive_of(self, pieces, name):
        """Written as a plain layer of a docker archive, whose diffID is computed while it is written."""
        import hashlib
        layer = self.folder / "layer"
        hasher = hashlib.sha256()
        with open(layer, "wb") as out:
            for piece in pieces:
                hasher.update(piece)
                out.write(piece)
        config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {
            "type": "layers", "diff_ids": ["sha256:" + hasher.hexdigest()]}})
        target = self.folder / name
        with tarfile.open(target, "w") as archive:
            archive.add(layer, arcname="l/layer.tar")
            for path, text in (("c.json", config),
                               ("manifest.json", json.dumps([{"Config": "c.json", "Layers": ["l/layer.tar"]}]))):
                info = tarfile.TarInfo(path)
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text.encode()))
        layer.unlink()
        return target

    def test_three_million_entries_scan(self):
        report = self.report(self.archive_of(entries(3_000_000), "three.tar"))
        self.assertEqual(report["layers"][0]["entries"], 3_000_000)

    def test_ten_million_entries_reach_the_limit(self):
        stderr = self.scan(self.archive_of(entries(10_000_000), "ten.tar"), code=2).stderr.decode()
        self.assertIn("limit of 5000000 entries", stderr)

    def test_a_status_file_of_one_gigabyte_reaches_the_limit(self):
        def pieces():
            info = tarfile.TarInfo("var/lib/dpkg/status")
            info.size = 1 << 30
            yield info.tobuf(tarfile.USTAR_FORMAT)
            block = images.stanza("filler", "1").encode().ljust(1024, b"\n") * 1024
            for _ in range(1024):
                yield block
            yield images.tar([KEPT])
        report = self.report(self.archive_of(pieces(), "status.tar"))
        self.assertEqual([name for _, name, _, _ in packages(report)], ["kept"])
        self.assertTrue(any("over the limit" in note["message"] for note in report["notes"]), report["notes"])


if __name__ == "__main__":
    unittest.main()
