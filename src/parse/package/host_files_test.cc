// SPDX-License-Identifier: Apache-2.0
#include "parse/package/host_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace doorman::parse::package {
namespace {

const model::HostFile* find(const std::vector<model::HostFile>& files, std::string_view path) {
  const auto at = std::find_if(files.begin(), files.end(),
                               [&](const model::HostFile& file) { return file.path == base::path_id(path); });
  return at == files.end() ? nullptr : &*at;
}

TEST(HostFilesTest, ListAndSumsAreOne) {
  const auto files =
      parse_host_files("/.\n/usr\n/usr/bin\n/usr/bin/true\n/etc/x.conf\n/usr/share/doc/x/copyright\n",
                       "d41d8cd98f00b204e9800998ecf8427e  usr/bin/true\n"
                       "d41d8cd98f00b204e9800998ecf8427e  bin/false\n");
  EXPECT_EQ(files.size(), 5U);
  ASSERT_NE(find(files, "bin/true"), nullptr);
  EXPECT_TRUE(find(files, "bin/true")->has_md5);
  EXPECT_EQ(find(files, "bin/true")->md5, base::md5_of(""));
  EXPECT_TRUE(find(files, "bin/false")->has_md5);
  ASSERT_NE(find(files, "etc/x.conf"), nullptr);
  EXPECT_FALSE(find(files, "etc/x.conf")->has_md5);
  EXPECT_EQ(find(files, "usr/share/doc/x/copyright"), nullptr);
}

TEST(HostFilesTest, OtherLinesAreSkipped) {
  EXPECT_TRUE(parse_host_files("",
                               "short  x\nd41d8cd98f00b204e9800998ecf8427X  usr/bin/x\n"
                               "d41d8cd98f00b204e9800998ecf8427e usr/bin/x\nd41d8cd98f00b204e9800998ecf8427e  \n")
                  .empty());
}

TEST(HostFilesTest, TheLimitOfFiles) {
  std::string list;
  list.reserve(max_host_files * 10);
  for (std::size_t count = 0; count < max_host_files + 10; ++count)
    list.append("/").append(std::to_string(count)).append("\n");
  EXPECT_EQ(parse_host_files(list, "").size(), max_host_files);
}

}  // namespace
}  // namespace doorman::parse::package
