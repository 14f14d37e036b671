// SPDX-License-Identifier: Apache-2.0
#include "derive/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/merged_usr.h"

namespace doorman::derive {
namespace {

using model::FoundPackage;
using model::LayerFacts;
using model::Package;
using model::PackageType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A layer by its entries; every file covers its path, as in an archive.
class LayerBuilder {
 public:
  LayerBuilder& packages(std::string path, std::vector<Package> found) {
    cover(path);
    facts_.files.push_back({std::move(path), std::move(found), {}, {}, {}});
    return *this;
  }
  LayerBuilder& list(std::string path, std::string package, const std::vector<std::string>& files) {
    cover(path);
    model::Ownership owned{std::move(package), {}};
    for (const std::string& file : files) owned.files.push_back(base::path_id(model::merged_usr(file)));
    std::ranges::sort(owned.files);
    facts_.files.push_back({std::move(path), {}, {std::move(owned)}, {}, {}});
    return *this;
  }
  LayerBuilder& distribution(std::string path, std::string id) {
    cover(path);
    facts_.files.push_back({std::move(path), {}, {}, model::Distribution{std::move(id), "1", "", ""}, {}});
    return *this;
  }
  LayerBuilder& program(std::string path) {
    cover(path);
    facts_.programs.push_back(
        {std::move(path), model::ProgramFile::Kind::elf, 0755, 0, 0, 1, base::digest_of("x")});
    return *this;
  }
  LayerBuilder& secret(std::string path, std::string masked, std::uint32_t line = 1) {
    cover(path);
    model::Secret found;
    found.path = std::move(path);
    found.line = line;
    found.rule = "key";
    found.masked = std::move(masked);
    facts_.secrets.push_back(std::move(found));
    return *this;
  }
  LayerBuilder& notable(model::NotableFile::Reason reason, std::string path, std::uint64_t size = 1) {
    facts_.notable.push_back({reason, std::move(path), "", 0, 0, 0, size, 1});
    return *this;
  }
  LayerBuilder& searched() {
    facts_.secret_rules = 7;
    return *this;
  }
  LayerBuilder& automatic(std::vector<std::string> names) {
    cover("var/lib/apt/extended_states");
    model::FileFacts file;
    file.path = "var/lib/apt/extended_states";
    file.automatic = std::move(names);
    facts_.files.push_back(std::move(file));
    return *this;
  }
  LayerBuilder& cover(const std::string& path) {
    facts_.covers.push_back(base::path_id(path));
    return *this;
  }
  LayerBuilder& whiteout(std::string path) {
    facts_.whiteouts.push_back(std::move(path));
    return *this;
  }
  LayerBuilder& opaque(std::string path) {
    facts_.opaque.push_back(std::move(path));
    return *this;
  }
  operator LayerFacts() {  // NOLINT(*-explicit-*)
    std::ranges::sort(facts_.files, {}, &model::FileFacts::path);
    std::ranges::sort(facts_.programs, {}, &model::ProgramFile::path);
    std::ranges::sort(facts_.covers);
    std::ranges::sort(facts_.whiteouts);
    std::ranges::sort(facts_.opaque);
    return facts_;
  }

