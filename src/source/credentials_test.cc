// SPDX-License-Identifier: Apache-2.0
#include "source/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/base64.h"

namespace doorman::source {
namespace {

std::string auth(const std::string& user, const std::string& word) {
  return R"({"auth":")" + base::base64_encode(user + ":" + word) + R"("})";
}

std::string user_for(const std::string& file, const std::string& registry, const std::string& repository) {
  const auto login = parse_login(file, registry, repository);
  EXPECT_TRUE(login.ok());
  return login.ok() && login->stored ? login->stored->username : "";
}

TEST(Login, TheLongestKeyWins) {
  const std::string file = R"({"auths":{"host.example":)" + auth("all", "1") + R"(,"host.example/team":)" +
                           auth("team", "2") + R"(,"host.example/team/app":)" + auth("app", "3") +
                           R"(,"other.example":)" + auth("other", "4") + "}}";
  EXPECT_EQ(user_for(file, "host.example", "team/app"), "app");
  EXPECT_EQ(user_for(file, "host.example", "team/app/deeper"), "app");
  EXPECT_EQ(user_for(file, "host.example", "team/application"), "team");
  EXPECT_EQ(user_for(file, "host.example", "teams/app"), "all");
  EXPECT_EQ(user_for(file, "host.example:5000", "app"), "");
  EXPECT_EQ(user_for(file, "example", "app"), "");
}

TEST(Login, DockerHubHasManyNames) {
  for (const char* key : {"docker.io", "index.docker.io", "https://index.docker.io/v1/", "registry-1.docker.io"}) {
    EXPECT_EQ(user_for(R"({"auths":{")" + std::string(key) + R"(":)" + auth("hub", "1") + "}}", "docker.io",
                       "library/alpine"),
              "hub")
        << key;
  }
  EXPECT_EQ(user_for(R"({"auths":{"https://host.example/v2/":)" + auth("me", "1") + "}}", "host.example", "app"),
            "me");
}

TEST(Login, EntriesComeInSeveralForms) {
  const auto of = [](const std::string& entry) {
    return parse_login(R"({"auths":{"h.example":)" + entry + "}}", "h.example", "app").value().stored;
  };
  EXPECT_EQ(of(auth("me", "a:b")), (Credentials{"me", "a:b", ""}));
  EXPECT_EQ(of(R"({"username":"me","password":"word"})"), (Credentials{"me", "word", ""}));
  EXPECT_EQ(of(R"({"identitytoken":"t"})"), (Credentials{"", "", "t"}));
  EXPECT_EQ(of("{}"), std::nullopt);
  EXPECT_EQ(of(R"({"auth":"not base64"})"), std::nullopt);
  EXPECT_EQ(of(R"({"auth":")" + base::base64_encode("no colon") + R"("})"), std::nullopt);
  EXPECT_EQ(of("[1]"), std::nullopt);
}

TEST(Login, HelpersAreNamedByHostOrForAll) {
  const std::string file = R"({"credsStore":"all","credHelpers":{"h.example":"one"}})";
  EXPECT_EQ(parse_login(file, "h.example", "app")->helper, "one");
  EXPECT_EQ(parse_login(file, "h.example", "app")->helper_key, "h.example");
  EXPECT_EQ(parse_login(file, "docker.io", "app")->helper, "all");
  EXPECT_EQ(parse_login(file, "docker.io", "app")->helper_key, "https://index.docker.io/v1/");
}

TEST(Login, BrokenFilesAreErrors) {
  for (const char* text : {"", "[]", "{", "\"auths\""}) EXPECT_FALSE(parse_login(text, "h", "r").ok()) << text;
  EXPECT_TRUE(parse_login(R"({"auths":[],"credHelpers":3,"credsStore":{}})", "h", "r").ok());
}

class HelperTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "doorman-helper-" + std::to_string(getpid());
    std::filesystem::create_directories(folder_);
    const char* path = std::getenv("PATH");
    path_ = path == nullptr ? "" : path;
    setenv("PATH", (folder_ + ":" + path_).c_str(), 1);
  }
  void TearDown() override {
    setenv("PATH", path_.c_str(), 1);
    std::filesystem::remove_all(folder_);
  }
  void write(const std::string& script) {
    const std::string file = folder_ + "/docker-credential-test";
    std::ofstream(file) << "#!/bin/sh\n" << script;
    chmod(file.c_str(), 0755);
  }
  std::string folder_, path_;
};

TEST_F(HelperTest, AnswersWithANameAndASecret) {
  write(R"(read key; echo "{\"ServerURL\":\"$key\",\"Username\":\"$1-$key\",\"Secret\":\"hush\"}")");
  const auto found = ask_credential_helper("test", "h.example");
  ASSERT_TRUE(found.ok()) << found.error().message();
  EXPECT_EQ(*found, (Credentials{"get-h.example", "hush", ""}));
  write(R"(echo '{"Username":"<token>","Secret":"t"}')");
  EXPECT_EQ(ask_credential_helper("test", "h.example").value(), (Credentials{"", "", "t"}));
}

TEST_F(HelperTest, KnowingNothingIsNoError) {
  write("echo credentials not found in native keychain; exit 1");
  EXPECT_EQ(ask_credential_helper("test", "h.example").value(), std::nullopt);
}

TEST_F(HelperTest, FailuresKeepTheSecret) {
  for (const char* script : {"echo hush; exit 3", "echo hush", "echo '{\"Username\":\"hush\"}'", "kill -9 $$"}) {
    write(script);
    const auto found = ask_credential_helper("test", "h.example");
    ASSERT_FALSE(found.ok()) << script;
    EXPECT_EQ(found.error().message().find("hush"), std::string::npos) << found.error().message();
    EXPECT_TRUE(found.error().message().starts_with("docker-credential-test: ")) << found.error().message();
  }
}

TEST_F(HelperTest, NeverHangsAndNeverFloods) {
  write("sleep 60");
  EXPECT_FALSE(ask_credential_helper("test", "h.example", std::chrono::milliseconds(100)).ok());
  write("exec >&-; sleep 60");
  EXPECT_FALSE(ask_credential_helper("test", "h.example", std::chrono::milliseconds(100)).ok());
  write("exec cat /dev/zero");
  EXPECT_EQ(ask_credential_helper("test", "h.example").error().code(), base::ErrorCode::limit);
}

TEST_F(HelperTest, NamesArePlain) {
  for (const char* name : {"", "../evil", "a b", "a;b", "a\nb"}) {
    EXPECT_EQ(ask_credential_helper(name, "h.example").error().code(), base::ErrorCode::usage) << name;
  }
}

TEST_F(HelperTest, TheHelperComesBeforeTheFile) {
  write(
      R"(read key; case $key in h.example) echo '{"Username":"helper","Secret":"s"}';; *) echo credentials not found; exit 1;; esac)");
  const std::string file = folder_ + "/config.json";
  std::ofstream(file) << R"({"credsStore":"test","auths":{"h.example":)" << auth("file", "1") << R"(,"o.example":)"
                      << auth("file", "1") << "}}";
  EXPECT_EQ(find_credentials({file}, "h.example", "app").credentials->username, "helper");
  EXPECT_EQ(find_credentials({file}, "o.example", "app").credentials->username, "file");
}

TEST_F(HelperTest, ProblemsAreGatheredAndTheNextFileAsked) {
  const std::string broken = folder_ + "/broken.json", good = folder_ + "/good.json";
  std::ofstream(broken) << "{";
  std::ofstream(good) << R"({"credsStore":"none-such","auths":{"h.example":)" << auth("me", "1") << "}}";
  const auto found = find_credentials({folder_ + "/absent.json", broken, good}, "h.example", "app");
  ASSERT_TRUE(found.credentials.has_value());
  EXPECT_EQ(found.credentials->username, "me");
  ASSERT_EQ(found.problems.size(), 2U);
  EXPECT_NE(found.problems[0].find(broken), std::string::npos);
  EXPECT_NE(found.problems[1].find("docker-credential-none-such"), std::string::npos);
}

}  // namespace
}  // namespace doorman::source
