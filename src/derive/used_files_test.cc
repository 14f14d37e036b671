// SPDX-License-Identifier: Apache-2.0
#include "derive/used_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using model::EventObject;
using model::EventRecord;
using model::EventType;
using model::Evidence;
using model::FileUse;
using model::PackageType;
using testing::ElementsAre;
using testing::Key;

class UsedFilesTest : public testing::Test {
 protected:
  UsedFilesTest() {
    shop_.id = "shop-id";
    shop_.image_id = "sha256:shop";
    process_.program = &program_;
  }

  void run(const std::string& exe, std::uint64_t time, EventRecord::Kind kind = EventRecord::Kind::exec) {
    program_.exe_path = exe;
    EventRecord record;
    record.kind = kind;
    used_.add({&process_, &shop_, nullptr}, record, time);
  }
  void open(std::string_view path, std::uint64_t time, std::int64_t result = 3, std::uint16_t flags = 0) {
    EventRecord record;
    record.type = EventType::openat;
    record.has_object = true;
    record.object.type = EventObject::Type::file;
    record.object.flags = flags;
    record.result = result;
    record.slots = 1;
    record.slot[0] = path;
    used_.add({&process_, &shop_, nullptr}, record, time);
  }
  [[nodiscard]] const model::FileUses& uses() const { return *used_.of("sha256:shop"); }

  model::Container shop_;
  model::Program program_;
  model::Process process_;
  UsedFiles used_{{.images = 2, .files = 4}};
};

TEST_F(UsedFilesTest, TheFirstSightingOfAFileIsKept) {
  run("/usr/bin/python3", 10);
  run("/usr/bin/python3", 20);
  program_.script_path = "/srv/run.sh";
  run("/bin/dash", 30);
  open("/srv/app.py", 40);
  EXPECT_THAT(uses(), ElementsAre(Key("bin/dash"), Key("srv/app.py"), Key("srv/run.sh"), Key("usr/bin/python3")));
  EXPECT_EQ(uses().find("usr/bin/python3")->second.first, 10U);
  EXPECT_EQ(uses().find("usr/bin/python3")->second.container, "shop-id");
  EXPECT_EQ(uses().find("srv/app.py")->second.how, FileUse::How::opened);
}

TEST_F(UsedFilesTest, WhatWasMappedIsInUse) {
  EventRecord record;
  record.kind = EventRecord::Kind::mapped;
  record.slots = 1;
  record.slot[0] = "/usr/lib/libssl.so.3";
  used_.add({nullptr, &shop_, nullptr}, record, 7);
  ASSERT_THAT(uses(), ElementsAre(Key("usr/lib/libssl.so.3")));
  EXPECT_EQ(uses().begin()->second.how, FileUse::How::mapped);
  EXPECT_EQ(uses().begin()->second.first, 7U);
}

TEST_F(UsedFilesTest, WhatRanBeforeTheLogHasNoTime) {
  run("/usr/bin/python3", 10, EventRecord::Kind::change);
  EXPECT_EQ(uses().find("usr/bin/python3")->second.how, FileUse::How::ran);
  EXPECT_EQ(uses().find("usr/bin/python3")->second.first, 0U);
}

TEST_F(UsedFilesTest, WhatIsNotTheImagesIsPassedOver) {
  open("/etc/shadow", 1, -13);
  open("/tmp/written", 2, 3, EventObject::upper_layer);
  process_.state.exe_upper_layer = true;
  run("/tmp/dropped", 3);
  process_.state.exe_upper_layer = false;
  process_.state.exe_from_memfd = true;
  run("/memfd:x", 4);
  process_.state.exe_from_memfd = false;
  run("relative", 5);
  EventRecord record;
  record.kind = EventRecord::Kind::exec;
  used_.add({&process_, nullptr, nullptr}, record, 6);  // of the host
  EXPECT_EQ(used_.of("sha256:shop"), nullptr);
}

TEST_F(UsedFilesTest, WhatFindsNoRoomIsCounted) {
  for (int i = 0; i < 6; ++i) run("/bin/" + std::to_string(i), 1);
  EXPECT_EQ(uses().size(), 4U);
  EXPECT_EQ(used_.not_kept(), 2U);
  for (const char* image : {"sha256:b", "sha256:c"}) {
    shop_.image_id = image;
    run("/bin/0", 1);
  }
  EXPECT_EQ(used_.of("sha256:c"), nullptr);
  EXPECT_EQ(used_.not_kept(), 3U);
}

