// SPDX-License-Identifier: Apache-2.0
#include "parse/binary/elf.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "elf_builder.h"

namespace doorman::parse::binary {
namespace {

using namespace std::string_literals;
using tests::ElfBuilder;

class ElfForms : public testing::TestWithParam<std::tuple<bool, std::endian>> {
 protected:
  [[nodiscard]] ElfBuilder builder() const { return ElfBuilder(std::get<0>(GetParam()), std::get<1>(GetParam())); }
  [[nodiscard]] std::string note(std::string_view owner, std::uint32_t type, std::string_view content) const {
    std::string bytes;
    builder().number(bytes, owner.size() + 1, 4);
    builder().number(bytes, content.size(), 4);
    builder().number(bytes, type, 4);
    for (const std::string_view part : {std::string_view(owner), content}) {
      bytes += part;
      if (part.data() == owner.data()) bytes += '\0';
      bytes.resize((bytes.size() + 3) / 4 * 4, '\0');
    }
    return bytes;
  }
};

INSTANTIATE_TEST_SUITE_P(ClassAndOrder, ElfForms,
                         testing::Combine(testing::Bool(), testing::Values(std::endian::little, std::endian::big)));

TEST_P(ElfForms, ReadsSegmentsSectionsAndNotes) {
  const std::string file = builder()
                               .segment(Segment::interpreter, 4, 0, "/lib/ld.so\0"s)
                               .segment(Segment::load, 5, 0x1000, "code")
                               .segment(Segment::load, 6, 0x2000, "data here")
                               .segment(Segment::note, 4, 0, note("Go", 4, "abc/def") + note("GNU", 3, "\1\2\3"))
                               .section(".rodata", "texts")
                               .section(".bss", "never read", 8)
                               .build();
  const auto elf = Elf::parse(file);
  ASSERT_TRUE(elf.ok()) << elf.error().message();
  EXPECT_EQ(elf->is_64(), std::get<0>(GetParam()));
  EXPECT_EQ(elf->order(), std::get<1>(GetParam()));
  EXPECT_EQ(elf->type(), Elf::Type::executable);
  EXPECT_FALSE(elf->truncated());
  ASSERT_EQ(elf->segments().size(), 4U);
  EXPECT_EQ(elf->segments()[2].flags, Segment::writable | Segment::readable);
  EXPECT_EQ(elf->segments()[2].content, "data here");
  EXPECT_EQ(elf->at(0x2005), "here");
  EXPECT_EQ(elf->at(0x2009), "");
  EXPECT_EQ(elf->at(0xfff), "");
  EXPECT_EQ(elf->section(".rodata"), "texts");
  EXPECT_EQ(elf->section(".bss"), "");
  EXPECT_EQ(elf->section(".rod"), "");
  EXPECT_EQ(elf->interpreter(), "/lib/ld.so");
  EXPECT_FALSE(elf->is_static());
  EXPECT_EQ(elf->build_id(), "\1\2\3");
  EXPECT_EQ(elf->go_build_id(), "abc/def");
  EXPECT_EQ(elf->note("GNU", 4), "");
}

TEST_P(ElfForms, TellsProgramsFromLibraries) {
  EXPECT_TRUE(Elf::parse(builder().type(2).build())->is_static());
  EXPECT_FALSE(Elf::parse(builder().type(1).build())->is_program());
  EXPECT_FALSE(Elf::parse(builder().type(3).segment(Segment::load, 5, 0, "x").build())->is_program());
  std::string dynamic;
  builder().word(dynamic, 1);
  builder().word(dynamic, 7);
  builder().word(dynamic, 0x6ffffffb);
  builder().word(dynamic, 0x08000001);
  EXPECT_TRUE(Elf::parse(builder().type(3).segment(Segment::dynamic, 6, 0, dynamic).build())->is_static());
}

TEST_P(ElfForms, KeepsWhatATruncatedFileStillHolds) {
  const std::string whole =
      builder().segment(Segment::load, 6, 0x2000, "0123456789").section(".rodata", std::string(100, 'r')).build();
  const std::size_t content = whole.find("0123456789");
  const std::string file = whole.substr(0, content + 5);
  const auto elf = Elf::parse(file);
  ASSERT_TRUE(elf.ok());
  EXPECT_TRUE(elf->truncated());
  EXPECT_FALSE(elf->has_sections());
  EXPECT_EQ(elf->section(".rodata"), "");
  ASSERT_EQ(elf->segments().size(), 1U);
  EXPECT_EQ(elf->segments()[0].content, "01234");
}

TEST_P(ElfForms, SurvivesEveryCut) {
  const std::string whole = builder()
                                .segment(Segment::note, 4, 0, note("GNU", 3, "id"))
                                .segment(Segment::dynamic, 6, 0, "0123456789abcdef")
                                .section(".rodata", "r")
                                .build();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto elf = Elf::parse(std::string_view(whole).substr(0, size));
    if (size < (std::get<0>(GetParam()) ? 64U : 52U)) {
      EXPECT_FALSE(elf.ok()) << size;
      continue;
    }
    ASSERT_TRUE(elf.ok()) << size;
    EXPECT_TRUE(elf->truncated()) << size;
    EXPECT_EQ(elf->section(".missing"), "");
    EXPECT_EQ(elf->note("GNU", 9), "");
  }
}

TEST(Elf, RefusesWhatIsNone) {
  EXPECT_FALSE(Elf::parse("").ok());
  EXPECT_FALSE(Elf::parse("\177ELG").ok());
  std::string file = ElfBuilder().build();
  file[4] = 3;
  EXPECT_EQ(Elf::parse(file).error().message(), "ELF class is neither 32 nor 64 bit");
  file[4] = 2;
  file[5] = 0;
  EXPECT_EQ(Elf::parse(file).error().message(), "ELF byte order is neither little nor big");
}

TEST(Elf, LimitsSegments) {
  ElfBuilder builder;
  for (std::size_t i = 0; i <= Elf::max_segments; ++i) builder.segment(Segment::load, 4, i, "");
  const std::string file = builder.build();
  const auto elf = Elf::parse(file);
  ASSERT_TRUE(elf.ok());
  EXPECT_EQ(elf->segments().size(), Elf::max_segments);
  EXPECT_TRUE(elf->truncated());
}

TEST(Elf, TablesAndNotesThatPointNowhereAreEmpty) {
  std::string file = ElfBuilder().segment(Segment::note, 4, 0, std::string(12, '\xff')).section(".a", "a").build();
  EXPECT_EQ(Elf::parse(file)->build_id(), "");
  for (std::size_t i = 40; i < 48; ++i) file[i] = '\xff';  // where the sections' table is
  const auto elf = Elf::parse(file);
  ASSERT_TRUE(elf.ok());
  EXPECT_TRUE(elf->truncated());
  EXPECT_EQ(elf->section(".a"), "");
}

}  // namespace
}  // namespace doorman::parse::binary
