// SPDX-License-Identifier: Apache-2.0
#include "parse/image/reference.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

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
  constexpr std::string_view simple =
      " App a//b /app app/ app: :1 app:-1 a___b a..b -a a_ a-/b app@sha256:123 app@ host.example:0/app "
      "host.example:65536/app host.example:x/app host.example:/app -host.example/app host..example/app [::1/app "
      "[]/app "
      "[::g]/app https://host.example/app user@host.example/app host.example/../app";
  std::vector<std::string> cases = {"app:a b", "host.example/app\n"};
  for (const std::string_view text : base::split(simple, ' ')) cases.emplace_back(text);
  cases.push_back(fmt::format("app:{:x>129}", ""));
  cases.push_back(fmt::format("app@{}@{}", digest, digest));
  cases.push_back(fmt::format("host.example/{:a>300}", ""));
  cases.emplace_back("host.example/app\0x", 18);
  cases.emplace_back(64, 'a');  // an image id
  cases.emplace_back(2000, 'a');
  for (const std::string& text : cases) {
    const auto reference = parse_reference(text);
    ASSERT_FALSE(reference.ok()) << text;
    EXPECT_EQ(reference.error().code(), base::ErrorCode::usage) << text;
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
