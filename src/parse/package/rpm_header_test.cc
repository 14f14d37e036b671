// SPDX-License-Identifier: Apache-2.0
#include "parse/package/rpm_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rpm_builder.h"

namespace doorman::parse::package {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using tests::RpmHeaderBuilder;

constexpr std::uint32_t name = 1000, version = 1001, release = 1002, epoch = 1003, license = 1014, arch = 1022,
                        old_filenames = 1027, source_rpm = 1044, dir_indexes = 1116, basenames = 1117,
                        dirnames = 1118;

struct Parsed {
  model::FileFacts facts;
  base::Status status;
};

Parsed parse(const std::string& blob) {
  Parsed parsed;
  FileList files;
  parsed.status = parse_rpm_header(blob, files, parsed.facts);
  EXPECT_TRUE(files.empty());
  return parsed;
}

RpmHeaderBuilder bash() {
  return RpmHeaderBuilder().string(name, "bash").string(version, "5.1.8").string(release, "6.el9");
}

TEST(RpmHeader, TellsThePackage) {
  const Parsed parsed = parse(bash()
                                  .string(arch, "x86_64")
                                  .string(license, "GPLv3+")
                                  .string(source_rpm, "bash-5.1.8-6.el9.src.rpm")
                                  .bytes());
  ASSERT_TRUE(parsed.status.ok()) << parsed.status.error().message();
  model::Package expected;
  expected.type = model::PackageType::rpm;
  expected.name = "bash";
  expected.version = "5.1.8-6.el9";
  expected.architecture = "x86_64";
  expected.licenses = {"GPLv3+"};
  EXPECT_THAT(parsed.facts.packages, ElementsAre(expected));
}

TEST(RpmHeader, EpochZeroIsNoEpoch) {
  EXPECT_EQ(parse(bash().numbers(epoch, {0}).bytes()).facts.packages.at(0).version, "5.1.8-6.el9");
  EXPECT_EQ(parse(bash().numbers(epoch, {12}).bytes()).facts.packages.at(0).version, "12:5.1.8-6.el9");
}

TEST(RpmHeader, SourceIsKeptWhereItDiffers) {
  struct Case {
    const char *file, *source, *source_version;
  };
  for (const Case& expected :
       {Case{"bash-5.1.8-6.el9.src.rpm", "", ""}, Case{"gcc-c++-1.0-2.src.rpm", "gcc-c++", "3:1.0-2"},
        Case{"a-b-c-1-2.nosrc.rpm", "a-b-c", "3:1-2"}, Case{"bash-5.1-6.el9.src.rpm", "", "3:5.1-6.el9"},
        Case{"none", "", ""}, Case{"-1.src.rpm", "", ""}, Case{"1-2.src.rpm", "", ""}, Case{"-1-2.src.rpm", "", ""},
        Case{".src.rpm", "", ""}, Case{"", "", ""}}) {
    const Parsed parsed = parse(bash().numbers(epoch, {3}).string(source_rpm, expected.file).bytes());
    EXPECT_EQ(parsed.facts.packages.at(0).source_name, expected.source) << expected.file;
    EXPECT_EQ(parsed.facts.packages.at(0).source_version, expected.source_version) << expected.file;
  }
}

TEST(RpmHeader, FilesAreNamesInFolders) {
  const Parsed parsed = parse(bash()
                                  .strings(basenames, {"bash", "sh", "bash"})
                                  .strings(dirnames, {"/usr/bin/", "/etc/"})
                                  .numbers(dir_indexes, {0, 0, 1})
                                  .bytes());
  ASSERT_THAT(parsed.facts.owned, SizeIs(1));
  EXPECT_EQ(parsed.facts.owned[0].package, "bash");
  EXPECT_THAT(parsed.facts.owned[0].files,
              UnorderedElementsAre(base::path_id("bin/bash"), base::path_id("bin/sh"), base::path_id("etc/bash")));
}

TEST(RpmHeader, OldPackagesHaveWholePaths) {
  const Parsed parsed = parse(bash().strings(old_filenames, {"/bin/bash"}).bytes());
  ASSERT_THAT(parsed.facts.owned, SizeIs(1));
  EXPECT_THAT(parsed.facts.owned[0].files, ElementsAre(base::path_id("bin/bash")));
}

TEST(RpmHeader, TheLaterOfTwoEntriesCounts) {
  EXPECT_EQ(parse(bash().string(arch, "noarch").string(arch, "s390x").bytes()).facts.packages.at(0).architecture,
            "s390x");
}

TEST(RpmHeader, PublicKeysAreNoPackages) {
  const Parsed parsed = parse(tests::rpm_package("gpg-pubkey"));
  EXPECT_TRUE(parsed.status.ok());
  EXPECT_THAT(parsed.facts.packages, IsEmpty());
}

TEST(RpmHeader, NameAndVersionAreNeeded) {
  EXPECT_EQ(parse(RpmHeaderBuilder().string(version, "1").bytes()).status.error().message(), "no name");
  EXPECT_EQ(parse(RpmHeaderBuilder().string(name, "a").bytes()).status.error().message(), "a: no version");
}

TEST(RpmHeader, APackageWhoseFilesAreDamagedIsStillThere) {
  struct Case {
    std::string blob;
    const char* message;
  };
  for (const Case& damaged :
       {Case{bash().strings(basenames, {"a"}).strings(dirnames, {"/"}).numbers(dir_indexes, {1}).bytes(),
             "bash: a file is in no folder"},
        Case{bash().strings(basenames, {"a", "b"}).strings(dirnames, {"/"}).numbers(dir_indexes, {0}).bytes(),
             "bash: a file is in no folder"},
        Case{bash().entry(basenames, 8, 3, std::string("a\0b\0", 4)).bytes(), "bash: the file names end too early"},
        Case{bash().entry(basenames, 8, 1'000'001, "").bytes(), "bash: more than 1000000 file names"}}) {
    const Parsed parsed = parse(damaged.blob);
    ASSERT_FALSE(parsed.status.ok()) << damaged.message;
    EXPECT_EQ(parsed.status.error().message(), damaged.message);
    EXPECT_THAT(parsed.facts.packages, SizeIs(1));
  }
}

TEST(RpmHeader, EntriesOfAnotherTypeOrPlaceAreNotThere) {
  tests::ByteWriter far(std::endian::big);
  far.u32(1).u32(0).u32(name).u32(6).u32(0xffffffff).u32(1);
  EXPECT_EQ(parse(far.bytes()).status.error().message(), "no name");
  EXPECT_EQ(parse(RpmHeaderBuilder().numbers(name, {1}).bytes()).status.error().message(), "no name");
  EXPECT_EQ(parse(bash().string(epoch, "7777").bytes()).facts.packages.at(0).version, "5.1.8-6.el9");
  EXPECT_EQ(parse(bash().string(arch, std::string(4097, 'x')).bytes()).facts.packages.at(0).architecture, "");
}

TEST(RpmHeader, SizesAreNotBelieved) {
  using base::ErrorCode;
  tests::ByteWriter many(std::endian::big);
  many.u32(0x10000).u32(0);
  EXPECT_EQ(parse(many.bytes()).status.error().code(), ErrorCode::limit);
  tests::ByteWriter large(std::endian::big);
  large.u32(1).u32(0x10000000);
  EXPECT_EQ(parse(large.bytes()).status.error().code(), ErrorCode::limit);
  const std::string whole = bash().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse(whole.substr(0, size)).status.error().code(), ErrorCode::truncated) << size;
  }
}

}  // namespace
}  // namespace doorman::parse::package
