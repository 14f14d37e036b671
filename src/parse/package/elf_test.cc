// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "elf_builder.h"
#include "package_cases.h"
#include "parse/package/all.h"
#include "parse/package/gobuild.h"

namespace doorman::parse::package {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::ElfBuilder;

std::vector<std::string> names(const model::FileFacts& facts) {
  std::vector<std::string> names;
  names.reserve(facts.packages.size());
  for (const model::Package& package : facts.packages) names.push_back(package.name + "@" + package.version);
  return names;
}

model::FileFacts parse(const std::string& file, std::string_view path = "usr/bin/program") {
  model::FileFacts facts;
  EXPECT_TRUE(elf_parser.parse({path, file}, facts).ok());
  return facts;
}

const std::string mark(16, '\xee');

std::string list(std::string_view lines) { return mark + std::string(lines) + mark; }

/// Build info as Go 1.18 and later write it.
std::string inline_info(std::string_view toolchain, std::string_view modules) {
  std::string info = "\xff Go buildinf:\x08\x02"s;
  info.resize(32, '\0');
  for (const std::string_view text : {toolchain, modules}) {
    for (std::size_t rest = text.size();; rest >>= 7U) {
      info += static_cast<char>((rest & 0x7fU) | (rest > 0x7f ? 0x80U : 0U));
      if (rest <= 0x7f) break;
    }
    info += text;
  }
  return info;
}

std::string go_program(std::string_view toolchain, std::string_view lines) {
  return ElfBuilder().section(".go.buildinfo", inline_info(toolchain, list(lines))).build();
}

/// What all readers together find in files that real tools made.
TEST(ElfParser, Cases) { tests::check_package_cases(elf_parser, "elf"); }

TEST(ElfParser, WhatIsNoElfIsAnError) {
  model::FileFacts facts;
  EXPECT_FALSE(elf_parser.parse({"a", "\177ELF"}, facts).ok());
}

TEST(GoBuild, ReadsPointersOfBothSizesAndOrders) {
  for (const bool is_64 : {false, true}) {
    for (const std::endian order : {std::endian::little, std::endian::big}) {
      const ElfBuilder numbers(is_64, order);
      const std::uint64_t address = 0x5000;
      const unsigned size = is_64 ? 8 : 4;
      const std::string toolchain = "go1.17.2";
      const std::string modules = list("path\ta\nmod\texample.org/a\tv1.0.0\th1:x\n");
      std::string data = "\xff Go buildinf:"s;
      data += static_cast<char>(size);
      data += order == std::endian::big ? '\1' : '\0';
      numbers.word(data, address + 32);
      numbers.word(data, address + 32 + 2UL * size);
      data.resize(32, '\0');
      const std::uint64_t texts = address + 32 + 4UL * size;
      numbers.word(data, texts);
      numbers.word(data, toolchain.size());
      numbers.word(data, texts + toolchain.size());
      numbers.word(data, modules.size());
      data += toolchain + modules;
      ElfBuilder builder(is_64, order);
      builder.segment(binary::Segment::load, 5, 0x1000, "code").segment(binary::Segment::load, 6, address, data);
      EXPECT_THAT(names(parse(builder.build())), ElementsAre("stdlib@v1.17.2", "example.org/a@v1.0.0"));
    }
  }
}

TEST(GoBuild, FindsTheInfoWithoutSections) {
  const std::string data = std::string(48, 'x') + inline_info("go1.22.3", "");
  EXPECT_THAT(names(parse(ElfBuilder().segment(1, 6, 0, data).build())), ElementsAre("stdlib@v1.22.3"));
  EXPECT_THAT(names(parse(ElfBuilder().segment(1, 6, 0, "x" + data).build())), IsEmpty()) << "not aligned";
  EXPECT_THAT(names(parse(ElfBuilder().segment(1, 4, 0, data).build())), IsEmpty()) << "not writable";
}

TEST(GoBuild, StandardLibraryVersions) {
  EXPECT_EQ(go_stdlib_version("go1.22.3"), "v1.22.3");
  EXPECT_EQ(go_stdlib_version("go1.20"), "v1.20.0");
  EXPECT_EQ(go_stdlib_version("go1.22rc1"), "v1.22.0-rc.1");
  EXPECT_EQ(go_stdlib_version("go1.14beta1"), "v1.14.0-beta.1");
  EXPECT_EQ(go_stdlib_version("go1.22.3 X:boringcrypto"), "v1.22.3");
  EXPECT_EQ(go_stdlib_version("go1.21.3 (Red Hat 1.21.3-1.el9)"), "v1.21.3");
  EXPECT_EQ(go_stdlib_version("go1.22.3-vendor.2"), "v1.22.3");
  for (const std::string_view none : {"", "go", "go1", "go1.", "gox", "devel go1.23-abc", "1.22"}) {
    EXPECT_EQ(go_stdlib_version(none), "") << none;
  }
}

TEST(GoBuild, TheFlagsMayTellTheMainModulesVersion) {
  const auto version = [](std::string_view flags) {
    std::string quoted;
    for (const char c : flags) quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    const model::FileFacts facts =
        parse(go_program("go1.22.3", "mod\texample.org/a/v2\t(devel)\t\nbuild\t-ldflags=\"" + quoted + "\"\n"));
    return facts.packages.size() == 2 ? facts.packages[1].version : "?";
  };
  EXPECT_EQ(version("-s -w -X main.version=1.4.2"), "v1.4.2");
  EXPECT_EQ(version("-X 'main.Version=v1.4.2-rc.1+meta'"), "v1.4.2-rc.1+meta");
  EXPECT_EQ(version("-X \"example.org/a/v2/internal.buildVersion=1.4\""), "v1.4");
  EXPECT_EQ(version("-X=main.version=1.4.2 -X main.Version=v1.4.2"), "v1.4.2");
  EXPECT_EQ(version("-X main.version=1.4.2 -X example.org/a/v2.Version=1.5"), "") << "they disagree";
  EXPECT_EQ(version("-X example.org/other.Version=1.5"), "") << "of another module";
  EXPECT_EQ(version("-X example.org/a/v20.Version=1.5"), "") << "of another module";
  EXPECT_EQ(version("-X main.goVersion=1.5 -X main.commit=1.2.3"), "") << "of something else";
  EXPECT_EQ(version("-X main.version=latest -X main.version"), "") << "no version";
  EXPECT_EQ(version("-X main.version=1.2.3.4"), "") << "no version";
  EXPECT_EQ(version("main.version=1.4.2"), "") << "no setting";
}

TEST(GoBuild, ReplacedModulesAreWhatStandsInTheirPlace) {
  EXPECT_THAT(names(parse(go_program(
                  "go1.22.3",
                  "mod\ta\tv1.0.0\t\ndep\tb\tv1.1.0\th1:x\n=>\tc\tv1.2.0\th1:y\n"
                  "dep\td\tv1.3.0\n=>\t./d\t(devel)\t\ndep\te\tv1.4.0\n=>\t/src/e\t\t\ndep\t\t(devel)\t\n"))),
              ElementsAre("stdlib@v1.22.3", "a@v1.0.0", "c@v1.2.0", "d@", "e@"));
}

TEST(GoBuild, BrokenLinesAreNotedOnce) {
  const model::FileFacts facts =
      parse(go_program("go1.22.3", "mod\ta\tv1.0.0\t\ndep\tb b\tv1\ndep\tc\tv1\x1b[2J\ndep\td\tv2\n"));
  EXPECT_THAT(names(facts), ElementsAre("stdlib@v1.22.3", "a@v1.0.0", "d@v2"));
  ASSERT_EQ(facts.notes.size(), 1U);
  EXPECT_EQ(facts.notes[0].message, "Go build info: 2 lines are no modules, the first is line 2");
}

TEST(GoBuild, InfoThatEndsEarlyIsNoted) {
  const std::string whole = inline_info("go1.22.3", list("mod\ta\tv1\t\n"));
  for (std::size_t size = 16; size < whole.size(); ++size) {
    const model::FileFacts facts = parse(ElfBuilder().section(".go.buildinfo", whole.substr(0, size)).build());
    EXPECT_THAT(names(facts), IsEmpty()) << size;
    ASSERT_EQ(facts.notes.size(), 1U) << size;
    EXPECT_THAT(facts.notes[0].message, HasSubstr("Go build info: ")) << size;
  }
}

TEST(GoBuild, PointersThatLeadNowhereAreNoted) {
  std::string info = "\xff Go buildinf:\x08\x00"s + std::string(16, '\xff');
  EXPECT_EQ(parse(ElfBuilder().section(".go.buildinfo", info).build()).notes.size(), 1U);
  info[14] = 3;
  EXPECT_EQ(parse(ElfBuilder().section(".go.buildinfo", info).build()).notes.at(0).message,
            "Go build info: pointers of 3 bytes");
}

}  // namespace
}  // namespace doorman::parse::package
