// SPDX-License-Identifier: Apache-2.0
#include "model/package_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "model/binary.h"
#include "model/merged_usr.h"

namespace doorman::model {
namespace {

using base::ErrorCode;

constexpr std::size_t counts_at = binary::frame_bytes + 8, paths_at = counts_at + 8;

PackageFiles::File file_of(std::string_view path, std::uint32_t package, bool shared = false) {
  return {.path = base::path_id(merged_usr(path)), .package = package, .shared = shared};
}

PackageFiles some_files() {
  PackageFiles files;
  files.key = 0xfeedULL << 32U;
  files.packages = {"pkg:deb/debian/bash@5", "pkg:deb/debian/libc6@2"};
  files.files = {file_of("usr/bin/bash", 0), file_of("etc/bash.bashrc", 0),
                 file_of("lib/x86_64-linux-gnu/libc.so.6", 1), file_of("etc", 0, true)};
  std::ranges::sort(files.files, {}, &PackageFiles::File::path);
  return files;
}

/// The payload, framed as if encode() had written it.
std::string framed(std::string bytes) {
  return binary::frame({"DOORMANF", package_files_version, ""},
                       std::string_view(bytes).substr(binary::frame_bytes));
}

TEST(PackageFiles, EveryFileHasItsPackageInBothSpellings) {
  const std::string bytes = encode(some_files());
  ASSERT_TRUE(PackageFilesView::check(bytes).ok()) << PackageFilesView::check(bytes).error().message();
  const PackageFilesView view(bytes);
  EXPECT_EQ(view.key(), 0xfeedULL << 32U);
  EXPECT_EQ(view.files(), 4U);
  EXPECT_EQ(view.packages(), 2U);
  for (const char* path : {"/bin/bash", "/usr/bin/bash", "usr/bin/bash", "/etc/bash.bashrc"}) {
    EXPECT_EQ(view.package_of(path), "pkg:deb/debian/bash@5") << path;
    EXPECT_EQ(view.only_package_of(path), "pkg:deb/debian/bash@5") << path;
  }
  for (const char* path : {"/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6"}) {
    EXPECT_EQ(view.package_of(path), "pkg:deb/debian/libc6@2") << path;
  }
  for (const char* path : {"", "/", "/etc/bash.bashr", "/etc/passwd", "//etc/bash.bashrc"}) {
    EXPECT_EQ(view.package_of(path), "") << path;
  }
}

TEST(PackageFiles, WhatIsSharedIsNoOnesAlone) {
  const std::string bytes = encode(some_files());
  EXPECT_EQ(PackageFilesView(bytes).package_of("/etc"), "pkg:deb/debian/bash@5");
  EXPECT_EQ(PackageFilesView(bytes).only_package_of("/etc"), "");
}

TEST(PackageFiles, NoneIsAFileToo) {
  const std::string bytes = encode({});
  EXPECT_TRUE(PackageFilesView::check(bytes).ok());
  EXPECT_EQ(PackageFilesView(bytes).package_of("/bin/bash"), "");
}

TEST(PackageFiles, AFileThatWasCutOrChangedIsRefusedAndDoesNoHarm) {
  const std::string whole = encode(some_files());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    EXPECT_FALSE(PackageFilesView::check(cut).ok()) << size;
    (void)PackageFilesView(cut).package_of("/bin/bash");
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    EXPECT_FALSE(PackageFilesView::check(changed).ok()) << at;
    (void)PackageFilesView(changed).package_of("/bin/bash");
  }
}

TEST(PackageFiles, AnotherVersionIsNamed) {
  std::string bytes = encode(some_files());
  bytes[8] = static_cast<char>(package_files_version + 1);
  EXPECT_EQ(PackageFilesView::check(bytes).error().code(), ErrorCode::unsupported);
  EXPECT_EQ(PackageFilesView::check("").error().code(), ErrorCode::truncated);
}

TEST(PackageFiles, APayloadThatNoneWroteIsInvalid) {
  const PackageFiles files = some_files();
  const std::size_t owners_at = paths_at + 8 * files.files.size(), ends_at = owners_at + 4 * files.files.size();
  const auto refused = [&](std::size_t at, std::string_view with) {
    std::string bytes = encode(files);
    bytes.replace(at, with.size(), with);
    bytes = framed(bytes);
    const auto checked = PackageFilesView::check(bytes);
    (void)PackageFilesView(bytes).package_of("/bin/bash");
    return !checked.ok() && checked.error().code() == ErrorCode::invalid;
  };
  EXPECT_FALSE(refused(owners_at, "")) << "nothing was changed";
  EXPECT_TRUE(refused(counts_at, "\xff\xff\xff\xff")) << "more packages than there is room for";
  EXPECT_TRUE(refused(counts_at + 4, "\xff\xff\xff\xff")) << "more files than there is room for";
  EXPECT_TRUE(refused(paths_at, "\xff\xff\xff\xff\xff\xff\xff\xff")) << "not sorted";
  EXPECT_TRUE(refused(owners_at, "\x02")) << "a package that is not there";
  EXPECT_TRUE(refused(ends_at, "\x7f")) << "a purl that ends before it begins";
  EXPECT_TRUE(refused(ends_at + 4, "\x7f")) << "a purl behind the end";
}

}  // namespace
}  // namespace doorman::model