class PackagesInUseTest : public testing::Test {
 protected:
  std::uint32_t package(PackageType type, const std::string& name, const std::string& told,
                        Evidence evidence = Evidence::installed) {
    model::FoundPackage found;
    found.package.type = type;
    found.package.name = name;
    found.package.evidence = evidence;
    found.paths = {told};
    inventory_.packages.push_back(std::move(found));
    return static_cast<std::uint32_t>(inventory_.packages.size() - 1);
  }
  void program(const std::string& path, std::uint32_t owner) {
    inventory_.programs.push_back({{.path = path, .sha256 = base::digest_of(path)}, 0, owner});
  }
  void use(const std::string& path, std::uint64_t time = 1) { uses_[path] = {FileUse::How::executed, time, "id"}; }
  std::string path_of(std::uint32_t package) {
    const PackageUse found = packages_in_use(inventory_, uses_)[package];
    return found.use == nullptr ? "-" : std::string(found.path);
  }

  model::Inventory inventory_{model::Subject::image(base::digest_of("config"))};
  model::FileUses uses_;
};

TEST_F(PackagesInUseTest, OfTheSystemByItsPrograms) {
  const auto dash = package(PackageType::deb, "dash", "var/lib/dpkg/status");
  const auto bash = package(PackageType::deb, "bash", "var/lib/dpkg/status");
  program("bin/dash", dash);
  program("bin/bash", bash);
  program("opt/ours", model::FoundPackage::none);
  use("usr/bin/dash");  // where the merged /usr leads
  use("opt/ours");
  use("var/lib/dpkg/status");  // says nothing of what it lists
  EXPECT_EQ(path_of(dash), "usr/bin/dash");
  EXPECT_EQ(path_of(bash), "-");
}

TEST_F(PackagesInUseTest, OfTheSystemByAnyOfTheirFiles) {
  const auto ssl = package(PackageType::deb, "libssl3", "var/lib/dpkg/status");
  const auto zlib = package(PackageType::deb, "zlib1g", "var/lib/dpkg/status");
  inventory_.packages[ssl].files = {base::path_id("lib/x86_64-linux-gnu/libssl.so.3")};
  inventory_.packages[zlib].files = {base::path_id("lib/x86_64-linux-gnu/libz.so.1.2.13")};
  use("usr/lib/x86_64-linux-gnu/libssl.so.3");
  EXPECT_EQ(path_of(ssl), "usr/lib/x86_64-linux-gnu/libssl.so.3");
  EXPECT_EQ(path_of(zlib), "-");
}

TEST_F(PackagesInUseTest, OfLanguagesByTheirFolders) {
  const auto outer = package(PackageType::npm, "outer", "srv/node_modules/outer/package.json");
  const auto inner = package(PackageType::npm, "inner", "srv/node_modules/outer/node_modules/inner/package.json");
  const auto flask =
      package(PackageType::pypi, "my-flask", "usr/lib/python3/site-packages/my_flask-1.dist-info/METADATA");
  const auto rack = package(PackageType::gem, "rack", "gems/specifications/rack-2.gemspec");
  const auto listed = package(PackageType::npm, "listed", "srv/package-lock.json", Evidence::declared);
  use("srv/node_modules/outer/node_modules/inner/index.js");
  use("srv/package-lock.json");
  EXPECT_EQ(path_of(outer), "-");
  EXPECT_EQ(path_of(inner), "srv/node_modules/outer/node_modules/inner/index.js");
  EXPECT_EQ(path_of(listed), "-");
  EXPECT_EQ(path_of(flask), "-");
  use("srv/node_modules/outer/index.js");
  use("usr/lib/python3/site-packages/my_flask/app.py");
  use("usr/lib/python3/site-packages/my_flask_extra/app.py");
  use("gems/gems/rack-2/lib/rack.rb");
  EXPECT_EQ(path_of(outer), "srv/node_modules/outer/index.js");
  EXPECT_EQ(path_of(flask), "usr/lib/python3/site-packages/my_flask/app.py");
  EXPECT_EQ(path_of(rack), "gems/gems/rack-2/lib/rack.rb");
}

TEST_F(PackagesInUseTest, OfWhatIsPackedIntoAFileByTheFile) {
  const auto module = package(PackageType::golang, "example.com/x", "usr/bin/tool", Evidence::embedded);
  const auto jar =
      package(PackageType::maven, "org.x:lib", "srv/app.jar!/BOOT-INF/lib/lib.jar", Evidence::embedded);
  use("usr/bin/tool");
  use("srv/app.jar");
  EXPECT_EQ(path_of(module), "usr/bin/tool");
  EXPECT_EQ(path_of(jar), "srv/app.jar");
}

TEST_F(PackagesInUseTest, TheEarliestOfSeveralFilesCounts) {
  const auto core = package(PackageType::deb, "coreutils", "var/lib/dpkg/status");
  for (const char* name : {"bin/ls", "bin/cat", "bin/cp"}) program(name, core);
  use("bin/cp", 3);
  use("bin/cat", 2);
  use("bin/ls", 5);
  EXPECT_EQ(path_of(core), "bin/cat");
}

}  // namespace
}  // namespace doorman::derive
