// SPDX-License-Identifier: Apache-2.0
#include "sink/packages.h"

#include <gtest/gtest.h>

namespace doorman::sink {
namespace {

using model::PackageType;

model::Inventory inventory() { return model::Inventory(model::Subject::image(base::digest_of("config"))); }

model::FoundPackage found(PackageType type, std::string name, std::uint32_t owner = model::FoundPackage::none) {
  model::FoundPackage package;
  package.package.type = type;
  package.package.name = std::move(name);
  package.owner = owner;
  return package;
}

TEST(ToldPackages, LeavesOutWhatASystemPackageOwns) {
  model::Inventory its = inventory();
  its.packages = {found(PackageType::deb, "python3-requests"), found(PackageType::pypi, "requests", 0),
                  found(PackageType::pypi, "self", 2), found(PackageType::pypi, "stray", 99)};
  EXPECT_EQ(told_packages(its, false), (std::vector<std::uint32_t>{0, 2, 3}));
  EXPECT_EQ(told_packages(its, true), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(told_as(its, 1, false), 0U);
  EXPECT_EQ(told_as(its, 1, true), 1U);
  EXPECT_EQ(told_as(its, 3, false), 3U);
}

TEST(SplitName, FollowsTheEcosystem) {
  const auto split = [](PackageType type, std::string name) {
    const model::FoundPackage package = found(type, std::move(name));
    const SplitName parts = split_name(package.package);
    return std::string(parts.group) + "|" + std::string(parts.name);
  };
  EXPECT_EQ(split(PackageType::npm, "@babel/core"), "@babel|core");
  EXPECT_EQ(split(PackageType::npm, "lodash"), "|lodash");
  EXPECT_EQ(split(PackageType::maven, "org.a:b"), "org.a|b");
  EXPECT_EQ(split(PackageType::composer, "vendor/x"), "vendor|x");
  EXPECT_EQ(split(PackageType::golang, "github.com/a/b"), "|github.com/a/b");
  EXPECT_EQ(split(PackageType::npm, "@scope/"), "|@scope/");
  EXPECT_EQ(split(PackageType::maven, ":b"), "|:b");
}

TEST(HashOf, IsThatOfTheProgramThatIsThePackage) {
  model::Inventory its = inventory();
  const auto program = [](std::string path) {
    const base::Digest sha256 = base::digest_of(path);
    return model::FoundProgram{{std::move(path), model::ProgramFile::Kind::elf, 0755, 0, 0, 1, sha256},
                               model::FoundPackage::none,
                               model::FoundPackage::none};
  };
  its.programs = {program("usr/bin/a"), program("usr/bin/node")};
  model::FoundPackage node = found(PackageType::generic, "node");
  EXPECT_FALSE(hash_of(its, node).has_value());
  node.paths = {"usr/bin/node"};
  EXPECT_EQ(hash_of(its, node), base::digest_of("usr/bin/node"));
  node.paths = {"usr/bin/nod"};
  EXPECT_FALSE(hash_of(its, node).has_value());
  model::FoundPackage module = found(PackageType::golang, "stdlib");
  module.paths = {"usr/bin/node"};
  EXPECT_FALSE(hash_of(its, module).has_value());
}

TEST(OciPurl, NeedsAManifestAndAName) {
  model::Inventory its = inventory();
  EXPECT_EQ(oci_purl(its), "");
  its.identity = model::ImageIdentity{its.subject.digest(), base::digest_of("manifest"), {}, {}};
  EXPECT_EQ(oci_purl(its), "");
  const std::string digest = "@sha256%3A" + base::digest_of("manifest").hex();
  const auto purl_of = [&](const char* name) {
    its.identity->names = {name};
    return oci_purl(its);
  };
  EXPECT_EQ(purl_of("alpine:3.19"), "pkg:oci/alpine" + digest);
  EXPECT_EQ(purl_of("localhost:5000/a/Web:1"), "pkg:oci/web" + digest + "?repository_url=localhost%3A5000/a/Web");
  EXPECT_EQ(purl_of("r.example/web@sha256:00"), "pkg:oci/web" + digest + "?repository_url=r.example/web");
}

}  // namespace
}  // namespace doorman::sink
