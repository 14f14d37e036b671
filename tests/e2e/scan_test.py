#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""doorman scan on images in every form that a file or folder can have: $DOORMAN names the program."""
import gzip
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import images

DOORMAN = os.environ["DOORMAN"]


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def doorman(self, *arguments, stdin=None, code=0, **environment):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", **environment}
        result = subprocess.run([DOORMAN, *map(str, arguments)], input=stdin, env=environment, timeout=600,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, code, result.stderr.decode())
        return result

    def scan(self, target, *options, **more):
        return self.doorman("scan", target, "--state-dir", self.folder / "state", *options, **more)

    def report(self, target, *options, **more):
        return json.loads(self.scan(target, "-f", "json", *options, **more).stdout)["reports"][0]

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path


def packages(report):
    return [(package["type"], package["name"], package["version"], package["layer"]) for package in report["packages"]]


WANT = [("deb", "bash", "5.2.15-2", 0), ("deb", "curl", "7.88.1-10", 2), ("npm", "fine", "1.0.0", 1),
        ("npm", "lodash", "4.17.4", 1)]


class Forms(Case):
    def check(self, report, image):
        self.assertEqual(packages(report), WANT)
        self.assertEqual(report["digest"], images.digest(image.config))
        self.assertIn("CVE-2019-10744", [finding["id"] for finding in report["findings"]])
        passwd = next(program for program in report["programs"] if program["path"] == "usr/bin/passwd")
        self.assertEqual(passwd["sha256"], images.digest(b"#!/bin/sh\n")[7:])
        self.assertEqual(report["layers"][1]["created_by"], "step 2")
        self.assertEqual(report["distribution"]["id"], "debian")

    def test_every_form_and_packing_gives_the_same(self):
        for packing in images.PACK:
            image = images.Image(*images.sample(), packing=packing)
            layout = image.write_layout(self.folder / ("layout-" + packing))
            oci = self.write(packing + "-oci.tar", image.oci_archive())
            docker = self.write(packing + "-docker.tar", image.docker_archive())
            squeezed = self.write(packing + "-oci.tar.gz", gzip.compress(image.oci_archive()))
            for target in (layout, oci, docker, squeezed, f"oci:{layout}", f"oci-archive:{oci}", f"docker-archive:{docker}",
                           f"docker-archive:{docker}:test/app:1"):
                with self.subTest(target=str(target)):
                    self.check(self.report(target, "--no-cache"), image)
            for archive in (image.oci_archive(), image.docker_archive(), gzip.compress(image.docker_archive()),
                            images.zstd(image.oci_archive())):
                with self.subTest(packing=packing, form="stdin"):
                    self.check(self.report("-", "--no-cache", stdin=archive), image)

    def test_a_folder_is_read_as_it_is(self):
        root = self.folder / "root"
        (root / "srv/node_modules/lodash").mkdir(parents=True)
        (root / "srv/node_modules/lodash/package.json").write_text('{"name":"lodash","version":"4.17.4"}')
        (root / "loop").symlink_to("loop")
        (root / "outside").symlink_to("/")
        os.mkfifo(root / "package.json")
        report = self.report(f"dir:{root}")
        self.assertEqual(packages(report), [("npm", "lodash", "4.17.4", 0)])
        self.assertFalse(report["verified"])

    def test_several_images_in_one_archive_have_to_be_chosen_from(self):
        image = images.Image(*images.sample())
        files = image.files()
        index = json.loads(files["index.json"])
        first = index["manifests"][0]
        index["manifests"] = [{**first, "annotations": {"org.opencontainers.image.ref.name": name}} for name in ("a", "b")]
        files["index.json"] = json.dumps(index).encode()
        archive = self.write("two.tar", images.tar(files.items()))
        self.assertIn(b"holds several images", self.scan(archive, code=2).stderr)
        self.check(self.report(f"{archive}:b"), image)


    def test_old_docker_archives_link_equal_layers_to_one(self):
        layer = images.sample()[1]
        image = images.Image(layer, layer)
        name = images.digest(image.config)[7:] + ".json"
        manifest = json.dumps([{"Config": name, "RepoTags": [], "Layers": ["x/layer.tar", "y/layer.tar"]}])
        archive = images.tar([("x/layer.tar", layer), images.link("y/layer.tar", "../x/layer.tar"),
                              (name, image.config), ("manifest.json", manifest)])
        for target, stdin in ((self.write("linked.tar", archive), None), ("-", archive)):
            report = self.report(target, "--no-cache", stdin=stdin)
            self.assertEqual([package["name"] for package in report["packages"]], ["fine", "lodash"])
            self.assertEqual(len(report["layers"]), 2)


