// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "loopback_server.h"
#include "net/http.h"

namespace doorman::net {
namespace {

using base::ErrorCode;

// NOLINTBEGIN(cert-env33-c): the shell sees nothing but the test's own words

/// `openssl s_server` with a certificate for 127.0.0.1 from an authority of our own.
class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no openssl program";
    folder_ = testing::TempDir() + "doorman-tls-" + std::to_string(getpid());
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/make.sh") << R"sh(set -e
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 \
  -subj "/CN=Test Authority" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.csr -subj "/CN=server" 2>/dev/null
echo "subjectAltName=IP:127.0.0.1" > ext
openssl x509 -req -in cert.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile ext 2>/dev/null
)sh";
    ASSERT_EQ(std::system(("sh " + folder_ + "/make.sh").c_str()), 0);
    std::ofstream(folder_ + "/page") << "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    std::ofstream(folder_ + "/down")
        << "HTTP/1.0 302 X\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:1/\r\n\r\n";
    const std::string command =
        "cd " + folder_ +
        " && echo $$ && exec openssl s_server -accept 127.0.0.1:0 -cert cert.pem -key key.pem -HTTP 2>&1";
    server_ = popen(command.c_str(), "r");
    ASSERT_NE(server_, nullptr);
    char line[256];
    if (std::fgets(line, sizeof line, server_) != nullptr)
      pid_ = static_cast<pid_t>(base::to_number(base::trim(line)).value_or(0));
    while (port_.empty() && std::fgets(line, sizeof line, server_) != nullptr) {
      const std::string text = line;
      if (text.starts_with("ACCEPT")) {
        port_ = text.substr(text.rfind(':') + 1, text.find('\n') - text.rfind(':') - 1);
      }
    }
    ASSERT_FALSE(port_.empty());
  }
  void TearDown() override {
    if (pid_ > 0) kill(pid_, SIGTERM);
    if (server_ != nullptr) pclose(server_);
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  base::Result<HttpResponse> get(HttpOptions options, const std::string& host = "127.0.0.1",
                                 const std::string& path = "/page") {
    DOORMAN_TRY(const auto client, HttpClient::make(std::move(options)));
    return client.send({.url = "https://" + host + ":" + port_ + path});
  }

  std::string folder_, port_;
  std::FILE* server_ = nullptr;
  pid_t pid_ = 0;
};

// NOLINTEND(cert-env33-c)

TEST_F(TlsTest, AnUnknownAuthorityIsDenied) {
  const auto response = get({});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code(), ErrorCode::denied) << response.error().message();
}

TEST_F(TlsTest, APrivateAuthorityIsTrustedFromAFileOrFolder) {
  HttpOptions options;
  options.ca_path = folder_ + "/ca.pem";
  EXPECT_TRUE(get(options).ok());
  const std::string authorities = folder_ + "/authorities";
  std::filesystem::create_directory(authorities);
  std::filesystem::copy_file(folder_ + "/ca.pem", authorities + "/ours.crt");
  std::ofstream(authorities + "/README") << "no certificate";
  options.ca_path = authorities;
  EXPECT_TRUE(get(options).ok());
}

TEST_F(TlsTest, TheNameMustFit) {
  HttpOptions options;
  options.ca_path = folder_ + "/ca.pem";
  EXPECT_EQ(get(options, "localhost").error().code(), ErrorCode::denied);
}

TEST_F(TlsTest, InsecureTakesAnyCertificate) {
  HttpOptions options;
  options.insecure = true;
  EXPECT_TRUE(get(options, "localhost").ok());
}

TEST_F(TlsTest, NoRedirectLeadsOutOfTls) {
  HttpOptions options;
  options.insecure = true;
  const auto response = get(options, "127.0.0.1", "/down");
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code(), ErrorCode::usage);
  EXPECT_NE(response.error().message().find("from https to http"), std::string::npos) << response.error().message();
}

TEST_F(TlsTest, ARedirectIntoTlsIsFollowed) {
  tests::LoopbackServer plain([&](const tests::LoopbackServer::Request&, tests::LoopbackServer::Connection& wire) {
    wire.answer(302, "", "Location: https://127.0.0.1:" + port_ + "/page\r\n");
  });
  HttpOptions options;
  options.insecure = true;
  auto response = HttpClient::make(options)->send({.url = plain.url("/"), .authorization = "Basic secret"});
  ASSERT_TRUE(response.ok()) << response.error().message();
  EXPECT_EQ(response->url(), "https://127.0.0.1:" + port_ + "/page");
  EXPECT_EQ(response->read_all(100).value(), "hello");
}

TEST(Tls, AnUnreadableAuthorityIsAnError) {
  HttpOptions options;
  options.ca_path = "/no/such/file.pem";
  EXPECT_EQ(HttpClient::make(options).error().code(), ErrorCode::not_found);
  options.ca_path = testing::TempDir() + "doorman-empty-" + std::to_string(getpid());
  std::filesystem::create_directory(options.ca_path);
  EXPECT_EQ(HttpClient::make(options).error().code(), ErrorCode::usage);
  std::filesystem::remove(options.ca_path);
}

TEST(Tls, APlainServerIsRecognised) {
  tests::LoopbackServer plain([](const tests::LoopbackServer::Request&, tests::LoopbackServer::Connection&) {});
  const auto response = HttpClient::make()->send({.url = "https://" + plain.host() + "/"});
  ASSERT_FALSE(response.ok());
  EXPECT_TRUE(response.error().code() == ErrorCode::unsupported || response.error().code() == ErrorCode::network);
}

}  // namespace
}  // namespace doorman::net