 private:
  LayerFacts facts_;
};

Package deb(std::string name, std::string version) {
  Package package;
  package.type = PackageType::deb;
  package.name = std::move(name);
  package.version = std::move(version);
  package.architecture = "amd64";
  return package;
}

Package of(PackageType type, std::string name, std::string version) {
  Package package;
  package.type = type;
  package.name = std::move(name);
  package.version = std::move(version);
  return package;
}

constexpr const char* status = "var/lib/dpkg/status";

std::vector<std::string> names(const model::Inventory& inventory) {
  std::vector<std::string> names;
  for (const FoundPackage& found : inventory.packages) {
    names.push_back(found.package.name + " " + found.package.version + " @" + std::to_string(found.layer));
  }
  return names;
}

TEST(Compose, APackageCameWithTheLayerThatFirstListedThisVersion) {
  const auto inventory =
      compose({}, {LayerBuilder().packages(status, {deb("bash", "5"), deb("zlib", "1.2")}),
                   LayerBuilder().packages(status, {deb("bash", "5"), deb("curl", "7"), deb("zlib", "1.3")}),
                   LayerBuilder().packages(status, {deb("bash", "5"), deb("curl", "7"), deb("zlib", "1.3")})});
  EXPECT_THAT(names(inventory), ElementsAre("bash 5 @0", "curl 7 @1", "zlib 1.3 @1"));
}

TEST(Compose, APackageThatWasGoneForALayerCameWithTheLayerThatBroughtItBack) {
  const auto inventory = compose(
      {}, {LayerBuilder().packages(status, {deb("bash", "5")}), LayerBuilder().packages(status, {deb("zlib", "1")}),
           LayerBuilder().packages(status, {deb("bash", "5"), deb("zlib", "1")})});
  EXPECT_THAT(names(inventory), ElementsAre("bash 5 @2", "zlib 1 @1"));
}

TEST(Compose, WhiteoutsAndOpaqueFoldersHideLowerLayersOnly) {
  const auto npm = [](const char* name) { return std::vector{of(PackageType::npm, name, "1")}; };
  const LayerFacts lower = LayerBuilder()
                               .packages("a/node_modules/x/package.json", npm("x"))
                               .packages("a-b/node_modules/y/package.json", npm("y"))
                               .packages("opt/node_modules/old/package.json", npm("old"))
                               .packages("opt-2/node_modules/kept/package.json", npm("kept"))
                               .program("a/bin/tool");
  const LayerFacts upper = LayerBuilder()
                               .whiteout("a")
                               .opaque("opt")
                               .packages("opt/node_modules/new/package.json", npm("new"))
                               .packages("a/node_modules/z/package.json", npm("z"));
  const auto inventory = compose({}, {lower, upper});
  EXPECT_THAT(names(inventory), ElementsAre("kept 1 @0", "new 1 @1", "y 1 @0", "z 1 @1"));
  EXPECT_THAT(inventory.programs, IsEmpty());
}

TEST(Compose, AnEntryHidesWhatLowerLayersHaveAtItsPathAndBelow) {
  const LayerFacts lower = LayerBuilder()
                               .packages("app/node_modules/x/package.json", {of(PackageType::npm, "x", "1")})
                               .packages("srv/node_modules/y/package.json", {of(PackageType::npm, "y", "1")})
                               .program("usr/bin/tool");
  // The folder app becomes a symlink; a package's file becomes one that says nothing; a program another one.
  const LayerFacts upper =
      LayerBuilder().cover("app").cover("srv/node_modules/y/package.json").program("usr/bin/tool");
  const auto inventory = compose({}, {lower, upper});
  EXPECT_THAT(inventory.packages, IsEmpty());
  ASSERT_EQ(inventory.programs.size(), 1U);
  EXPECT_EQ(inventory.programs[0].layer, 1U);
}

TEST(Compose, AnOpaqueRootHidesEverything) {
  const auto inventory =
      compose({}, {LayerBuilder().packages(status, {deb("bash", "5")}), LayerBuilder().opaque("")});
  EXPECT_THAT(inventory.packages, IsEmpty());
}

TEST(Compose, ADivertedFileIsOfThePackageThatDivertedIt) {
  const auto inventory =
      compose({}, {LayerBuilder()
                       .packages("var/lib/dpkg/status", {deb("aa", "1"), deb("bb", "2"), deb("cc", "3")})
                       .list("var/lib/dpkg/diversions", "bb", {"usr/bin/tool"})
                       .list("var/lib/dpkg/info/aa.list", "aa", {"usr/bin/tool", "etc/aa"})
                       .list("var/lib/dpkg/info/bb.list", "bb", {"usr/bin/tool", "etc/bb"})
                       .list("var/lib/dpkg/info/cc.list", "cc", {"etc/bb"})
                       .program("usr/bin/tool")});
  ASSERT_EQ(inventory.packages.size(), 3U);
  EXPECT_THAT(inventory.packages[0].files, ElementsAre(base::path_id("etc/aa")));
  EXPECT_EQ(inventory.packages[1].files.size(), 2U);
  EXPECT_EQ(inventory.packages[2].files.size(), 1U) << "what two list without a diversion, both keep";
  EXPECT_EQ(inventory.programs[0].owner, 1U);
}

TEST(Compose, LanguagePackagesOfTheSystemAreTiedToTheirOwner) {
  const auto inventory = compose(
      {}, {LayerBuilder()
               .packages(status, {deb("python3-six", "1.16-4"), deb("openssl", "3")})
               .list("var/lib/dpkg/info/python3-six.list", "python3-six",
                     {"usr/lib/python3/dist-packages/six.egg-info"})
               .list("var/lib/dpkg/info/openssl.list", "openssl", {"usr/bin/openssl", "bin/tool"})
               .packages("usr/lib/python3/dist-packages/six.egg-info", {of(PackageType::pypi, "six", "1.16.0")})
               .packages("venv/six.dist-info/METADATA", {of(PackageType::pypi, "six", "1.16.0")})
               .packages("usr/bin/openssl", {of(PackageType::generic, "openssl", "3.0")})
               .packages("opt/openssl", {of(PackageType::generic, "openssl", "1.1")})
               .program("usr/bin/tool")
               .program("opt/openssl")});
  ASSERT_EQ(inventory.packages.size(), 5U);
  EXPECT_EQ(inventory.packages[0].package.name, "openssl");
  EXPECT_EQ(inventory.packages[2].paths, std::vector<std::string>{"venv/six.dist-info/METADATA"});
  EXPECT_EQ(inventory.packages[2].owner, FoundPackage::none);
  ASSERT_NE(inventory.packages[3].owner, FoundPackage::none);
  EXPECT_EQ(inventory.packages[inventory.packages[3].owner].package.name, "python3-six");
  EXPECT_EQ(inventory.packages[4].package.version, "1.1") << "the owned program is no package of its own";
  ASSERT_EQ(inventory.programs.size(), 2U);
  EXPECT_EQ(inventory.programs[0].owner, FoundPackage::none);
  EXPECT_EQ(inventory.programs[1].owner, 0U) << "bin/tool and usr/bin/tool are one file";
  EXPECT_THAT(inventory.packages[0].files, testing::Contains(base::path_id("bin/tool")));
  EXPECT_TRUE(inventory.packages[4].files.empty());
}

TEST(Compose, TheSamePackageInSeveralPlacesIsOneWithSeveralPaths) {
  Package nested = of(PackageType::maven, "g:a", "1");
  nested.inner_path = "BOOT-INF/lib/a.jar";
  nested.evidence = model::Evidence::embedded;
  Package development = of(PackageType::maven, "g:a", "1");
  development.development = true;
  development.evidence = model::Evidence::declared;
  const auto inventory = compose(
      {}, {LayerBuilder().packages("app.jar", {nested}).packages("b.jar", {of(PackageType::maven, "g:a", "1")}),
           LayerBuilder().packages("pom.lock", {development})});
  ASSERT_EQ(inventory.packages.size(), 1U);
  EXPECT_THAT(inventory.packages[0].paths, ElementsAre("app.jar!/BOOT-INF/lib/a.jar", "b.jar", "pom.lock"));
  EXPECT_EQ(inventory.packages[0].layer, 0U);
  EXPECT_EQ(inventory.packages[0].package.evidence, model::Evidence::installed);
  EXPECT_FALSE(inventory.packages[0].package.development);
}

TEST(Compose, OsReleaseInEtcWins) {
  const auto inventory = compose(
      {}, {LayerBuilder().distribution("etc/debian_version", "old").distribution("usr/lib/os-release", "vendor"),
           LayerBuilder().distribution("etc/os-release", "debian")});
  ASSERT_TRUE(inventory.distribution);
  EXPECT_EQ(inventory.distribution->id, "debian");
}

TEST(Compose, AFoldersDigestFollowsItsContent) {
  const auto digest = [](const char* version) {
    Target target;
    target.kind = model::Subject::Kind::root;
    return compose(std::move(target), {LayerBuilder().packages(status, {deb("bash", version)})}).subject.digest();
  };
  EXPECT_EQ(digest("5"), digest("5"));
  EXPECT_NE(digest("5"), digest("6"));
}

TEST(Compose, BuildStepsAreToldWhereTheHistoryMatchesTheLayers) {
  Target target;
  target.config.emplace();
  target.config->diff_ids = {base::digest_of("a"), base::digest_of("b")};
  target.config->history = {
      {"ADD rootfs", "", {}, false}, {"ENV A=b", "", {}, true}, {"RUN apt-get install", "", {}, false}};
  const auto inventory = compose(std::move(target), {LayerBuilder(), LayerBuilder()});
  EXPECT_EQ(inventory.layers.at(0).created_by, "ADD rootfs");
  EXPECT_EQ(inventory.layers.at(1).created_by, "RUN apt-get install");
}

std::vector<std::string> secrets_of(const model::Inventory& inventory) {
  std::vector<std::string> told;
  for (const model::FoundSecret& found : inventory.secrets) {
    told.push_back(place_of(found.secret) + " " + found.secret.masked + (found.deleted ? " deleted" : "") +
                   (found.layer == FoundPackage::none ? "" : " " + std::to_string(found.layer)));
  }
  return told;
}

TEST(Compose, ASecretCountsWhateverBecomesOfItsFile) {
  const auto inventory =
      compose({}, {LayerBuilder().searched().secret("a", "1").secret("b", "2").secret("c/d", "3"),
                   LayerBuilder().searched().whiteout("a").cover("b").opaque("c"),
                   LayerBuilder().searched().secret("b", "4")});
  EXPECT_THAT(secrets_of(inventory),
              ElementsAre("a:1 1 deleted 0", "b:1 2 deleted 0", "b:1 4 2", "c/d:1 3 deleted 0"));
  EXPECT_TRUE(inventory.secrets_sought);
}

TEST(Compose, TheSameSecretInSeveralLayersIsOne) {
  const auto inventory = compose({}, {LayerBuilder().secret("a", "1", 3), LayerBuilder().secret("a", "1", 9),
                                      LayerBuilder().secret("b", "1"), LayerBuilder().whiteout("b")});
  EXPECT_THAT(secrets_of(inventory), ElementsAre("a:9 1 0", "b:1 1 deleted 2"));
  EXPECT_FALSE(inventory.secrets_sought);
}

TEST(Compose, TheSettingsHaveSecretsToo) {
  Target target;
  target.secrets.emplace_back().where = model::Secret::Where::environment;
  target.secrets.back().name = "TOKEN";
  EXPECT_THAT(secrets_of(compose(target, {LayerBuilder().secret("a", "1")})),
              ElementsAre("a:1 1 0", "config: env TOKEN "));
}

TEST(Compose, NotableFilesAreThoseThatShow) {
  using Reason = model::NotableFile::Reason;
  const auto inventory = compose({}, {LayerBuilder()
                                          .notable(Reason::package_cache, "var/cache/apk/a", 10)
                                          .notable(Reason::package_cache, "var/cache/apk/b", 20)
                                          .notable(Reason::package_cache, "var/lib/apt/lists/c", 5)
                                          .notable(Reason::device, "srv/sda"),
                                      LayerBuilder()
                                          .notable(Reason::package_cache, "var/cache/apk/d", 40)
                                          .whiteout("var/cache/apk/a")
                                          .whiteout("var/lib/apt/lists/c")});
  ASSERT_EQ(inventory.notable.size(), 2U);
  EXPECT_EQ(inventory.notable[0].file.path, "srv/sda");
  EXPECT_EQ(inventory.notable[1].file.path, "var/cache/apk");
  EXPECT_EQ(inventory.notable[1].file.size, 60U);
  EXPECT_EQ(inventory.notable[1].file.files, 2U);
  EXPECT_EQ(inventory.notable[1].layer, 0U);
}

std::vector<std::string> unneeded(const model::Inventory& inventory) {
  std::vector<std::string> names;
  for (const FoundPackage& found : inventory.packages) {
    if (found.needed == false) names.push_back(found.package.name);
  }
  return names;
}

TEST(Compose, TellsWhatNothingNeeds) {
  Package app = deb("app", "1");
  app.needs = {"libssl3", "mta"};
  Package mail = deb("mail", "1");
  mail.provides = {"mta"};
  Package dpkg = deb("dpkg", "1");
  dpkg.essential = true;
  Package self = deb("self", "1");
  self.needs = {"self"};
  Package npm = deb("left-pad", "1");
  npm.type = PackageType::npm;
  const LayerFacts layer =
      LayerBuilder()
          .packages("var/lib/dpkg/status", {app, deb("libssl3", "3"), mail, dpkg, self, deb("vim", "9"), npm})
          .list("var/lib/dpkg/info/app.list", "app", {"usr/bin/app"})
          .program("usr/bin/app");
  EXPECT_THAT(unneeded(compose({}, {layer})), ElementsAre("app", "self", "vim"));

  Target target;
  target.config.emplace().entrypoint = {"app", "--serve"};
  EXPECT_THAT(unneeded(compose(target, {layer})), ElementsAre("self", "vim"));
  target.config->entrypoint = {"/bin/app"};
  EXPECT_THAT(unneeded(compose(target, {layer})), ElementsAre("self", "vim"));

  // What apt did not mark was asked for.
  EXPECT_THAT(unneeded(compose({}, {layer, LayerBuilder().automatic({"vim", "libssl3"})})), ElementsAre("vim"));
}

}  // namespace
}  // namespace doorman::derive