class Cache(Case):
    def test_cold_and_warm_and_full_give_the_same_bytes(self):
        archive = self.write("app.tar", images.Image(*images.sample()).oci_archive())
        cold = self.scan(archive, "-f", "json", "--now", "2025-01-01").stdout
        for options in ((), ("--verify", "full"), ("--no-cache",), ("--jobs", "1")):
            self.assertEqual(self.scan(archive, "-f", "json", "--now", "2025-01-01", *options).stdout, cold, options)
        self.assertTrue(list((self.folder / "state/layers").rglob("sha256/*")))

    def test_a_warm_run_reads_no_layer_and_a_full_one_reads_all(self):
        for packing in images.PACK:
            image = images.Image(*images.sample(), packing=packing)
            layout = image.write_layout(self.folder / packing)
            docker = self.write(packing + ".tar", image.docker_archive())
            self.report(layout)
            for blob in image.stored:
                (layout / "blobs/sha256" / images.digest(blob)[7:]).write_bytes(b"not what it was")
            self.assertEqual(packages(self.report(layout)), WANT)
            self.assertIn(b"layer 1: ", self.scan(layout, "--verify", "full", code=2).stderr)
            if packing != "gzip":
                continue
            self.report(docker)
            docker.write_bytes(docker.read_bytes().replace(image.stored[0][:200], bytes(200)))
            self.assertEqual(packages(self.report(docker)), WANT)

    def test_a_lying_manifest_poisons_nothing(self):
        image = images.Image(*images.sample())
        archive = self.write("app.tar", image.oci_archive())
        evil = images.Image(images.tar([("etc/os-release", "ID=evil\n")]))
        files = image.files()
        files["blobs/sha256/" + images.digest(image.stored[0])[7:]] = evil.stored[0]
        lying = self.write("lying.tar", images.tar(files.items()))
        self.assertIn(b"layer 1: ", self.scan(lying, code=2).stderr)
        self.assertEqual(packages(self.report(archive)), WANT)

    def test_a_state_folder_that_cannot_be_written_costs_the_cache_only(self):
        archive = self.write("app.tar", images.Image(*images.sample()).oci_archive())
        self.write("file", b"")
        result = self.doorman("scan", archive, "-f", "json", "--state-dir", self.folder / "file/state")
        self.assertEqual(packages(json.loads(result.stdout)["reports"][0]), WANT)
        self.assertIn(b"warning", result.stderr)

    def test_nothing_is_written_outside_the_state_folder(self):
        archive = self.write("app.tar", images.Image(*images.sample()).oci_archive())
        work = self.folder / "work"
        work.mkdir()
        self.scan(archive, TMPDIR=str(work))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["app.tar", "state", "work"])
        self.assertEqual(list(work.iterdir()), [])


class Verdict(Case):
    def setUp(self):
        super().setUp()
        self.archive = self.write("app.tar", images.Image(*images.sample()).oci_archive())

    def test_exit_codes(self):
        self.scan(self.archive)
        self.scan(self.archive, "--fail-on", "critical", code=1)
        self.scan(self.archive, "--fail-on", "critical", "--severity", "low", code=1)
        self.scan(self.folder / "none.tar", code=2)
        self.scan(self.archive, "--format", "nonsense", code=2)

    def test_one_target_that_fails_does_not_hide_the_others(self):
        result = self.doorman("scan", self.folder / "none.tar", self.archive, "-f", "json", "--state-dir",
                              self.folder / "state", code=2)
        self.assertEqual(len(json.loads(result.stdout)["reports"]), 1)
        self.assertIn(b"none.tar", result.stderr)

    def test_outputs(self):
        names = ["a.cdx.json", "a.spdx.json", "a.sarif", "a.json", "a.txt"]
        options = [option for name in names for option in ("-o", self.folder / name)]
        self.assertEqual(self.scan(self.archive, *options).stdout, b"")
        self.assertEqual(json.loads((self.folder / "a.cdx.json").read_text())["specVersion"], "1.6")
        self.assertEqual(json.loads((self.folder / "a.spdx.json").read_text())["spdxVersion"], "SPDX-2.3")
        self.assertEqual(json.loads((self.folder / "a.sarif").read_text())["version"], "2.1.0")
        self.assertIn("lodash", (self.folder / "a.txt").read_text())

    def test_source_date_epoch_dates_the_report(self):
        report = self.report(self.archive, SOURCE_DATE_EPOCH="0")
        self.assertEqual(report["created"], "1970-01-01T00:00:00Z")
        self.assertEqual(self.report(self.archive)["created"], "2024-01-02T03:04:05Z")


