// SPDX-License-Identifier: Apache-2.0
#include "parse/package/file_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace doorman::parse::package {
namespace {

using base::path_id;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(FileList, EverySpellingOfAPathIsOneFile) {
  FileList files;
  for (const auto* path : {"/usr/bin/env", "./usr/bin/env", "usr/bin/env", "/bin/env"}) files.add(path);
  files.add("/usr/bin", "env");
  files.add("/usr/bin/", "env");
  const model::Ownership owned = files.take("coreutils");
  EXPECT_EQ(owned.package, "coreutils");
  EXPECT_THAT(owned.files, ElementsAre(path_id("bin/env")));
}

TEST(FileList, TakeSortsAndStartsAfresh) {
  FileList files;
  for (int i = 0; i < 100; ++i) files.add("etc", std::to_string(i));
  const model::Ownership owned = files.take("one");
  EXPECT_EQ(owned.files.size(), 100U);
  EXPECT_TRUE(std::is_sorted(owned.files.begin(), owned.files.end()));
  EXPECT_TRUE(files.empty());
  EXPECT_TRUE(files.take("two").files.empty());
}

TEST(FileList, TheRootAndOverlongPathsAreNoFiles) {
  FileList files;
  for (const auto* path : {"", "/", ".", "/.", "./"}) files.add(path);
  const std::string longest(base::CanonPath::max_bytes, 'a');
  files.add(longest + "a");
  files.add(longest, "a");
  EXPECT_TRUE(files.empty());
  files.add(longest);
  EXPECT_FALSE(files.empty());
}

TEST(FileList, RemembersAsManyFilesAsItSays) {
  FileList files;
  for (std::size_t i = 0; i < FileList::max_files; ++i) {
    ASSERT_FALSE(files.full());
    files.add("same");
  }
  EXPECT_TRUE(files.full());
  (void)files.take("one");
  files.add("more");
  EXPECT_TRUE(files.empty());
}

TEST(FileList, ReadsListsOfPaths) {
  FileList files;
  add_lines(files, "/.\n/usr\r\n\n/usr/share/a b\n/etc/last");
  EXPECT_THAT(files.take("p").files,
              UnorderedElementsAre(path_id("usr"), path_id("usr/share/a b"), path_id("etc/last")));
}

TEST(FileList, ReadsMd5Sums) {
  FileList files;
  const std::string sum(32, 'f');
  EXPECT_EQ(
      add_md5sums(files, sum + "  usr/lib/a b\n\n" + sum + "\n" + sum + "x  no\nshort  no\n" + sum + " *etc/c"),
      3U);
  EXPECT_THAT(files.take("p").files, UnorderedElementsAre(path_id("lib/a b"), path_id("etc/c")));
}

}  // namespace
}  // namespace doorman::parse::package
