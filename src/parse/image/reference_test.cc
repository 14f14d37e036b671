// SPDX-License-Identifier: Apache-2.0
#include "parse/image/reference.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace doorman::parse::image {
namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

TEST(Reference, IsCompletedAsDockerDoes) {
  const std::pair<std::string, std::string> cases[] = {
      {"alpine", "docker.io/library/alpine:latest"},
      {"alpine:3.19", "docker.io/library/alpine:3.19"},
      {"me/app", "docker.io/me/app:latest"},
      {"docker.io/alpine", "docker.io/library/alpine:latest"},
      {"index.docker.io/alpine", "docker.io/library/alpine:latest"},
      {"docker.io/me/app:1", "docker.io/me/app:1"},
      {"localhost/app", "localhost/app:latest"},
      {"localhost:5000/app", "localhost:5000/app:latest"},
      {"registry.example/team/app_a__b-c--d.e:V1.0-x", "registry.example/team/app_a__b-c--d.e:V1.0-x"},
      {"HOST/app", "HOST/app:latest"},
      {"host:5000/app:1", "host:5000/app:1"},
      {"127.0.0.1:5000/app", "127.0.0.1:5000/app:latest"},
      {"[::1]:5000/app", "[::1]:5000/app:latest"},
      {"[2001:db8::1]/app", "[2001:db8::1]/app:latest"},
      {"app@" + digest, "docker.io/library/app@" + digest},
      {"registry.example/app:1@" + digest, "registry.example/app:1@" + digest},
  };
  for (const auto& [text, want] : cases) {
    const auto reference = parse_reference(text);
    ASSERT_TRUE(reference.ok()) << text << ": " << reference.error().message();
    EXPECT_EQ(reference->text(), want);
    EXPECT_EQ(parse_reference(want).value(), *reference) << "a completed reference stays as it is";
  }
}

TEST(Reference, RefusesWhatIsNone) {
  for (const std::string& text : {std::string(),
                                  std::string("App"),
                                  std::string("a//b"),
                                  std::string("/app"),
                                  std::string("app/"),
                                  std::string("app:"),
                                  std::string(":1"),
                                  std::string("app:-1"),
                                  std::string("app:a b"),
                                  "app:" + std::string(129, 'x'),
                                  std::string("a___b"),
                                  std::string("a..b"),
                                  std::string("-a"),
                                  std::string("a_"),
                                  std::string("a-/b"),
                                  std::string("app@sha256:123"),
                                  std::string("app@"),
                                  "app@" + digest + "@" + digest,
                                  std::string(64, 'a'),
                                  std::string("host.example:0/app"),
                                  std::string("host.example:65536/app"),
                                  std::string("host.example:x/app"),
                                  std::string("host.example:/app"),
                                  std::string("-host.example/app"),
                                  std::string("host..example/app"),
                                  std::string("[::1/app"),
                                  std::string("[]/app"),
                                  std::string("[::g]/app"),
                                  std::string("https://host.example/app"),
                                  std::string("user@host.example/app"),
                                  std::string("host.example/../app"),
                                  std::string("host.example/app\n"),
                                  std::string("host.example/app\0x", 18),
                                  std::string("host.example/") + std::string(300, 'a'),
                                  std::string(2000, 'a')}) {
    const auto reference = parse_reference(text);
    EXPECT_FALSE(reference.ok()) << text;
    if (!reference.ok()) {
      EXPECT_EQ(reference.error().code(), base::ErrorCode::usage) << text;
    }
  }
}

TEST(Reference, TheDigestIsKept) {
  const auto reference = parse_reference("registry.example/app@" + digest);
  ASSERT_TRUE(reference.ok());
  EXPECT_EQ(reference->digest->text(), digest);
  EXPECT_EQ(reference->tag, "");
}

}  // namespace
}  // namespace doorman::parse::image
