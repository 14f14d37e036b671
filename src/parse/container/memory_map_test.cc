// SPDX-License-Identifier: Apache-2.0
#include "parse/container/memory_map.h"

#include <gtest/gtest.h>

#include <string>

namespace doorman::parse::container {
namespace {

/// A line as the kernel writes it, for that path.
std::string line_of(const std::string& path, const std::string& rights = "r-xp") {
  return "7f8abca44000-7f8abcb9a000 " + rights + " 00026000 fe:00 332835                     " + path;
}
std::string path_in(const std::string& line) {
  const auto file = parse_mapped_file(line);
  return file ? std::string(file->path) : "-";
}

TEST(MemoryMap, AFileThatIsMappedToRunIt) {
  const std::string line = line_of("/usr/lib/x86_64-linux-gnu/libc.so.6");
  const auto file = parse_mapped_file(line);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->path, "/usr/lib/x86_64-linux-gnu/libc.so.6");
  EXPECT_EQ(file->range, "7f8abca44000-7f8abcb9a000");
  EXPECT_EQ(path_in(line_of("/opt/a name/with  blanks")), "/opt/a name/with  blanks");
  EXPECT_EQ(path_in(line_of("/opt/back\\slash")), "/opt/back\\slash");
  EXPECT_EQ(path_in(line_of("/usr/lib/libc.so.6", "r-xs")), "/usr/lib/libc.so.6");
}

TEST(MemoryMap, WhatIsNoCodeOfAFileIsPassedOver) {
  for (const char* rights : {"r--p", "rw-p", "---p", "--xp"})
    EXPECT_EQ(path_in(line_of("/x", rights)), "-") << rights;
  EXPECT_EQ(path_in("7f8abd1d1000-7f8abd1d3000 r-xp 00000000 00:00 0                          [vdso]"), "-");
  EXPECT_EQ(path_in("7f8abd1d1000-7f8abd1d3000 r-xp 00000000 00:00 0 "), "-");
  EXPECT_EQ(path_in(line_of("/memfd:evil (deleted)")), "-");
  EXPECT_EQ(path_in(line_of("anon_inode:[perf_event]")), "-");
}

TEST(MemoryMap, ANameThatMayBeAnotherIsNotTold) {
  EXPECT_EQ(path_in(line_of("/usr/lib/libc.so.6 (deleted)")), "-");
  EXPECT_EQ(path_in(line_of("/opt/nl\\012x")), "-");
  EXPECT_EQ(path_in(line_of("/opt/esc\x1b[31m")), "-");
  EXPECT_EQ(path_in(line_of("/opt/tab\tx")), "-");
  EXPECT_EQ(path_in(line_of(std::string("/opt/nul\0x", 10))), "-");
}

TEST(MemoryMap, AMalformedLineIsNone) {
  const std::string whole = line_of("/lib");
  for (std::size_t length = 0; length + 3 < whole.size(); ++length)
    EXPECT_EQ(path_in(whole.substr(0, length)), "-") << length;
  EXPECT_EQ(path_in("x" + whole), "-");
  EXPECT_EQ(path_in("7f8a r-xp 00026000 fe:00 1 /lib"), "-");
  EXPECT_EQ(path_in("7f8a-7f8b r-xp 00026000 fe:00 -1 /lib"), "-");
  EXPECT_EQ(path_in("7f8a-7f8b r-xp 00026000 fe00 1 /lib"), "-");
}

TEST(MemoryMap, APathAndALineHaveALimit) {
  EXPECT_EQ(path_in(line_of("/" + std::string(4095, 'a'))).size(), 4096U);
  EXPECT_EQ(path_in(line_of("/" + std::string(4096, 'a'))), "-");
  EXPECT_EQ(path_in(line_of(std::string(max_map_line_bytes, ' ') + "/a")), "-");
}

}  // namespace
}  // namespace doorman::parse::container
