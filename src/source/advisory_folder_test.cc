// SPDX-License-Identifier: Apache-2.0
#include "source/advisory_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "scratch.h"
#include "source/line_reader.h"
#include "source/source_rules.h"
#include "zip_builder.h"

namespace doorman::source {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

/// Gives its bytes a few at a time, then perhaps an error.
class Trickle final : public base::ByteStream {
 public:
  explicit Trickle(std::string text, std::size_t step = 3) : text_(std::move(text)), step_(step) {}
  base::Result<std::size_t> read(std::span<char> into) override {
    const std::size_t count = std::min({step_, into.size(), text_.size() - at_});
    std::copy_n(text_.data() + at_, count, into.data());
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t step_, at_ = 0;
};

std::vector<std::string> lines_of(const std::string& text) {
  Trickle stream(text);
  LineReader reader(stream);
  std::vector<std::string> lines;
  std::string_view line;
  while (reader.next(line).value()) lines.emplace_back(line);
  EXPECT_EQ(reader.number(), lines.size());
  return lines;
}

TEST(LineReader, CutsLines) {
  EXPECT_THAT(lines_of(""), IsEmpty());
  EXPECT_THAT(lines_of("one"), ElementsAre("one"));
  EXPECT_THAT(lines_of("one\n\ntwo and more\r\nthree"), ElementsAre("one", "", "two and more", "three"));
  EXPECT_THAT(lines_of("one\n"), ElementsAre("one"));
}

TEST(LineReader, WhatWasPeekedAtIsReadAgain) {
  Trickle stream("one\ntwo");
  LineReader reader(stream);
  EXPECT_EQ(reader.peek().value(), "one");
  std::string_view line;
  EXPECT_TRUE(reader.next(line).value());
  EXPECT_EQ(line, "one");
  EXPECT_EQ(reader.rest(100).value(), "two");
}

TEST(LineReader, LimitsAreNamed) {
  Trickle stream(std::string(LineReader::max_line + LineReader::block_bytes, 'x'), 1U << 20U);
  LineReader reader(stream);
  std::string_view line;
  EXPECT_THAT(reader.next(line).error().message(), HasSubstr("64 MiB"));
  Trickle large(std::string(3U << 20U, 'x'), 1U << 20U);
  EXPECT_THAT(LineReader(large).rest(1U << 20U).error().message(), HasSubstr("larger than 1 MiB"));
}

TEST(SourceRules, TheFirstThatMatches) {
  const auto rules = parse_source_rules(
      "# comment\nosv/go.*\tgolang/vulndb\tCC-BY-4.0\thttps://example.org\nbroken line\nosv/*\tothers\tMIT\n");
  ASSERT_THAT(rules, SizeIs(2));
  EXPECT_EQ(rule_for(rules, "osv/go.jsonl.zst")->name, "golang/vulndb");
  EXPECT_EQ(rule_for(rules, "osv/a/b.json")->licence, "MIT");
  EXPECT_EQ(rule_for(rules, "vc/a.tsv"), nullptr);
  EXPECT_EQ(home_licence("GHSA-1"), "CC-BY-4.0");
  EXPECT_EQ(home_licence("X-1"), "unknown");
}

/// Writes down what it is given.
class Written final : public AdvisoryReceiver {
 public:
  void from(std::string_view source, std::string_view licence) override { note("from ", source, " ", licence); }
  void take(const model::Advisory& advisory) override { note("osv ", advisory.id); }
  void take(const model::DistributionFix& fix) override { note("fix ", fix.cve); }
  void take(const model::ListedVersion& row) override { note("row ", row.name, "@", row.version); }
  void take(const model::ListedVulnerability& row) override { note("vulnerability ", row.id); }
  void take(const model::KnownExploited& known) override { note("kev ", std::to_string(known.ids.size())); }

  std::vector<std::string> lines;

 private:
  template <typename... Texts>
  void note(const Texts&... texts) {
    std::string line;
    (line.append(texts), ...);
    lines.push_back(std::move(line));
  }
};

class AdvisoryFolder : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& content) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << content;
  }
  FolderSummary read() {
    auto summary = read_advisory_folder(folder_.string(), written_);
    EXPECT_TRUE(summary.ok());
    return std::move(summary).value();
  }

  tests::ScratchFolder scratch_;
  fs::path folder_ = scratch_.path();
  Written written_;
};

std::string record(const std::string& id) {
  return R"({"id":")" + id + R"(","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1"]}]})";
}

std::string zstd(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1));
  return packed;
}

