// SPDX-License-Identifier: Apache-2.0
#include "model/scan_record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "files.h"
#include "model/binary.h"
#include "report_reader.h"

namespace doorman::model {
namespace {

ScanRecord record_of(const std::string& name) {
  auto reports = tests::ReportReader::read(tests::slurp(tests::data_dir("report") / name / "report.json"));
  ScanRecord record(std::move(reports.front().inventory));
  record.parsers = 7;
  record.secret_rules = 0xfeedULL << 32U;
  record.database = base::parse_time("2024-05-01");
  record.verdict = std::move(reports.front().verdict);
  return record;
}

TEST(ScanRecord, IsTheSameWhenItIsReadBack) {
  for (const char* name : {"shop", "judged", "clean", "empty"}) {
    const ScanRecord record = record_of(name);
    const std::string bytes = encode(record);
    const auto again = decode_scan_record(bytes);
    ASSERT_TRUE(again.ok()) << name << ": " << again.error().message();
    EXPECT_EQ(encode(*again), bytes) << name;
    EXPECT_EQ(again->inventory.subject, record.inventory.subject);
    EXPECT_EQ(again->parsers, 7U);
    EXPECT_EQ(again->secret_rules, 0xfeedULL << 32U);
    EXPECT_EQ(again->database, record.database);
    ASSERT_EQ(again->inventory.packages.size(), record.inventory.packages.size());
    for (std::size_t i = 0; i < record.inventory.packages.size(); ++i) {
      EXPECT_EQ(again->inventory.packages[i].package, record.inventory.packages[i].package);
      EXPECT_EQ(again->inventory.packages[i].paths, record.inventory.packages[i].paths);
      EXPECT_EQ(again->inventory.packages[i].owner, record.inventory.packages[i].owner);
    }
    EXPECT_EQ(again->inventory.config.has_value(), record.inventory.config.has_value());
    EXPECT_EQ(again->verdict.has_value(), record.verdict.has_value());
  }
}

TEST(ScanRecord, HasTheVerdictWithItsSubject) {
  const ScanRecord record = record_of("judged");
  ASSERT_TRUE(record.verdict.has_value());
  ASSERT_FALSE(record.verdict->matches.empty());
  const auto again = decode_scan_record(encode(record));
  ASSERT_TRUE(again.ok());
  ASSERT_EQ(again->verdict->matches.size(), record.verdict->matches.size());
  for (std::size_t i = 0; i < record.verdict->matches.size(); ++i) {
    EXPECT_EQ(again->verdict->matches[i].subject, record.inventory.subject);
    EXPECT_EQ(again->verdict->matches[i].message, record.verdict->matches[i].message);
    EXPECT_EQ(again->verdict->matches[i].exception, record.verdict->matches[i].exception);
  }
  EXPECT_EQ(again->verdict->decision, record.verdict->decision);
}

TEST(ScanRecord, DamageIsAnError) {
  std::string bytes = encode(record_of("shop"));
  EXPECT_EQ(decode_scan_record(bytes.substr(0, 10)).error().code(), base::ErrorCode::truncated);
  EXPECT_EQ(decode_scan_record(bytes.substr(0, bytes.size() - 1)).error().code(), base::ErrorCode::truncated);
  EXPECT_EQ(decode_scan_record(bytes + "x").error().code(), base::ErrorCode::invalid);
  std::string other = bytes;
  other[8] = 99;
  EXPECT_EQ(decode_scan_record(other).error().message(), "results of a scan of version 99, this program reads 2");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  EXPECT_EQ(decode_scan_record(bytes).error().code(), base::ErrorCode::mismatch);
}

TEST(ScanRecord, AnIndexThatLeadsNowhereIsAnError) {
  EXPECT_EQ(decode_scan_record(encode(record_of("hostile"))).error().code(), base::ErrorCode::invalid);
  ScanRecord record = record_of("shop");
  ASSERT_FALSE(record.inventory.programs.empty());
  record.inventory.programs.front().owner = static_cast<std::uint32_t>(record.inventory.packages.size());
  EXPECT_EQ(decode_scan_record(encode(record)).error().code(), base::ErrorCode::invalid);
  record.inventory.programs.front().owner = FoundPackage::none;
  EXPECT_TRUE(decode_scan_record(encode(record)).ok());
  ScanRecord judged = record_of("judged");
  judged.verdict->matches.front().rule = static_cast<std::uint32_t>(judged.verdict->rules.size());
  EXPECT_EQ(decode_scan_record(encode(judged)).error().code(), base::ErrorCode::invalid);
}

TEST(ScanRecord, EveryByteOfThePayloadMayBeWrong) {
  const std::string bytes = encode(record_of("empty"));
  constexpr binary::Form form{"DOORMANR", scan_record_version, "results of a scan"};
  const std::string payload(*binary::unframe(form, bytes));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    std::string wrong = payload;
    wrong[i] = static_cast<char>(wrong[i] ^ 0x55);
    (void)decode_scan_record(binary::frame(form, wrong));  // the sanitizers are the judges
    EXPECT_FALSE(decode_scan_record(binary::frame(form, payload.substr(0, i))).ok()) << i;
  }
}

}  // namespace
}  // namespace doorman::model
