// SPDX-License-Identifier: Apache-2.0
#include "parse/image/tar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "files.h"
#include "tar_builder.h"

namespace doorman::parse::image {
namespace {

using ::testing::HasSubstr;
using tests::TarBuilder;

struct Seen {
  EntryType type;
  std::string link;
  std::uint32_t mode;
  std::string content;
  std::uint64_t size;
};

class Recorder final : public EntryVisitor {
 public:
  base::Result<bool> begin(const Entry& entry) override {
    current_ = std::string(entry.path);
    order.push_back(current_);
    entries[current_] = {entry.type, std::string(entry.link), entry.mode, "", entry.size};
    return true;
  }
  base::Status data(base::Bytes piece) override {
    entries[current_].content += piece;
    return {};
  }
  base::Status end() override {
    ++ended;
    return {};
  }

  std::map<std::string, Seen> entries;
  std::vector<std::string> order;
  int ended = 0;

 private:
  std::string current_;
};

base::Status walk(const std::string& archive, Recorder& into, std::size_t piece = 100'000) {
  TarParser parser(into);
  for (std::size_t at = 0; at < archive.size(); at += piece) {
    if (auto fed = parser.feed(base::Bytes(archive).substr(at, piece)); !fed.ok()) return fed;
  }
  return parser.finish();
}

TEST(Tar, GivesEachEntryWithItsContentHoweverTheBytesAreCut) {
  const std::string archive = TarBuilder()
                                  .folder("etc/")
                                  .file("etc/passwd", "root:x:0:0", 0600)
                                  .file("empty", "")
                                  .symlink("lib", "usr/lib")
                                  .hard_link("etc/shadow", "etc/passwd")
                                  .file("big", std::string(3000, 'b'), 04755)
                                  .take();
  for (const std::size_t piece : {1UL, 7UL, 511UL, 512UL, 513UL, 100'000UL}) {
    Recorder seen;
    ASSERT_TRUE(walk(archive, seen, piece).ok());
    EXPECT_THAT(seen.order, ::testing::ElementsAre("etc/", "etc/passwd", "empty", "lib", "etc/shadow", "big"));
    EXPECT_EQ(seen.entries["etc/passwd"].content, "root:x:0:0");
    EXPECT_EQ(seen.entries["etc/passwd"].mode, 0600U);
    EXPECT_EQ(seen.entries["lib"].type, EntryType::symlink);
    EXPECT_EQ(seen.entries["lib"].link, "usr/lib");
    EXPECT_EQ(seen.entries["etc/shadow"].type, EntryType::hard_link);
    EXPECT_EQ(seen.entries["big"].content, std::string(3000, 'b'));
    EXPECT_EQ(seen.entries["big"].mode, 04755U);
    EXPECT_EQ(seen.ended, 3) << "one for each regular file, the empty one too";
  }
}

TEST(Tar, PaxRecordsReplaceWhatTheHeaderSays) {
  const std::string long_path = std::string(300, 'd') + "/file";
  Recorder seen;
  ASSERT_TRUE(walk(TarBuilder()
                       .pax({{"path", long_path}, {"size", "5"}, {"mtime", "1.5"}})
                       .add("short", "hello", {.announced = 0})
                       .file("next", "untouched")
                       .take(),
                   seen)
                  .ok());
  EXPECT_EQ(seen.entries[long_path].content, "hello");
  EXPECT_EQ(seen.entries["next"].content, "untouched");
}

TEST(Tar, GnuLongNamesReplaceWhatTheHeaderSays) {
  const std::string long_path(180, 'n');
  const std::string long_link(190, 'l');
  Recorder seen;
  ASSERT_TRUE(walk(TarBuilder()
                       .add("././@LongLink", long_path + '\0', {.type = 'L'})
                       .add("././@LongLink", long_link + '\0', {.type = 'K'})
                       .symlink("cut", "cut")
                       .take(),
                   seen)
                  .ok());
  EXPECT_EQ(seen.entries[long_path].link, long_link);
}

TEST(Tar, SparseFilesOfEveryFormGetTheirHolesBack) {
  std::string want(100'003, '\0');
  want.replace(0, 5, "start");
  want.replace(100'000, 3, "end");
  for (const char* form : {"sparse-gnu", "sparse-pax-0.0", "sparse-pax-0.1", "sparse-pax-1.0"}) {
    const std::string archive = tests::slurp(tests::data_dir("../fuzz/seeds/tar") / form);
    for (const std::size_t piece : {13UL, 512UL, 100'000UL}) {
      Recorder seen;
      ASSERT_TRUE(walk(archive, seen, piece).ok()) << form;
      ASSERT_EQ(seen.entries.count("s"), 1U) << form;
      EXPECT_EQ(seen.entries["s"].size, want.size()) << form;
      EXPECT_TRUE(seen.entries["s"].content == want) << form;
    }
  }
}

TEST(Tar, ASparseMapThatDoesNotFitIsAnError) {
  Recorder seen;
  const auto walked = walk(TarBuilder()
                               .pax({{"GNU.sparse.size", "100"}, {"GNU.sparse.map", "90,20"}})
                               .file("s", std::string(20, 'x'))
                               .take(),
                           seen);
  ASSERT_FALSE(walked.ok());
  EXPECT_THAT(walked.error().message(), HasSubstr("(s): a sparse map that does not fit"));
}

TEST(Tar, AHugeSparseFileReachesItsLimit) {
  Recorder seen;
  const auto walked = walk(
      TarBuilder().pax({{"GNU.sparse.size", "99999999999999"}, {"GNU.sparse.map", "0,0"}}).file("s", "").take(),
      seen);
  ASSERT_FALSE(walked.ok());
  EXPECT_EQ(walked.error().code(), base::ErrorCode::limit);
}

TEST(Tar, EndsAfterTwoBlocksOfZerosAsGoDoes) {
  Recorder seen;
  ASSERT_TRUE(walk(TarBuilder().file("a", "1").take() + TarBuilder().file("hidden", "2").take(), seen).ok());
  EXPECT_THAT(seen.order, ::testing::ElementsAre("a"));
}

TEST(Tar, LinksHaveNoContentWhateverTheirSizeSays) {
  Recorder seen;
  ASSERT_TRUE(
      walk(TarBuilder().add("l", "", {.type = '1', .link = "t", .announced = 4096}).file("a", "1").take(), seen)
          .ok());
  EXPECT_EQ(seen.entries["a"].content, "1");
}

TEST(Tar, TruncationNamesTheEntry) {
  const std::string whole = TarBuilder().file("etc/passwd", std::string(2000, 'x')).unfinished();
  Recorder seen;
  const auto walked = walk(whole.substr(0, 1500), seen);
  ASSERT_FALSE(walked.ok());
  EXPECT_EQ(walked.error().code(), base::ErrorCode::truncated);
  EXPECT_THAT(walked.error().message(), HasSubstr("etc/passwd"));
  Recorder all;
  EXPECT_TRUE(walk(whole, all).ok()) << "the zeros at the end may be missing";
}

TEST(Tar, AWrongChecksumIsAnErrorWithItsPlace) {
  Recorder seen;
  const auto walked = walk(TarBuilder().file("a", "1").add("b", "", {.wrong_checksum = true}).take(), seen);
  ASSERT_FALSE(walked.ok());
  EXPECT_THAT(walked.error().message(), HasSubstr("tar at byte 1024"));
}

TEST(Tar, PaxRecordsThatLieAboutTheirLengthAreErrors) {
  for (const char* record :
       {"9999 path=x\n", "3 a\n", "0 \n", "x path=y\n", "12 path=xyz!", "99999999999999999999 a=b\n"}) {
    Recorder seen;
    EXPECT_FALSE(walk(TarBuilder().add("pax", record, {.type = 'x'}).file("a", "1").take(), seen).ok()) << record;
  }
}

TEST(Tar, AnExtendedHeaderOverItsLimitIsRefusedBeforeItIsRead) {
  Recorder seen;
  const auto walked = walk(TarBuilder().add("pax", "", {.type = 'x', .announced = (1U << 20U) + 1}).take(), seen);
  ASSERT_FALSE(walked.ok());
  EXPECT_EQ(walked.error().code(), base::ErrorCode::limit);
}

TEST(Tar, UnwantedContentCanBePassedOver) {
  class Indexer final : public EntryVisitor {
   public:
    base::Result<bool> begin(const Entry& entry) override {
      names.emplace_back(entry.path);
      return false;
    }
    base::Status data(base::Bytes) override { return base::Error(base::ErrorCode::invalid, "not asked for"); }
    base::Status end() override { return {}; }
    std::vector<std::string> names;
  } indexer;
  const std::string archive = TarBuilder().file("a", std::string(5000, 'a')).file("b", "2").take();
  TarParser parser(indexer);
  while (!parser.ended()) {
    if (parser.skippable() > 0) parser.skip(parser.skippable());
    else ASSERT_TRUE(parser.feed(base::Bytes(archive).substr(parser.position(), 512)).ok());
  }
  EXPECT_THAT(indexer.names, ::testing::ElementsAre("a", "b"));
}

}  // namespace
}  // namespace doorman::parse::image
