// SPDX-License-Identifier: Apache-2.0
#include "derive/support.h"

#include <gtest/gtest.h>

#include <string>

namespace doorman::derive {
namespace {

using State = model::Support::State;

model::Support at(const std::string& id, const std::string& version, std::string_view time,
                  const std::string& pretty = "") {
  return support_of({id, version, "", pretty}, base::parse_time(time).value());
}

void expect(const model::Support& support, State state, const std::string& until) {
  EXPECT_EQ(support.state, state);
  EXPECT_EQ(support.until, until);
}

TEST(Support, TheLastDayIsStillSupported) {
  expect(at("debian", "12", "2026-07-11T23:59:59Z"), State::supported, "2026-07-11");
  expect(at("debian", "12", "2026-07-12T00:00:00Z"), State::extended, "2028-06-30");
  expect(at("debian", "12", "2028-06-30T23:59:59Z"), State::extended, "2028-06-30");
  expect(at("debian", "12", "2028-07-01T00:00:00Z"), State::ended, "2028-06-30");
}

TEST(Support, WithoutExtensionItEnds) {
  expect(at("alpine", "3.19.1", "2025-11-01T12:00:00Z"), State::supported, "2025-11-01");
  expect(at("alpine", "3.19.1", "2025-11-02"), State::ended, "2025-11-01");
}

TEST(Support, MinorVersionsBelongToTheirRelease) {
  expect(at("rhel", "8.9", "2025-01-01"), State::supported, "2029-05-31");
  expect(at("centos", "7.9.2009", "2024-07-01"), State::ended, "2024-06-30");
  expect(at("amzn", "2018.03", "2023-01-01"), State::extended, "2023-12-31");
}

TEST(Support, TheFrontOfANumberIsNotTheNumber) {
  expect(at("alpine", "3.1", "2025-01-01"), State::unknown, "");
  expect(at("debian", "1", "2025-01-01"), State::unknown, "");
  expect(at("amzn", "2023", "2025-01-01"), State::supported, "2029-06-30");
  expect(at("amzn", "2", "2025-01-01"), State::supported, "2026-06-30");
}

TEST(Support, CentosStreamIsNotCentosLinux) {
  expect(at("centos", "8", "2022-01-01", "CentOS Linux 8"), State::ended, "2021-12-31");
  expect(at("centos", "8", "2022-01-01", "CentOS Stream 8"), State::supported, "2024-05-31");
}

TEST(Support, RollingReleasesHaveNoDate) {
  for (const auto* id : {"wolfi", "chainguard", "arch", "opensuse-tumbleweed"}) {
    expect(at(id, "20230201", "2025-01-01"), State::supported, "");
  }
}

TEST(Support, NoDateIsGuessed) {
  expect(at("debian", "", "2025-01-01"), State::unknown, "");
  expect(at("debian", "99", "2025-01-01"), State::unknown, "");
  expect(at("nobody", "1", "2025-01-01"), State::unknown, "");
}

}  // namespace
}  // namespace doorman::derive
