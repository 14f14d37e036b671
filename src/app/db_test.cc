// SPDX-License-Identifier: Apache-2.0
#include "app/db.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "derive/match.h"
#include "files.h"
#include "golden.h"
#include "scratch.h"
#include "store/advisory_file.h"

namespace doorman::app {
namespace {

namespace fs = std::filesystem;
using derive::advisory_db::Section;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Db : public testing::Test {
 protected:
  Db() { fs::create_directories(folder_ / "in"); }

  void put(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / "in" / name, std::ios::binary) << content;
  }
  [[nodiscard]] std::string input() const { return (folder_ / "in").string(); }
  [[nodiscard]] std::string state() const { return (folder_ / "state").string(); }

  tests::ScratchFolder scratch_;
  fs::path folder_ = scratch_.path();
};

constexpr const char* one_record =
    R"({"id":"GO-1","modified":"2024-05-01T00:00:00Z","affected":[{"package":{"ecosystem":"Go","name":"a"},"versions":["1.0.0"]},
        {"package":{"ecosystem":"OSS-Fuzz","name":"a"}}]})";

TEST_F(Db, TheBuiltInFactsAreWholeAndFindOldPackages) {
  const auto database = Database::open_built_in();
  ASSERT_TRUE(database.ok()) << database.error().message();
  EXPECT_TRUE(database->reader().verify().ok());
  EXPECT_TRUE(database->info().built_in);
  for (const auto& source : database->info().sources) {
    EXPECT_THAT(source.licence, testing::AnyOf("CC-BY-4.0", "CC0-1.0", "NOASSERTION")) << source.name;
  }
  model::Inventory image(model::Subject::root(base::digest_of("image")));
  for (const auto& [name, version] :
       {std::pair("lodash", "4.17.15"), {"minimist", "1.2.0"}, {"lodash", "999.0.0"}}) {
    model::FoundPackage found;
    found.package.type = model::PackageType::npm;
    found.package.name = name;
    found.package.version = version;
    image.packages.push_back(std::move(found));
  }
  const auto findings = derive::match(image, database->reader());
  EXPECT_THAT(findings, Not(IsEmpty()));
  for (const auto& finding : findings) {
    EXPECT_LT(finding.package, 2U);
    EXPECT_THAT(finding.vulnerability.summary, IsEmpty()) << "facts only";
  }
  EXPECT_EQ(findings[0].vulnerability.id, "CVE-2021-44906");
  EXPECT_EQ(findings[0].fixed_version, "1.2.6");
}

TEST_F(Db, WithoutAFileTheBuiltInFactsAreChosen) {
  EXPECT_TRUE(Database::choose("", state()).value().info().built_in);
  EXPECT_TRUE(Database::choose("", "").value().info().built_in);
}

TEST_F(Db, WhatWasBuiltIsChosen) {
  put("go.json", one_record);
  const auto build = build_database(input(), "", state());
  ASSERT_TRUE(build.ok()) << build.error().message();
  EXPECT_EQ(build->path, store::advisory_file_path(state()));
  EXPECT_EQ(build->records, 1U);
  EXPECT_EQ(build->skipped.at("OSS-Fuzz"), 1U);
  EXPECT_THAT(describe(*build),
              testing::AllOf(HasSubstr("1 vulnerabilities of 1 packages"), HasSubstr("as of 2024-05-01"),
                             HasSubstr("CC-BY-4.0"), HasSubstr("OSS-Fuzz (1)")));
  const auto database = Database::choose("", state());
  ASSERT_TRUE(database.ok());
  EXPECT_FALSE(database->info().built_in);
  EXPECT_EQ(database->reader().count(Section::packages), 1U);
  EXPECT_THAT(describe(*database), HasSubstr("as of 2024-05-01"));
}

TEST_F(Db, TheOutputMayBeNamed) {
  put("go.json", one_record);
  const std::string output = (folder_ / "out.db").string();
  ASSERT_TRUE(build_database(input(), output, "").ok());
  EXPECT_EQ(Database::choose(output, "").value().path(), output);
}

TEST_F(Db, NothingReadableIsAnErrorAndLeavesTheOldFile) {
  put("go.json", one_record);
  ASSERT_TRUE(build_database(input(), "", state()).ok());
  put("go.json", "{");
  const auto build = build_database(input(), "", state());
  ASSERT_FALSE(build.ok());
  EXPECT_EQ(build.error().code(), base::ErrorCode::usage);
  EXPECT_TRUE(Database::choose("", state()).ok());
  EXPECT_FALSE(build_database((folder_ / "none").string(), "", state()).ok());
}

TEST_F(Db, ABrokenFileIsAnErrorAndNotACleanImage) {
  ASSERT_TRUE(store::replace_advisory_file(store::advisory_file_path(state()), "DOORADV\nbroken").ok());
  const auto database = Database::choose("", state());
  ASSERT_FALSE(database.ok());
  EXPECT_EQ(database.error().code(), base::ErrorCode::truncated);
  EXPECT_THAT(database.error().message(), HasSubstr("advisories.db"));
  EXPECT_FALSE(Database::choose((folder_ / "none.db").string(), state()).ok());
}

TEST_F(Db, TheSameFolderGivesTheSameBytes) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const std::string first = (folder_ / "1.db").string();
  const std::string second = (folder_ / "2.db").string();
  const auto build = build_database((fixtures / "advisories" / "osv").string(), first, "");
  ASSERT_TRUE(build.ok());
  EXPECT_THAT(build->notes, IsEmpty());
  EXPECT_GT(build->packages, 1000U);
  ASSERT_TRUE(build_database((fixtures / "advisories" / "osv").string(), second, "").ok());
  EXPECT_TRUE(tests::slurp(first) == tests::slurp(second));
}

}  // namespace
}  // namespace doorman::app
