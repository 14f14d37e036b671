// SPDX-License-Identifier: Apache-2.0
#include "policy/judge.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/load/exception_files.h"
#include "policy/load/load.h"

namespace doorman::policy {
namespace {

using model::Decision;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = model::ExceptionUse::State;

constexpr base::Time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);

constexpr std::string_view rules = R"(
- rule: Runs as root
  desc: It does
  condition: image.is_root = true
  output: "%image.target starts as root"
  priority: WARNING
  source: image
  tags: [user]
  remediation: Name a user
  reference: https://example.com/user
- rule: Exploited flaw
  desc: It is
  condition: vuln.kev = true
  output: "%vuln.id in %pkg.name"
  priority: ERROR
  source: vulnerability
  action: deny
- rule: Any package
  desc: Any
  condition: pkg.name exists
  output: "%pkg.name"
  priority: INFO
  source: package
- rule: Set-id program
  desc: It is
  condition: file.setuid = true or file.notable intersects (world_writable)
  output: "%file.path %file.notable"
  priority: NOTICE
  source: file
- rule: Secret
  desc: It is
  condition: secret.rule exists
  output: "%secret.masked"
  priority: CRITICAL
  source: secret
  action: deny
- rule: Off
  desc: Off
  condition: image.kind exists
  enabled: false
  output: "off"
  priority: EMERGENCY
  source: image
  action: deny
- rule: About events
  desc: Not asked
  condition: evt.type = openat
  output: "never"
  priority: EMERGENCY
)";

std::shared_ptr<const Engine> compile(std::string_view text) {
  Loaded loaded = load_rules({{"rules.yaml", std::string(text)}});
  auto engine = Engine::compile(std::move(loaded.rules), loaded.diagnostics);
  for (const Diagnostic& each : loaded.diagnostics) ADD_FAILURE() << each.message;
  return engine;
}

model::FoundPackage package(std::string name, std::string source) {
  model::FoundPackage found;
  found.package.name = std::move(name);
  found.package.source_name = std::move(source);
  found.package.version = "1";
  found.purl = "pkg:deb/debian/" + found.package.name + "@1";
  found.paths = {"var/lib/dpkg/status"};
  found.layer = 0;
  return found;
}

model::Finding finding(const model::Subject& subject, std::uint32_t package, std::string id, bool exploited) {
  model::Vulnerability flaw;
  flaw.id = std::move(id);
  flaw.known_exploited = exploited;
  return {subject, package, flaw};
}

model::Report report() {
  model::Inventory inventory(model::Subject::image(base::digest_of("config")));
  inventory.target = "registry.example/shop:1";
  inventory.config.emplace();
  inventory.packages = {package("libssl3", "openssl"), package("zlib1g", "")};
  return {.inventory = inventory,
          .findings = {finding(inventory.subject, 0, "CVE-2024-1", true),
                       finding(inventory.subject, 1, "CVE-2024-2", false)},
          .hidden = 0,
          .database = {},
          .created = {},
          .tool_version = {},
          .verdict = {}};
}

class JudgeTest : public testing::Test {
 protected:
  model::Verdict judged(std::string_view exceptions = "", std::size_t told = 100) {
    LoadedExceptions loaded = load_exceptions({{"exceptions.yaml", std::string(exceptions)}}, engine_->rules());
    EXPECT_TRUE(loaded.ok()) << to_text(loaded.diagnostics.front(), loaded.texts);
    return judge(engine_, report_, name_, loaded.exceptions, {.now = now, .packs = {"test"}, .told = told});
  }
  static std::vector<std::string> names(const model::Verdict& verdict) {
    std::vector<std::string> all;
    all.reserve(verdict.rules.size());
    for (const auto& rule : verdict.rules) all.push_back(rule.name);
    return all;
  }
  static std::vector<std::string> messages(const model::Verdict& verdict) {
    std::vector<std::string> all;
    all.reserve(verdict.matches.size());
    for (const auto& match : verdict.matches) all.push_back(match.message);
    return all;
  }

  std::shared_ptr<const Engine> engine_ = compile(rules);
  model::Report report_ = report();
  model::ImageName name_{"registry.example/shop:1", "registry.example", "shop", "1", false};
};

TEST_F(JudgeTest, EveryThingIsAskedOnce) {
  const model::Verdict verdict = judged();
  EXPECT_EQ(verdict.decision, Decision::deny);
  EXPECT_THAT(names(verdict), ElementsAre("Exploited flaw", "Runs as root", "Any package"));
  EXPECT_THAT(messages(verdict),
              ElementsAre("CVE-2024-1 in libssl3", "registry.example/shop:1 starts as root", "libssl3", "zlib1g"));
  EXPECT_EQ(verdict.asked, 5U);
  EXPECT_THAT(verdict.packs, ElementsAre("test"));
}

TEST_F(JudgeTest, AMatchTellsWhatAndWhere) {
  const model::Verdict verdict = judged();
  EXPECT_EQ(verdict.matches[0].what, "CVE-2024-1");
  EXPECT_EQ(verdict.matches[0].path, "var/lib/dpkg/status");
  EXPECT_EQ(verdict.matches[0].package, 0U);
  EXPECT_EQ(verdict.matches[0].subject, report_.inventory.subject);
  EXPECT_EQ(verdict.matches[1].what, "");
  EXPECT_EQ(verdict.matches[3].what, "pkg:deb/debian/zlib1g@1");
  EXPECT_EQ(verdict.rules[1].remediation, "Name a user");
  EXPECT_EQ(verdict.rules[1].reference, "https://example.com/user");
  EXPECT_THAT(verdict.rules[1].tags, ElementsAre("user"));
  EXPECT_EQ(verdict.rules[2].matches, 2U);
}

