// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <gtest/gtest.h>

namespace doorman::net {
namespace {

TEST(Url, TakesSchemeHostAndPortApart) {
  const auto url = parse_url("HTTPS://Registry.Example/v2/app?x=1#part");
  ASSERT_TRUE(url.ok()) << url.error().message();
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "registry.example");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->without_query().substr(url->without_query().size() - 7), "/v2/app");
  EXPECT_EQ(url->text.find('#'), std::string::npos);
}

TEST(Url, OriginIsSchemeHostAndPort) {
  const auto url = parse_url("https://a.example/x");
  EXPECT_TRUE(url->same_origin(*parse_url("https://A.example:443/y")));
  EXPECT_FALSE(url->same_origin(*parse_url("https://a.example:444/x")));
  EXPECT_FALSE(url->same_origin(*parse_url("http://a.example:443/x")));
  EXPECT_FALSE(url->same_origin(*parse_url("https://b.example/x")));
}

TEST(Url, RefusesWhatIsNoPlainWebAddress) {
  for (const char* text : {"", "registry.example/app", "ftp://a.example/x", "file:///etc/passwd",
                           "https://user@a.example/", "https://user:word@a.example/", "https://a.example/\r\nX: y",
                           "https://a.example/a b", "https://", "https://a.example:99999/"}) {
    EXPECT_FALSE(parse_url(text).ok()) << text;
  }
  EXPECT_FALSE(parse_url("https://a.example/" + std::string(9000, 'x')).ok());
}

TEST(Url, ErrorsKeepQuerySecret) {
  const auto url = parse_url("ftp://a.example/x?token=hush");
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.error().message().find("hush"), std::string::npos) << url.error().message();
}

TEST(Url, ResolvesRedirectTargets) {
  const auto from = parse_url("https://a.example/v2/app/blobs/x?y=1");
  EXPECT_EQ(resolve_url(*from, "/z")->text, "https://a.example/z");
  EXPECT_EQ(resolve_url(*from, "z")->text, "https://a.example/v2/app/blobs/z");
  EXPECT_EQ(resolve_url(*from, "//b.example/z")->host, "b.example");
  EXPECT_EQ(resolve_url(*from, "http://a.example/z")->scheme, "http");
  EXPECT_FALSE(resolve_url(*from, "file:///etc/passwd").ok());
  EXPECT_FALSE(resolve_url(*from, "https://user:word@b.example/").ok());
}

TEST(Url, KnowsThisMachine) {
  for (const char* host : {"localhost", "LocalHost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host : {"localhost.example", "127.0.0.1.example", "128.0.0.1", "1.127.0.0", "::2",
                           "[::ffff:10.0.0.1]", "127", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(Url, EscapesQueries) {
  EXPECT_EQ(encode_query({{"scope", "repository:a/b:pull"}, {"service", "x&y=z"}}),
            "scope=repository%3Aa%2Fb%3Apull&service=x%26y%3Dz");
  EXPECT_EQ(percent_encode("a-b._~\xff"), "a-b._~%FF");
}

}  // namespace
}  // namespace doorman::net
