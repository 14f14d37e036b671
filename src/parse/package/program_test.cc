// SPDX-License-Identifier: Apache-2.0
#include "parse/package/program.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/fd.h"
#include "elf_builder.h"
#include "parse/package/all.h"

namespace doorman::parse::package {
namespace {

using namespace std::string_view_literals;
using tests::ElfBuilder;

std::string version_of(std::string_view file_name, std::string_view data, std::string_view* name = nullptr) {
  const std::string file = ElfBuilder().section(".rodata", data).build();
  model::FileFacts facts;
  const std::string path = "usr/local/bin/" + std::string(file_name);
  EXPECT_TRUE(elf_parser.parse({path, file}, facts).ok());
  if (facts.packages.empty()) return {};
  EXPECT_EQ(facts.packages[0].type, model::PackageType::generic);
  if (name != nullptr) {
    for (const KnownProgram& program : known_programs()) {
      if (program.name == facts.packages[0].name) *name = program.name;
    }
  }
  return facts.packages[0].version;
}

TEST(Program, ReadsTheVersionOfEachShape) {
  struct Case {
    std::string_view file, data, name, version;
  };
  // The texts as they stand in programs of Debian 12, nodejs.org, deno.com and bun.sh.
  for (const Case& expected : {
           Case{"bash", "@(#)Bash version 5.2.15(1) release GNU\0"sv, "bash", "5.2.15"},
           Case{"bun", "\0Bun v1.4.5 (a7733435c) Linux x64\0"sv, "bun", "1.4.5"},
           Case{"busybox.static", "BusyBox v1.35.0 (Debian 1:1.35.0-4)\0"sv, "busybox", "1.35.0"},
           Case{"deno", "Deno/0.80.0 x\0over2.9.62.9.6+e518fbdDeno/2.9.6Deno/2.9.6+e518"sv, "deno", "2.9.6"},
           Case{"haproxy", "HAProxy version 2.5.'\0 version 2.6.12-1+deb12u4, released 2026/10/17\0"sv, "haproxy",
                "2.6.12"},
           Case{"httpd", "Apache/2\0Apache/2.4\0Apache/2.4.71\0Apache/2.4.71 (Debian)\0"sv, "httpd", "2.4.71"},
           Case{"mariadbd", "\0-0+deb12u1\00010.11.19-MariaDB\0"sv, "mariadb", "10.11.19"},
           Case{"mysqld", "/build/mysql-8.0.36/sql/log.cc\0"sv, "mysql", "8.0.36"},
           Case{"mongod", "\0007.0.5\0tcmalloc\0"sv, "mongodb", "7.0.5"},
           Case{"mongod", "\0005.0.2\0\0heap_size\0"sv, "mongodb", "5.0.2"},
           Case{"envoy", "\0other\0001.31.2\0x\0y\0envoy_reloadable_features\0"sv, "envoy", "1.31.2"},
           Case{"nginx", "nginx version: nginx/1.22.1\n\0OpenSSL 3.0.20 7 Apr 2026\0"sv, "nginx", "1.22.1"},
           Case{"node", "\0node.js/v26.10.0\0"sv, "node", "26.10.0"},
           Case{"libjvm.so", "VM (25.392-b08) for linux-amd64 JRE (1.8.0_392-b08), built on"sv, "openjdk",
                "1.8.0_392"},
           Case{"libjvm.so", "VM (17.0.21+9) for linux-amd64 JRE (17.0.21+9), built on"sv, "openjdk", "17.0.21"},
           Case{"sshd", "OpenSSH_9.2\0OpenSSH_7.4*\0OpenSSH_9.2p1\0OpenSSH_6.6.1*\0"sv, "openssh", "9.2p1"},
           Case{"libcrypto.so.1.1", "OpenSSL 1.1.1w  11 Sep 2023\0"sv, "openssl", "1.1.1w"},
           Case{"openssl", "OpenSSL 1.0.2zg  7 Feb 2023\0"sv, "openssl", "1.0.2zg"},
           Case{"perl", "/usr/share/perl/5.36.0\0v5.36.0\0"sv, "perl", "5.36.0"},
           Case{"php-fpm8.2", "X-Powered-By: PHP/8.2.35\0"sv, "php", "8.2.35"},
           Case{"postgres", "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n\0"sv, "postgresql", "15.20"},
           Case{"postgres", "postgres (PostgreSQL) 17.0rc1\n\0"sv, "postgresql", "17.0rc1"},
           Case{"python3.11", "\0003.11\0003.11.\0003.11.2\0"sv, "python", "3.11.2"},
           Case{"libpython3.12.so.1.0", "/root/.pyenv/versions/3.12.1/lib\0/root/.pyenv/versions/3.12.1\0"sv,
                "python", "3.12.1"},
           Case{"libpython3.6m.so.1.0", "13.6.9\0003.6.15\0"sv, "python", "3.6.15"},
           Case{"redis-server", "\0006.2.0\0007.0.1\0007.0.15\0A7.0.151790282056000000000\0"sv, "redis", "7.0.15"},
           Case{"redis-server", "\0004.0.11\0004.0.11841ce7054bd9-1542359302000000000\0"sv, "redis", "4.0.11"},
           Case{"valkey-server", "\0009.0.0\0valkey9.0.0buildkitsandbox-1764887574000000000\0"sv, "valkey",
                "9.0.0"},
           Case{"libruby.so.3.3", "ruby 3.3.0 (2023-12-25 revision 5124f9ac75) [x86_64-linux]\0"sv, "ruby",
                "3.3.0"},
           Case{"varnishd", "varnish-7.1.1 revision 7cee1c\0"sv, "varnish", "7.1.1"},
           Case{"libz.so.1.2.13", " deflate 1.2.13 Copyright 1995-2022 Jean-loup Gailly and Mark Adler \0"sv,
                "zlib", "1.2.13"},
       }) {
    std::string_view name;
    EXPECT_EQ(version_of(expected.file, expected.data, &name), expected.version) << expected.file;
    EXPECT_EQ(name, expected.name) << expected.file;
  }
}

TEST(Program, TellsNothingWithoutNameOrSign) {
  EXPECT_EQ(version_of("my-nginx", "nginx version: nginx/1.22.1"), "") << "another name";
  EXPECT_EQ(version_of("nginx", "nginx version: nginx/x"), "") << "no version";
  EXPECT_EQ(version_of("nginx", "nginx version: nginx/12"), "") << "one number is no version";
  EXPECT_EQ(version_of("nginx", ""), "");
  EXPECT_EQ(version_of("python3", "\0003.11.2\0"sv), "") << "the name does not tell which";
  EXPECT_EQ(version_of("redis-server", "\0007.0.15\0"sv), "") << "no build id";
  EXPECT_EQ(version_of("redis-server", "7.0.15host-1700000000000000000\0"sv), "") << "nothing confirms it";
  EXPECT_EQ(version_of("mariadbd", "x.y-MariaDB"), "");
  EXPECT_EQ(version_of("mongod", "heap_size"), "");
  EXPECT_EQ(version_of("mongod", "\0005.0.2\0 too far away from it heap_size"sv), "");
}

TEST(Program, SearchesWhatIsLoadedWhereThereAreNoSections) {
  const std::string file = ElfBuilder().segment(1, 4, 0, "x").segment(1, 4, 0x1000, "git/2.39.5\0"sv).build();
  model::FileFacts facts;
  ASSERT_TRUE(elf_parser.parse({"usr/bin/git", file}, facts).ok());
  ASSERT_EQ(facts.packages.size(), 1U);
  EXPECT_EQ(facts.packages[0].version, "2.39.5");
}

TEST(Program, ASignEverywhereEndsInTime) {
  std::string many;
  for (int i = 0; i < 500'000; ++i) many += "envoy_reloadable_features git/ -MariaDB ";
  EXPECT_EQ(version_of("envoy", many), "");
  EXPECT_EQ(version_of("git", many), "");
  EXPECT_EQ(version_of("mariadbd", many), "");
  EXPECT_EQ(version_of("redis-server", std::string(8 << 20, '0') + '\0'), "");
}

struct Real {
  const char* path;
  const char* command;  ///< prints the version as the program itself tells it
};

void PrintTo(const Real& real, std::ostream* out) { *out << real.path; }

class RealPrograms : public testing::TestWithParam<Real> {};

TEST_P(RealPrograms, TellTheSameAsWeRead) {
  if (!std::filesystem::exists(GetParam().path)) GTEST_SKIP() << GetParam().path << " is not installed";
  const std::string path = std::filesystem::canonical(GetParam().path);
  // NOLINTNEXTLINE(cert-env33-c): the commands are those below
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(GetParam().command, "r"), pclose);
  ASSERT_NE(pipe, nullptr);
  std::string told;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe.get()))
    told.append(buffer.data(), got);
  const auto file = base::MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.error().message();
  model::FileFacts facts;
  ASSERT_TRUE(elf_parser.parse({std::string_view(path).substr(1), file->bytes()}, facts).ok());
  ASSERT_EQ(facts.packages.size(), 1U) << path;
  EXPECT_GE(facts.packages[0].version.size(), 3U);
  EXPECT_NE(told.find(facts.packages[0].version), std::string::npos)
      << path << " holds " << facts.packages[0].version << " and says " << told;
}

INSTANTIATE_TEST_SUITE_P(OfThisMachine, RealPrograms,
                         testing::Values(Real{"/usr/bin/node", "/usr/bin/node --version"},
                                         Real{"/usr/bin/bash", "/usr/bin/bash --version"},
                                         Real{"/usr/bin/perl", "/usr/bin/perl --version"},
                                         Real{"/usr/bin/git", "/usr/bin/git --version"},
                                         Real{"/usr/bin/curl", "/usr/bin/curl --version"},
                                         Real{"/usr/bin/openssl", "/usr/bin/openssl version"},
                                         Real{"/usr/bin/ssh", "/usr/bin/ssh -V 2>&1"},
                                         Real{"/usr/bin/xz", "/usr/bin/xz --version"},
                                         Real{"/usr/bin/busybox", "/usr/bin/busybox"},
                                         Real{"/usr/bin/python3", "/usr/bin/python3 --version"},
                                         Real{"/usr/bin/redis-server", "/usr/bin/redis-server --version"}));

}  // namespace
}  // namespace doorman::parse::package
