// SPDX-License-Identifier: Apache-2.0
#include "base/sqlite_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "scratch.h"

namespace doorman::base {
namespace {

class SqliteFileTest : public testing::Test {
 protected:
  SqliteFile open(SqliteFile::Access access = SqliteFile::Access::write) {
    auto file = SqliteFile::open(path_, {.access = access, .patience = std::chrono::milliseconds(10)});
    EXPECT_TRUE(file.ok()) << file.error().message();
    return *std::move(file);
  }

  tests::ScratchFolder scratch_;
  std::string path_ = (scratch_.path() / "a.db").string();
};

TEST_F(SqliteFileTest, ValuesComeBackAsTheyWere) {
  SqliteFile file = open();
  ASSERT_TRUE(file.run("CREATE TABLE t(a INTEGER, b TEXT)").ok());
  auto put = file.prepare("INSERT INTO t VALUES(?1, ?2)");
  ASSERT_TRUE(put.ok());
  const std::string text("\x1b'\0;--", 6);
  ASSERT_TRUE(put->bind(1, INT64_MIN).bind(2, text).run().ok());
  auto put_half = file.prepare("INSERT INTO t(b) VALUES(?1)");
  ASSERT_TRUE(put_half.ok());
  ASSERT_TRUE(put_half->bind(1, std::string_view()).run().ok());
  auto get = file.prepare("SELECT a, b FROM t ORDER BY rowid");
  ASSERT_TRUE(get.ok());
  int row_number = 0;
  ASSERT_TRUE(get->each([&](const SqliteRow& row) {
                   if (row_number++ == 0) {
                     EXPECT_EQ(row.integer(0), INT64_MIN);
                     EXPECT_EQ(row.bytes(1), text);
                   } else {
                     EXPECT_TRUE(row.is_null(0));
                     EXPECT_FALSE(row.is_null(1));
                   }
                   return true;
                 })
                  .ok());
  EXPECT_EQ(row_number, 2);
}

TEST_F(SqliteFileTest, ATransactionIsAllOrNothing) {
  SqliteFile file = open();
  ASSERT_TRUE(file.run("CREATE TABLE t(a INTEGER)").ok());
  const Status done = file.transaction([&]() -> Status {
    DOORMAN_CHECK(file.run("INSERT INTO t VALUES(1)"));
    return Error(ErrorCode::limit, "no more");
  });
  EXPECT_EQ(done.error().code(), ErrorCode::limit);
  EXPECT_EQ(file.number("SELECT count(*) FROM t").value(), 0);
  EXPECT_TRUE(file.transaction([&] { return file.run("INSERT INTO t VALUES(1)"); }).ok());
  EXPECT_EQ(file.number("SELECT count(*) FROM t").value(), 1);
}

TEST_F(SqliteFileTest, WhoReadsWritesNothing) {
  const auto missing = SqliteFile::open(path_, {});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
  ASSERT_TRUE(open().run("CREATE TABLE t(a INTEGER)").ok());
  const Status written = open(SqliteFile::Access::read).run("INSERT INTO t VALUES(1)");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code(), ErrorCode::denied);
}

TEST_F(SqliteFileTest, TheLockOfAnotherIsNotWaitedForForEver) {
  SqliteFile one = open(), other = open();
  ASSERT_TRUE(one.run("CREATE TABLE t(a INTEGER)").ok());
  ASSERT_TRUE(one.run("BEGIN IMMEDIATE").ok());
  const Status written = other.run("INSERT INTO t VALUES(1)");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code(), ErrorCode::io);
  ASSERT_TRUE(one.run("COMMIT").ok());
  EXPECT_TRUE(other.run("INSERT INTO t VALUES(1)").ok());
}

TEST_F(SqliteFileTest, WhatIsNoDatabaseIsInvalidAndALinkIsNotFollowed) {
  std::ofstream(path_) << std::string(5000, 'x');
  const auto file = SqliteFile::open(path_, {});
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code(), ErrorCode::invalid);
  const std::string link = (scratch_.path() / "link").string();
  std::filesystem::create_symlink(path_, link);
  EXPECT_FALSE(SqliteFile::open(link, {.access = SqliteFile::Access::write}).ok());
}

TEST_F(SqliteFileTest, ItGrowsToItsLimit) {
  auto file = SqliteFile::open(path_, {.access = SqliteFile::Access::write, .most_bytes = 64U << 10U});
  ASSERT_TRUE(file.ok() && file->run("CREATE TABLE t(a BLOB)").ok());
  const Status full = file->run("INSERT INTO t VALUES(zeroblob(1 << 20))");
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code(), ErrorCode::io);
  EXPECT_TRUE(file->run("INSERT INTO t VALUES(1)").ok());
}

}  // namespace
}  // namespace doorman::base