class Secrets(Case):
    # Put together here, so that nobody takes the file for a leak.
    KEPT, BURIED, REPLACED, BELOW = ("AKIA" + rest for rest in
                                     ("LRWFVEALKXWKKXZW", "P56Z65H7XEZH5VTG", "WHP2E6FUJFONXAW3", "QXXY353QBOZ7RDKU"))
    DENIES = """
- rule: Secret that a later layer deletes
  action: deny
  override: {action: replace}
"""

    def image(self):
        def settings(key):
            return f"aws_access_key_id = {key}\n"
        return images.Image(
            images.tar([("srv/kept.env", settings(self.KEPT)), ("srv/buried.env", settings(self.BURIED)),
                        ("srv/replaced.env", settings(self.REPLACED)), ("srv/below/a.env", settings(self.BELOW))]),
            images.tar([("srv/.wh.buried.env", ""), ("srv/replaced.env", "nothing\n"), ("srv/below/.wh..wh..opq", "")]))

    def test_one_in_a_file_that_a_later_layer_deletes_is_told_and_counts(self):
        for name, archive in (("oci.tar", self.image().oci_archive()), ("docker.tar", self.image().docker_archive())):
            report = self.report(self.write(name, archive))
            told = {secret["path"]: (secret["layer"], secret["deleted"]) for secret in report["secrets"]}
            self.assertEqual(told, {"srv/kept.env": (0, False), "srv/buried.env": (0, True),
                                    "srv/replaced.env": (0, True), "srv/below/a.env": (0, True)})
            rules = [rule["name"] for rule in report["verdict"]["rules"]]
            matches = [match["path"] for match in report["verdict"]["matches"]
                       if rules[match["rule"]] == "Secret that a later layer deletes"]
            self.assertEqual(sorted(matches), ["srv/below/a.env", "srv/buried.env", "srv/replaced.env"])
            self.assertEqual(report["verdict"]["decision"], "warn")

    def test_the_deleted_one_alone_can_deny(self):
        archive = self.write("app.tar", self.image().oci_archive())
        rules = self.write("team.yaml", self.DENIES.encode())
        self.scan(archive, "--policy", "image", "--policy", rules, code=1)
        clean = images.Image(images.tar([("srv/kept.env", f"key = {self.KEPT}\n")]))
        self.scan(self.write("clean.tar", clean.oci_archive()), "--policy", "image", "--policy", rules)

    def test_no_report_gives_a_value_away(self):
        archive = self.write("app.tar", self.image().oci_archive())
        for report_format in ("table", "json", "cyclonedx", "spdx", "sarif"):
            told = self.scan(archive, "-f", report_format)
            for key in (self.KEPT, self.BURIED, self.REPLACED, self.BELOW):
                self.assertNotIn(key[:12].encode(), told.stdout + told.stderr, report_format)


class Machines(Case):
    def root(self):
        root = self.folder / "root"
        for path, content, mode in (("usr/bin/helper", "#!/bin/sh\n", 0o4755), ("etc/os-release", images.OS_RELEASE, 0o644),
                                    ("etc/passwd", "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n", 0o644),
                                    ("var/lib/dpkg/status", images.stanza("bash", "5.2.15-2"), 0o644)):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)
            (root / path).chmod(mode)
        return f"dir:{root}"

    def test_a_folder_is_judged_as_a_machine_and_an_image_as_an_image(self):
        archive = self.write("app.tar", images.Image(images.tar([("usr/bin/helper", "#!/bin/sh\n", 0o4755)])).oci_archive())
        told = json.loads(self.scan(self.root(), archive, "-f", "json", "--now", "2024-02-01").stdout)["reports"]
        machine, image = (report["verdict"] for report in told)
        self.assertEqual([verdict["packs"] for verdict in (machine, image)], [["host (built in)"], ["image (built in)"]])
        self.assertEqual(sorted(rule["name"] for rule in machine["rules"]),
                         ["Second account with the rights of root", "Set-id program that the distribution did not bring"])
        self.assertIn("Image starts as root", [rule["name"] for rule in image["rules"]])

    def test_an_exception_may_be_for_the_rules_of_either(self):
        archive = self.write("app.tar", images.Image(images.tar([("etc/motd", "x")])).oci_archive())
        exceptions = self.write("exceptions.yaml", b"""
- {exception: a, rule: Image starts as root, subject: any, wide: true, reason: a test, expires: never}
- {exception: b, rule: Second account with the rights of root, subject: {path: /etc/passwd}, reason: a test, expires: never}
""")
        told = json.loads(self.scan(self.root(), archive, "-f", "json", "--exceptions", exceptions).stdout)["reports"]
        states = [{each["name"]: each["state"] for each in report["verdict"]["exceptions"]} for report in told]
        self.assertEqual(states, [{"a": "unused", "b": "used"}, {"a": "used", "b": "unused"}])
        self.assertIn(b"no rule is named", self.scan(archive, "--exceptions", self.write("bad.yaml", b"""
- {exception: b, rule: Program in a temporary folder, subject: {path: /tmp/x}, reason: a test, expires: never}
"""), code=2).stderr)


if __name__ == "__main__":
    unittest.main()
