// SPDX-License-Identifier: Apache-2.0
#include "source/notable_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::source {
namespace {

using parse::image::Entry;
using parse::image::EntryType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Collected {
 public:
  Collected& folder(std::string_view path, std::uint32_t mode) {
    collector_.add_folder(path, mode);
    return *this;
  }
  Collected& file(std::string_view path, std::uint64_t size = 10, std::uint32_t mode = 0644) {
    Entry entry;
    entry.size = size;
    entry.mode = mode;
    return add(path, entry);
  }
  Collected& device(std::string_view path, Entry::Device kind) {
    Entry entry;
    entry.type = EntryType::device;
    entry.device = kind;
    return add(path, entry);
  }
  Collected& capability(std::string_view path, std::string_view attribute) {
    Entry entry;
    entry.size = 1;
    entry.capability = attribute;
    return add(path, entry);
  }
  Collected& program(std::string path, std::uint32_t mode = 0755) {
    collector_.add_program({std::move(path), model::ProgramFile::Kind::elf, mode, 0, 0, 1, base::digest_of("x")});
    return *this;
  }
  Collected& forget(std::string_view path) {
    collector_.forget(base::path_id(path));
    return *this;
  }
  /// `reason path detail size`, without what is empty.
  std::vector<std::string> told() {
    std::vector<std::string> told;
    for (const model::NotableFile& file : collector_.take()) {
      std::string text = std::string(to_text(file.reason)) + " " + file.path;
      if (!file.detail.empty()) text += " " + file.detail;
      if (file.reason == model::NotableFile::Reason::package_cache) text += " " + std::to_string(file.size);
      told.push_back(text);
    }
    return told;
  }

 private:
  Collected& add(std::string_view path, const Entry& entry) {
    collector_.add_entry(path, entry);
    return *this;
  }

  NotableCollector collector_{100};
};

TEST(NotableCollector, AddsUpWhatPackageManagersLeave) {
  EXPECT_THAT(
      Collected()
          .file("var/lib/apt/lists/lock")
          .file("var/lib/apt/lists/main_Packages", 30)
          .file("root/.npm/_cacache/content-v2/a", 1)
          .file("root/.npm/_cacache/content-v2/b", 2)
          .file("root/.cache/pip/http/a", 4)
          .file("srv/.cache/pipe/a", 4)
          .told(),
      ElementsAre("package_cache root/.cache/pip/http pip 4", "package_cache root/.npm/_cacache/content-v2 npm 3",
                  "package_cache var/lib/apt/lists/main_Packages apt 30"));
}

TEST(NotableCollector, KnowsKeysAndCredentialsByName) {
  EXPECT_THAT(Collected()
                  .file("etc/ssh/ssh_host_rsa_key")
                  .file("etc/ssh/ssh_host_rsa_key.pub")
                  .file("root/.ssh/id_ed25519")
                  .file("root/.ssh/authorized_keys")
                  .file("root/.aws/credentials")
                  .file("root/.aws/config")
                  .file("srv/a.jks")
                  .file("srv/node_modules/a/.npmrc")
                  .file("srv/.env", 0)
                  .told(),
              ElementsAre("ssh_host_key etc/ssh/ssh_host_rsa_key", "credentials root/.aws/credentials AWS",
                          "authorized_keys root/.ssh/authorized_keys", "ssh_user_key root/.ssh/id_ed25519",
                          "credentials srv/a.jks Java keystore"));
}

TEST(NotableCollector, HistoryNeedsMoreThanALink) {
  EXPECT_THAT(Collected().file("srv/.git/HEAD").file("srv/.git/objects/aa/b").file("opt/sub/.git").told(),
              ElementsAre("vcs_folder srv/.git git"));
}

TEST(NotableCollector, ModesCountWhereNobodyKeepsOthersAway) {
  EXPECT_THAT(Collected()
                  .folder("srv/drop", 01777)
                  .folder("srv/open", 0777)
                  .file("srv/drop/a", 1, 0666)
                  .file("srv/a", 1, 0666)
                  .file("tmp/a", 1, 0666)
                  .program("srv/open/su", 04755)
                  .program("usr/bin/su", 04755)
                  .told(),
              ElementsAre("world_writable srv/a", "set_id_in_writable srv/open/su"));
}

TEST(NotableCollector, ProgramsHaveTheirPlaces) {
  EXPECT_THAT(Collected()
                  .program("tmp/x")
                  .program("srv/.hidden/x")
                  .program("root/.local/bin/x")
                  .program("root/x")
                  .program("usr/bin/x")
                  .told(),
              ElementsAre("misplaced_program root/x home of root", "misplaced_program srv/.hidden/x hidden",
                          "misplaced_program tmp/x temporary"));
}

TEST(NotableCollector, DevicesSocketsAndCapabilities) {
  using namespace std::string_view_literals;
  EXPECT_THAT(Collected()
                  .device("dev/null", Entry::Device::character)
                  .device("dev/sda", Entry::Device::block)
                  .device("srv/null", Entry::Device::character)
                  .device("run/docker.sock", Entry::Device::none)
                  .capability("bin/ping", "\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv)
                  .capability("bin/odd", "\1"sv)
                  .told(),
              ElementsAre("capabilities bin/odd unreadable", "capabilities bin/ping cap_net_raw=ep",
                          "device dev/sda block", "engine_socket run/docker.sock", "device srv/null character"));
}

TEST(NotableCollector, ForgetsWhatIsNamedAgainAndHasALimit) {
  EXPECT_THAT(Collected().file("srv/a.jks").forget("srv/a.jks").told(), IsEmpty());
  NotableCollector collector(1);
  Entry entry;
  entry.mode = 0666;
  collector.add_entry("a", entry);
  collector.add_entry("b", entry);
  EXPECT_EQ(collector.dropped(), 1U);
  EXPECT_EQ(collector.take().size(), 1U);
}

}  // namespace
}  // namespace doorman::source
