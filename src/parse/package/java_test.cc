// SPDX-License-Identifier: Apache-2.0
#include "parse/package/java.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "package_cases.h"
#include "parse/package/all.h"
#include "parse/package/notes.h"
#include "zip_builder.h"

namespace doorman::parse::package {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::ZipBuilder;

struct Parsed {
  model::FileFacts facts;
  base::Status status;
};

Parsed parse(const std::string& content, std::string_view path = "app/app.jar") {
  Parsed parsed;
  parsed.status = java_parser.parse({path, content}, parsed.facts);
  return parsed;
}

std::vector<std::string> names(const Parsed& parsed) {
  std::vector<std::string> names;
  names.reserve(parsed.facts.packages.size());
  for (const model::Package& package : parsed.facts.packages) names.push_back(package.name + "@" + package.version);
  return names;
}

std::string small_jar(std::string_view artifact) {
  return ZipBuilder()
      .stored("META-INF/maven/org.x/" + std::string(artifact) + "/pom.properties",
              "groupId=org.x\nartifactId=" + std::string(artifact) + "\nversion=1\n")
      .build();
}

TEST(Java, Cases) { tests::check_package_cases(java_parser, "java"); }
TEST(JavaRelease, Cases) { tests::check_package_cases(java_release_parser, "java_release"); }

TEST(Java, APropertyFileOverTheLimitIsNotedAndTheRestIsRead) {
  const std::string bomb = ZipBuilder::packed_zeros(JavaLimits::text_bytes + 1);
  const Parsed parsed =
      parse(ZipBuilder()
                .add({.name = "META-INF/maven/org.b/bomb/pom.properties", .packed = bomb, .method = 8})
                .stored("lib/small.jar", small_jar("small"))
                .build());
  EXPECT_TRUE(parsed.status.ok());
  EXPECT_THAT(names(parsed), ElementsAre("org.x:small@1"));
  ASSERT_EQ(parsed.facts.notes.size(), 1U);
  EXPECT_EQ(parsed.facts.notes[0].place, "app/app.jar!/META-INF/maven/org.b/bomb/pom.properties");
  EXPECT_THAT(parsed.facts.notes[0].message, HasSubstr("limit"));
}

TEST(Java, ANestedBombIsNamedByItsFileName) {
  const std::string bomb = ZipBuilder::packed_zeros(JavaLimits::held_bytes + 1);
  const Parsed parsed = parse(ZipBuilder()
                                  .add({.name = "lib/bomb-1.2.jar", .packed = bomb, .method = 8})
                                  .stored("lib/small.jar", small_jar("small"))
                                  .build());
  EXPECT_TRUE(parsed.status.ok());
  EXPECT_THAT(names(parsed), ElementsAre("bomb@1.2", "org.x:small@1"));
  EXPECT_EQ(parsed.facts.packages[0].inner_path, "lib/bomb-1.2.jar");
  EXPECT_EQ(parsed.facts.notes.size(), 1U);
}

TEST(Java, ManyBombsMeetTheLimitOfTheWholeFile) {
  const std::string bomb = ZipBuilder::packed_zeros(JavaLimits::held_bytes + 1);
  ZipBuilder builder;
  builder.add({.name = "lib/n0-1.jar", .packed = bomb, .method = 8});
  // The same bytes under many names: what overlaps is inflated again, and counted again.
  std::vector<std::string> others;
  others.reserve(2000);
  for (int i = 1; i < 2000; ++i) others.push_back("lib/n" + std::to_string(i) + "-1.jar");
  for (const std::string& name : others) builder.list({.name = name, .packed = bomb, .method = 8}, 0);
  const Parsed parsed = parse(builder.build());
  EXPECT_EQ(parsed.facts.packages.size(), 2000U) << "all of them are named by their file names";
  EXPECT_EQ(parsed.facts.notes.size(), max_notes + 1) << "the last one says that there are more";
  EXPECT_THAT(parsed.facts.notes[20].message, HasSubstr("inflates to more than the limit"));
}

TEST(Java, ArchivesThatHoldTheirOwnBytesEndAtTheDepthLimit) {
  // Each level lists the whole of the file before it twice: 2^n archives, were there no limits.
  std::string archive = small_jar("core");
  for (int i = 0; i < 20; ++i) {
    ZipBuilder builder;
    builder.stored("a.jar", archive);
    builder.list({.name = "b.jar", .packed = archive}, 0);
    archive = builder.build();
  }
  const Parsed parsed = parse(archive);
  EXPECT_TRUE(parsed.status.ok());
  EXPECT_THAT(names(parsed), IsEmpty());
  EXPECT_EQ(parsed.facts.notes.size(), max_notes + 1) << "the last one says that there are more";
}

TEST(Java, MembersWithStrangeNamesAreShownPrintably) {
  const Parsed parsed = parse(ZipBuilder().stored("lib/\x1b[31m\xff-1.jar", small_jar("red")).build());
  ASSERT_EQ(parsed.facts.packages.size(), 1U);
  EXPECT_EQ(parsed.facts.packages[0].inner_path, "lib/\\x1b[31m\\xff-1.jar");
}

TEST(Java, ManySamePropertyFilesAreOnePackage) {
  ZipBuilder builder;
  const std::string text = "groupId=g\nartifactId=a\nversion=1\n";
  builder.stored("META-INF/maven/g/a/pom.properties", text);
  for (int i = 0; i < 60'000; ++i) {
    builder.list({.name = "META-INF/maven/g/a/pom.properties", .packed = text}, 0);
  }
  EXPECT_THAT(names(parse(builder.build())), ElementsAre("g:a@1"));
}

}  // namespace
}  // namespace doorman::parse::package
