// SPDX-License-Identifier: Apache-2.0
#include "app/up/other_images.h"

#include <gmock/gmock.h>

#include <fstream>

#include "scratch.h"
#include "store/advisory_file.h"

namespace doorman::app {
namespace {

using base::digest_of;
using ::testing::UnorderedElementsAre;

TEST(OtherImages, AreThoseThatCanBeReadAndDoNotRun) {
  source::LocalImages local;
  for (const char* each : {"runs", "stopped", "unused", "unused"}) {
    local.images.push_back({digest_of(each), {}, "podman", {each}, {}, {}, std::string("podman:") + each});
  }
  local.images.push_back({digest_of("unreadable"), {}, "other", {"unreadable"}, {}, {}, ""});
  local.containers.push_back({"1", "1", "podman", "runs", digest_of("runs").text(), true});
  local.containers.push_back({"2", "2", "podman", "stopped", digest_of("stopped").text(), false});
  EXPECT_THAT(idle_images(local), UnorderedElementsAre(digest_of("stopped"), digest_of("unused")));
}

TEST(OtherImages, AnotherDatabaseIsAnotherBasis) {
  const tests::ScratchFolder state;
  const std::string folder = state.path().string();
  const std::string without = other_images(folder).basis;
  std::ofstream(store::advisory_file_path(folder)) << "one";
  const std::string with = other_images(folder).basis;
  EXPECT_NE(with, without);
  EXPECT_EQ(other_images(folder).basis, with);
  std::ofstream(store::advisory_file_path(folder)) << "two more";
  EXPECT_NE(other_images(folder).basis, with);
}

}  // namespace
}  // namespace doorman::app
