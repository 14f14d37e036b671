// SPDX-License-Identifier: Apache-2.0
#include "parse/binary/zip.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "zip_builder.h"

namespace doorman::parse::binary {
namespace {

using base::ErrorCode;
using tests::ZipBuilder;

std::vector<ZipMember> members_of(const Zip& zip) {
  std::vector<ZipMember> members;
  auto cursor = zip.members();
  for (ZipMember member; cursor.next(member);) members.push_back(member);
  EXPECT_TRUE(cursor.status().ok());
  return members;
}

TEST(Zip, ReadsStoredAndDeflatedMembers) {
  const std::string zeros = ZipBuilder::packed_zeros(1000);
  const std::string file =
      ZipBuilder().stored("a", "plain").add({.name = "b", .packed = zeros, .method = 8}).build();
  const auto zip = Zip::open(file);
  ASSERT_TRUE(zip.ok()) << zip.error().message();
  const auto members = members_of(*zip);
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].name, "a");
  EXPECT_EQ(zip->packed(members[0]).value(), "plain");
  EXPECT_EQ(zip->packed(members[0])->data(), file.data() + file.find("plain")) << "stored members are not copied";
  EXPECT_EQ(zip->inflate(members[0], 5).value(), "plain");
  const auto plain = zip->inflate(members[1], 2000);
  ASSERT_TRUE(plain.ok()) << plain.error().message();
  EXPECT_GE(plain->size(), 1000U);
  EXPECT_EQ(plain->find_first_not_of('\0'), std::string::npos);
}

TEST(Zip, TheLimitHoldsWhateverTheMemberClaims) {
  const std::string zeros = ZipBuilder::packed_zeros(100'000);
  const std::string file = ZipBuilder()
                               .add({.name = "bomb", .packed = zeros, .method = 8, .claimed_plain = 1})
                               .stored("long", "123456")
                               .build();
  const auto zip = Zip::open(file);
  for (const ZipMember& member : members_of(*zip)) {
    const auto plain = zip->inflate(member, 5);
    ASSERT_FALSE(plain.ok()) << member.name;
    EXPECT_EQ(plain.error().code(), ErrorCode::limit) << member.name;
  }
}

TEST(Zip, OnlyTheDirectoryCounts) {
  const std::string file = ZipBuilder().add({.name = "a", .packed = "plain", .wrong_local_sizes = true}).build();
  const auto zip = Zip::open(file);
  EXPECT_EQ(zip->packed(members_of(*zip).at(0)).value(), "plain");
}

TEST(Zip, PassesOverWhatStandsInFront) {
  const std::string file = "#!/bin/sh\nexec java -jar $0\n" + ZipBuilder().stored("a", "plain").build();
  const auto zip = Zip::open(file);
  ASSERT_TRUE(zip.ok()) << zip.error().message();
  EXPECT_EQ(zip->packed(members_of(*zip).at(0)).value(), "plain");
}

TEST(Zip, NamesWhatIsWrongWithAMember) {
  ZipBuilder builder;
  builder.add({.name = "method", .packed = "x", .method = 9});
  builder.add({.name = "secret", .packed = "x", .flags = 1});
  builder.list({.name = "nowhere", .packed = "x"}, 0xffff0000);
  builder.list({.name = "inside", .packed = "x"}, 3);
  const std::string huge(5000, 'x');
  builder.list({.name = "long", .packed = huge}, 0);
  const std::string file = builder.build();
  const auto zip = Zip::open(file);
  ASSERT_TRUE(zip.ok());
  std::vector<std::string> messages;
  for (const ZipMember& member : members_of(*zip)) messages.push_back(zip->inflate(member, 100).error().message());
  EXPECT_EQ(messages,
            (std::vector<std::string>{"zip: compression method 9", "zip: the member is encrypted",
                                      "zip: no local header at byte 4294901760", "zip: no local header at byte 3",
                                      "zip: the member runs past the end of the archive"}));
}

TEST(Zip, ADirectoryThatBreaksOffKeepsItsBeginning) {
  std::string file = ZipBuilder().stored("a", "1").stored("b", "2").build();
  file[file.rfind("PK\1\2")] = 'X';
  const auto zip = Zip::open(file);
  ASSERT_TRUE(zip.ok());
  auto cursor = zip->members();
  ZipMember member;
  EXPECT_TRUE(cursor.next(member));
  EXPECT_FALSE(cursor.next(member));
  EXPECT_EQ(cursor.status().error().message(), "zip: the central directory breaks off at member 2");
  EXPECT_FALSE(cursor.next(member));
}

TEST(Zip, SurvivesEveryCut) {
  const std::string whole = ZipBuilder().stored("a", "PK\5\6").stored("b", "2").build();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Zip::open(std::string_view(whole).substr(0, size)).ok()) << size;
  }
  EXPECT_TRUE(Zip::open(whole).ok());
}

TEST(Zip, LimitsMembers) {
  std::string directory;
  const std::string line = "PK\1\2" + std::string(42, '\0');
  directory.reserve(line.size() * (Zip::max_members + 1));
  for (std::uint64_t i = 0; i <= Zip::max_members; ++i) directory += line;
  std::string file = directory + "PK\5\6" + std::string(8, '\0');
  for (unsigned shift = 0; shift < 32; shift += 8) file += static_cast<char>((directory.size() >> shift) & 0xffU);
  file += std::string(6, '\0');
  const auto zip = Zip::open(file);
  ASSERT_TRUE(zip.ok()) << zip.error().message();
  auto cursor = zip->members();
  std::uint64_t count = 0;
  for (ZipMember member; cursor.next(member);) ++count;
  EXPECT_EQ(count, Zip::max_members);
  EXPECT_EQ(cursor.status().error().code(), ErrorCode::limit);
}

}  // namespace
}  // namespace doorman::parse::binary