TEST_F(AdvisoryFolder, EveryFormInTheOrderOfThePaths) {
  put("osv/go.jsonl.zst", zstd(record("GO-1") + "\n\n" + record("GO-2") + "\n"));
  put("osv/list.json", "[" + record("A-1") + "," + record("A-2") + "]");
  put("github/2024/GHSA-1/GHSA-1.json", "{\n" + record("GHSA-1").substr(1));
  put("github/2024/GHSA-2/GHSA-2.json", record("GHSA-2"));
  put("kev.json", R"({"vulnerabilities":[{"cveID":"CVE-2021-44228"}]})");
  put("fixes.tsv", "# comment\ncurl\t7.88\tCVE-2023-46218\tbookworm\n");
  put("vc/packages.tsv", "pkg:npm/a@1\tA\tVCID-1\n");
  put("vc/vulns.tsv", "VCID-1\tCVE-2024-1111\n");
  put(".git/config.json", "not looked at");
  put("README.md", "not looked at");
  const FolderSummary summary = read();
  EXPECT_THAT(written_.lines, ElementsAre("from fixes unknown", "fix CVE-2023-46218",  //
                                          "from github CC-BY-4.0", "osv GHSA-1", "from github CC-BY-4.0",
                                          "osv GHSA-2", "from kev CC0-1.0", "kev 1",  //
                                          "from osv/go CC-BY-4.0", "osv GO-1", "osv GO-2", "from osv/list unknown",
                                          "osv A-1", "osv A-2",  //
                                          "from vc/packages CC-BY-SA-4.0", "row a@1", "from vc/vulns CC-BY-SA-4.0",
                                          "vulnerability VCID-1"));
  EXPECT_THAT(summary.notes, IsEmpty());
  EXPECT_EQ(summary.files, 8U);
  EXPECT_EQ(summary.records, 10U);
}

TEST_F(AdvisoryFolder, AnArchiveHoldsOneRecordAMember) {
  put("npm/all.zip", tests::ZipBuilder()
                         .stored("GHSA-1.json", record("GHSA-1"))
                         .stored("README", "not looked at")
                         .stored("broken.json", "{")
                         .stored("GHSA-2.json", record("GHSA-2"))
                         .build());
  const FolderSummary summary = read();
  EXPECT_THAT(written_.lines, ElementsAre("from npm CC-BY-4.0", "osv GHSA-1", "osv GHSA-2"));
  ASSERT_THAT(summary.notes, SizeIs(1));
  EXPECT_EQ(summary.notes[0].place, "npm/all.zip!/broken.json");
}

TEST_F(AdvisoryFolder, RulesNameTheSources) {
  put("SOURCES.tsv", "osv/*\tthe go one\tMIT\n");
  put("osv/go.jsonl", record("GO-1"));
  read();
  EXPECT_THAT(written_.lines, ElementsAre("from the go one MIT", "osv GO-1"));
}

TEST_F(AdvisoryFolder, ABadLineIsNotedAndTheRestIsRead) {
  put("a.jsonl", record("A-1") + "\n{broken\n{}\n" + record("A-2") + "\n");
  put("b.json", "{broken");
  put("c.tsv", "who\tknows\n");
  put("d.jsonl.zst", zstd(record("D-1") + "\n").substr(0, 40));
  put("e.zip", "PK");
  put("f.tsv", "pkg:npm/a@1\tA\tVCID-1\npkg:npm/a\tA\tVCID-1\n");
  const FolderSummary summary = read();
  EXPECT_THAT(written_.lines,
              ElementsAre("from a unknown", "osv A-1", "osv A-2", "from f CC-BY-SA-4.0", "row a@1"));
  const auto at = [](const char* place) { return Field(&model::Note::place, place); };
  EXPECT_THAT(summary.notes,
              ElementsAre(at("a.jsonl:2"), AllOf(at("a.jsonl:3"), Field(&model::Note::message, HasSubstr("no id"))),
                          at("b.json"), at("c.tsv"), at("d.jsonl.zst"), at("e.zip"), at("f.tsv:2")));
}

TEST_F(AdvisoryFolder, ManyNotesOfOneFileAreCounted) {
  std::string broken;
  for (int i = 0; i < 30; ++i) broken += "{\n";
  put("a.jsonl", broken);
  const FolderSummary summary = read();
  ASSERT_THAT(summary.notes, SizeIs(21));
  EXPECT_EQ(summary.notes.back(), (model::Note{"a.jsonl", "and 10 more"}));
}

TEST_F(AdvisoryFolder, WhatIsLeftOutIsCounted) {
  put("a.jsonl", R"({"id":"OSV-1","affected":[{"package":{"ecosystem":"OSS-Fuzz","name":"a"}}]})"
                 "\n"
                 R"({"id":"A-1","withdrawn":"2024-01-01","affected":[{"package":{"ecosystem":"npm","name":"a"}}]})"
                 "\n");
  put("b.tsv", "pkg:ebuild/app/a@1\tA\tVCID-1\npkg:ebuild/app/b@1\tA\tVCID-1\n");
  const FolderSummary summary = read();
  EXPECT_EQ(summary.withdrawn, 1U);
  EXPECT_THAT(summary.skipped, ElementsAre(Pair("OSS-Fuzz", 1U), Pair("pkg:ebuild", 2U)));
}

TEST_F(AdvisoryFolder, AFolderThatIsNotThereIsAnError) {
  EXPECT_FALSE(read_advisory_folder((folder_ / "none").string(), written_).ok());
}

}  // namespace
}  // namespace doorman::source
