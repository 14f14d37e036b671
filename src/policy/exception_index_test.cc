// SPDX-License-Identifier: Apache-2.0
#include "policy/exception_index.h"

#include <gtest/gtest.h>

namespace doorman::policy {
namespace {

using State = model::ExceptionUse::State;

constexpr std::size_t root_rule = 0, flaw_rule = 1;
constexpr base::Time today = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(12);

Exception exception(std::string name, std::vector<Exception::Part> subject,
                    std::vector<bool> rules = {true, true}) {
  Exception made;
  made.name = std::move(name);
  made.rules = std::move(rules);
  made.subject = std::move(subject);
  return made;
}

SubjectNames shop() {
  SubjectNames names;
  names.add(SubjectKey::image, "registry.example/shop:1");
  names.add(SubjectKey::digest, "sha256:1234");
  return names;
}

SubjectNames flaw(std::string_view package, std::string_view id, std::string_view alias) {
  SubjectNames names;
  names.add(SubjectKey::package, package);
  names.add(SubjectKey::vulnerability, id);
  names.add(SubjectKey::vulnerability, alias);
  return names;
}

TEST(ExceptionIndex, EveryPartOfTheSubjectMustHold) {
  const std::vector<Exception> exceptions = {
      exception("both", {{SubjectKey::package, {"openssl"}}, {SubjectKey::vulnerability, {"CVE-2024-*"}}}),
  };
  ExceptionIndex index(exceptions, shop(), today);
  EXPECT_EQ(index.take(flaw_rule, flaw("openssl", "CVE-2024-1", "")), 0U);
  EXPECT_EQ(index.take(flaw_rule, flaw("openssl", "CVE-2023-1", "")), std::nullopt);
  EXPECT_EQ(index.take(flaw_rule, flaw("zlib", "CVE-2024-1", "")), std::nullopt);
  EXPECT_EQ(index.take(root_rule, {}), std::nullopt);
  EXPECT_EQ(index.uses().front().matches, 1U);
}

TEST(ExceptionIndex, TheFirstTakesTheMatchAndAllThatCoverItCount) {
  const std::vector<Exception> exceptions = {
      exception("pattern", {{SubjectKey::package, {"open*"}}}),
      exception("by either id", {{SubjectKey::vulnerability, {"CVE-2024-1", "GHSA-1"}}}),
      exception("other rule", {{SubjectKey::package, {"openssl"}}}, {true, false}),
      exception("whole image", {{SubjectKey::image, {"registry.example/*"}}}),
  };
  ExceptionIndex index(exceptions, shop(), today);
  EXPECT_EQ(index.take(flaw_rule, flaw("openssl", "CVE-2024-1", "GHSA-1")), 0U);
  EXPECT_EQ(index.take(flaw_rule, flaw("zlib", "CVE-2024-1", "GHSA-1")), 1U);
  EXPECT_EQ(index.take(flaw_rule, flaw("zlib", "CVE-2024-2", "")), 3U);
  const auto uses = index.uses();
  EXPECT_EQ(uses[0].matches, 1U);
  EXPECT_EQ(uses[1].matches, 2U);
  EXPECT_EQ(uses[2].matches, 0U);
  EXPECT_EQ(uses[2].state, State::unused);
  EXPECT_EQ(uses[3].matches, 3U);
  EXPECT_EQ(uses[3].state, State::used);
}

TEST(ExceptionIndex, OfAnotherImageIsUnused) {
  const std::vector<Exception> exceptions = {
      exception("name", {{SubjectKey::image, {"registry.example/blog*"}}}),
      exception("digest", {{SubjectKey::digest, {"sha256:9*"}}, {SubjectKey::package, {"openssl"}}}),
      exception("this digest", {{SubjectKey::digest, {"sha256:1234"}}, {SubjectKey::package, {"openssl"}}}),
  };
  ExceptionIndex index(exceptions, shop(), today);
  EXPECT_EQ(index.take(flaw_rule, flaw("openssl", "CVE-2024-1", "")), 2U);
  EXPECT_EQ(index.uses()[0].state, State::unused);
  EXPECT_EQ(index.uses()[1].state, State::unused);
}

TEST(ExceptionIndex, TheLastDayIsADayOnWhichItCounts) {
  std::vector<Exception> exceptions = {exception("flaw", {{SubjectKey::package, {"openssl"}}}),
                                       exception("wide", {})};
  exceptions[0].last_day = std::chrono::year(2026) / 3 / 1;
  exceptions[1].last_day = std::chrono::year(2026) / 2 / 28;
  ExceptionIndex index(exceptions, shop(), today);
  EXPECT_EQ(index.take(flaw_rule, flaw("openssl", "CVE-2024-1", "")), 0U);
  EXPECT_EQ(index.take(root_rule, {}), std::nullopt);
  const auto uses = index.uses();
  EXPECT_EQ(uses[0].state, State::used);
  EXPECT_EQ(uses[1].state, State::expired);
  EXPECT_EQ(uses[1].matches, 2U);

  ExceptionIndex later(exceptions, shop(), today + std::chrono::days(1));
  EXPECT_EQ(later.take(flaw_rule, flaw("openssl", "CVE-2024-1", "")), std::nullopt);
  EXPECT_EQ(later.uses()[0].state, State::expired);
  EXPECT_EQ(later.uses()[0].matches, 1U);
}

}  // namespace
}  // namespace doorman::policy