TEST_F(JudgeTest, WhatNoRuleMatchesIsAllowed) {
  report_.inventory.config->user = "app";
  report_.inventory.packages.clear();
  report_.findings.clear();
  const model::Verdict verdict = judged();
  EXPECT_EQ(verdict.decision, Decision::allow);
  EXPECT_THAT(verdict.rules, IsEmpty());
}

TEST_F(JudgeTest, AnExceptionTakesTheMatchAwayAndIsTold) {
  const model::Verdict verdict = judged(R"(
- {exception: by source, rule: Exploited flaw, subject: {package: openssl}, reason: r, expires: never}
- {exception: over, rule: Runs as root, subject: {image: registry.example/shop}, reason: r, expires: 2026-11-20}
- {exception: other, rule: Any package, subject: {package: bash}, reason: r, expires: 2027-01-01}
)");
  EXPECT_EQ(verdict.decision, Decision::warn);
  ASSERT_THAT(verdict.rules, SizeIs(3));
  EXPECT_EQ(verdict.rules[0].matches, 0U);
  EXPECT_EQ(verdict.rules[0].excepted, 1U);
  EXPECT_EQ(verdict.matches[0].exception, 0U);
  EXPECT_EQ(verdict.matches[1].exception, std::nullopt);
  ASSERT_THAT(verdict.exceptions, SizeIs(3));
  EXPECT_EQ(verdict.exceptions[0].state, State::used);
  EXPECT_EQ(verdict.exceptions[1].state, State::expired);
  EXPECT_EQ(verdict.exceptions[1].matches, 1U);
  EXPECT_EQ(verdict.exceptions[2].state, State::unused);
}

TEST_F(JudgeTest, TheImageIsKnownByAllItsNames) {
  for (const std::string_view subject : {"image: 'registry.example/shop:1'", "image: registry.example/shop",
                                         "image: 'registry.*'", "digest: 'sha256:*'"}) {
    const model::Verdict verdict =
        judged(fmt::format("- {{exception: e, rule: '*', subject: {{{}}}, reason: r, expires: never}}", subject));
    EXPECT_EQ(verdict.decision, Decision::allow) << subject;
    EXPECT_EQ(verdict.exceptions[0].matches, 4U);
  }
}

TEST_F(JudgeTest, MoreMatchesThanAreToldAreCounted) {
  report_.inventory.packages.clear();
  for (int i = 0; i < 1000; ++i) report_.inventory.packages.push_back(package(fmt::format("p{:04}", i), ""));
  const model::Verdict verdict = judged(
      "- {exception: half, rule: Any package, subject: {package: 'p0[0-4]*'}, reason: r, expires: never}", 10);
  const model::MatchedRule& rule = verdict.rules.back();
  EXPECT_EQ(rule.matches, 500U);
  EXPECT_EQ(rule.excepted, 500U);
  EXPECT_EQ(rule.hidden, 980U);
  EXPECT_EQ(verdict.exceptions[0].matches, 500U);
  EXPECT_EQ(verdict.matches.back().message, "p0009");
  EXPECT_EQ(verdict.matches[2].message, "p0500");
}

TEST_F(JudgeTest, WhatIsKnownOfOnePathIsAskedTogether) {
  using Reason = model::NotableFile::Reason;
  const auto program = [](std::string path, std::uint32_t mode) {
    return model::FoundProgram{{std::move(path), model::ProgramFile::Kind::elf, mode, 0, 0, 1, base::digest_of("")},
                               0,
                               model::FoundPackage::none};
  };
  const auto notable = [](std::string path, Reason reason) {
    return model::FoundNotable{{reason, std::move(path), "", 0777, 0, 0, 1, 1}, 0, model::FoundPackage::none};
  };
  report_.inventory.programs = {program("bin/a", 0755), program("bin/c", 04755), program("bin/d", 04755)};
  report_.inventory.notable = {notable("bin/b", Reason::world_writable), notable("bin/c", Reason::world_writable),
                               notable("bin/c", Reason::capabilities), notable("bin/e", Reason::capabilities)};
  const model::Verdict verdict = judged();
  std::vector<std::string> told;
  for (const auto& match : verdict.matches) {
    if (verdict.rules[match.rule].name == "Set-id program") told.push_back(match.message);
  }
  EXPECT_THAT(told, ElementsAre("/bin/b (world_writable)", "/bin/c (world_writable,capabilities)", "/bin/d ()"));
}

TEST_F(JudgeTest, ASecretIsExceptedByItsFingerprintOrItsPath) {
  model::FoundSecret secret;
  secret.secret.path = "etc/app.env";
  secret.secret.line = 3;
  secret.secret.rule = "password";
  secret.secret.masked = "hunt\x1b (9 characters)";
  secret.secret.fingerprint = "0123456789abcdef";
  report_.inventory.secrets = {secret};
  EXPECT_EQ(judged().matches.front().what, "etc/app.env:3");
  EXPECT_EQ(judged().matches.front().line, 3U);
  EXPECT_EQ(judged().matches.front().message, "hunt\\x1b (9 characters)");
  for (const std::string_view subject :
       {"secret: 0123456789abcdef", "secret: password", "path: /etc/app.env", "path: etc/*.env"}) {
    const model::Verdict verdict = judged(
        fmt::format("- {{exception: e, rule: Secret, subject: {{{}}}, reason: r, expires: never}}", subject));
    EXPECT_EQ(verdict.exceptions[0].state, State::used) << subject;
  }
}

}  // namespace
}  // namespace doorman::policy
