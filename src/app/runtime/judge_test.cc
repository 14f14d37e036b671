// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <span>

#include "app/runtime/admission_entry.h"
#include "app/runtime/break_glass.h"
#include "app/runtime/door_scan.h"
#include "app/runtime/hardening.h"
#include "app/runtime/request.h"
#include "app/runtime/told_admission.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "policy/output.h"
#include "scratch.h"

namespace doorman::app {
namespace {

using model::Decision;
using model::OnError;
using parse::container::Bundle;
using testing::IsEmpty;

class AdmissionTest : public testing::Test {
 protected:
  void SetUp() override {
    bundle_.capabilities.bounding = {"CAP_CHOWN", "CAP_NET_ADMIN"};
    bundle_.seccomp = true;
    bundle_.masked_paths = {"/proc/kcore"};
    bundle_.uid = 7;
    who_.container.id = std::string(64, 'a');
    who_.container.name = "shop";
    who_.container.image = "registry.example/shop:1";
    who_.container.image_id = "sha256:" + std::string(64, 'b');
  }
  [[nodiscard]] model::AdmissionRequest request() const {
    source::container::Finding who = who_;
    who.settings = bundle_;
    return request_of(std::move(who), reach_);
  }
  [[nodiscard]] std::string shown(std::string_view output) const {
    const auto format = policy::OutputFormat::parse(output, model::EventSource::admission);
    base::Arena scratch;
    const model::AdmissionRequest asked = request();
    return std::get<policy::OutputFormat>(format).render(model::AdmissionRecord(asked), scratch);
  }
  [[nodiscard]] std::shared_ptr<const policy::Engine> rules(const std::string& text) const {
    const std::string file = (scratch_.path() / "rules.yaml").string();
    std::ofstream(file) << text;
    return open_admission_rules({file}).value();
  }

  tests::ScratchFolder scratch_;
  Bundle bundle_;
  source::container::Finding who_;
  source::container::HostReach reach_;
};

TEST_F(AdmissionTest, SaysWhatTheBundleSays) {
  bundle_.namespaces = {{"user", ""}};
  bundle_.memory_limit = 1000;
  bundle_.cpu_quota = 50;
  bundle_.cpu_period = 100;
  bundle_.env = {"A=1", "A=2"};
  bundle_.selinux_label = "system_u:system_r:container_t:s0";
  bundle_.sysctls = {{"net.a", "1"}};
  EXPECT_EQ(shown("%container.id %container.name %container.image.id"), "aaaaaaaaaaaa shop bbbbbbbbbbbb");
  EXPECT_EQ(shown("%image.registry %image.repository %image.tag"), "registry.example shop 1");
  EXPECT_EQ(shown("%container.capabilities.add %container.capabilities"), "(NET_ADMIN) (CHOWN,NET_ADMIN)");
  EXPECT_EQ(shown("%container.is_root %container.user %container.host_users"), "false 7:0 false");
  EXPECT_EQ(shown("%container.limits.memory %container.env[A] %container.sysctls"), "1000 1 (net.a=1)");
  EXPECT_EQ(shown("%container.seccomp %container.proc_mount %container.selinux.type"),
            "filter Default container_t");
  EXPECT_EQ(shown("%image.scanned %image.worst_fixable %image.known_exploited"), "false <NA> <NA>");
  who_.container.image_facts = std::make_shared<const model::ImageFacts>(model::ImageFacts{
      .worst = model::Severity::critical, .known_exploited = true, .packages = {}, .programs = {}});
  EXPECT_EQ(shown("%image.scanned %image.worst_fixable %image.known_exploited"), "true critical true");
}

TEST_F(AdmissionTest, WhatHasAllRightsIsPrivilegedWhateverTheEngineSays) {
  who_.container.privileged = false;
  bundle_.seccomp = false;
  bundle_.masked_paths.clear();
  bundle_.capabilities.bounding = {"CAP_DAC_READ_SEARCH", "CAP_NET_ADMIN",  "CAP_SYS_ADMIN",
                                   "CAP_SYS_MODULE",      "CAP_SYS_PTRACE", "CAP_SYS_RAWIO"};
  EXPECT_EQ(request().container.privileged, true);
}

constexpr const char* two_rules = R"(
- {rule: Scanned, desc: d, condition: image.worst_fixable = critical, output: bad, priority: ERROR, source: admission, action: deny}
- {rule: Rights, desc: d, condition: container.capabilities = NET_ADMIN, output: net, priority: ERROR, source: admission}
)";

TEST_F(AdmissionTest, ARuleThatTellsLetsThrough) {
  const AdmissionVerdict verdict = judge_admission(rules(two_rules), request(), {}, OnError::deny);
  EXPECT_EQ(verdict.decision(), Decision::warn);
  ASSERT_EQ(verdict.rules.size(), 1U);
  EXPECT_EQ(verdict.rules[0].output, "net");
}

TEST_F(AdmissionTest, WhatCannotBeReadIsWhatTheSettingSays) {
  const Unread unread{{}, {}, "images/x.json: broken"};
  const AdmissionVerdict denied = judge_admission(rules(two_rules), request(), unread, OnError::deny);
  EXPECT_EQ(denied.decision(), Decision::deny);
  EXPECT_EQ(denied.reason(), "Scanned: cannot be decided: images/x.json: broken");
  const AdmissionVerdict allowed = judge_admission(rules(two_rules), request(), unread, OnError::allow);
  EXPECT_EQ(allowed.decision(), Decision::warn);
  EXPECT_EQ(allowed.rules.size(), 2U);
}

TEST_F(AdmissionTest, ARulesOwnWordComesFirst) {
  const std::string start =
      "- {rule: S, desc: d, condition: container.image.tag = x, output: o, priority: ERROR, source: admission, ";
  const Unread unread{"database is locked", "database is locked", {}};
  EXPECT_EQ(judge_admission(rules(start + "on_error: deny}"), request(), unread, OnError::allow).decision(),
            Decision::deny);
  EXPECT_EQ(
      judge_admission(rules(start + "action: deny, on_error: allow}"), request(), unread, OnError::deny).decision(),
      Decision::warn);
}

TEST_F(AdmissionTest, AnImageThatIsKnownIsJudgedThoughTheEngineSaysLess) {
  const Unread unread{"database is locked", {}, {}};
  const AdmissionVerdict verdict = judge_admission(rules(two_rules), request(), unread, OnError::deny);
  EXPECT_EQ(verdict.decision(), Decision::warn);
  const std::string by_label =
      "- {rule: L, desc: d, condition: 'container.label[a] = b', output: o, priority: ERROR, source: admission, "
      "action: deny}";
  EXPECT_EQ(judge_admission(rules(by_label), request(), unread, OnError::deny).decision(), Decision::deny);
}

TEST_F(AdmissionTest, FilesWithoutARuleForItAreAnError) {
  const std::string file = (scratch_.path() / "falco.yaml").string();
  std::ofstream(file) << "- {rule: R, desc: d, condition: evt.type = open, output: o, priority: INFO}\n";
  EXPECT_FALSE(open_admission_rules({file}).ok());
  EXPECT_EQ(open_admission_rules({"none"}).value(), nullptr);
  EXPECT_NE(open_admission_rules({}).value(), nullptr);
}

TEST_F(AdmissionTest, IsToldAsOneLineThatCannotBeBroken) {
  AdmissionVerdict verdict = judge_admission(rules(two_rules), request(), {}, OnError::deny);
  who_.container.name = "a\nb\"";
  const model::AdmissionRequest asked = request();
  const AdmissionEntry entry{1'500'000'000, Decision::warn, "create", "/b", asked, verdict, {}, {}};
  const std::string line = admission_line(entry);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto document = base::JsonDocument::parse(line).value();
  EXPECT_EQ(document.root()["container.name"].string(), "a\\x0ab\"");
  EXPECT_EQ(document.root()["admission.rules"].items().at(0)["rule"].string(), "Rights");
  const ToldAdmission told = parse_admission_line(base::trim(line)).value();
  EXPECT_EQ(told.nanoseconds, 1'500'000'000U);
  EXPECT_EQ(told.decision, Decision::warn);
  EXPECT_EQ(told.line, line);
  EXPECT_EQ(told.what, "let in: Rights: net");
}

TEST_F(AdmissionTest, ALineIsNeverLongerThanItMayBe) {
  AdmissionVerdict verdict;
  for (int i = 0; i < 2000; ++i) {
    AdmissionVerdict::Rule rule;
    rule.name = rule.output = std::string(10'000, '\x01');
    verdict.add(std::move(rule));
  }
  bundle_.capabilities.bounding.assign(4000, std::string(5000, 'X'));
  const model::AdmissionRequest asked = request();
  const std::vector<model::BundleChange> changes(500, {"by", "what", std::string(9000, '\xff'), "after"});
  const std::string line =
      admission_line({1, Decision::deny, "create", std::string(90'000, 'b'), asked, verdict, changes, {}});
  EXPECT_LE(line.size(), max_admission_line_bytes);
  EXPECT_TRUE(parse_admission_line(line).ok());
}

TEST_F(AdmissionTest, OfAContainerThatWasNotJudgedTheIdAloneIsTold) {
  const model::AdmissionRequest asked = request();
  const std::string line = admission_line({1, Decision::deny, "create", "/b", asked, {}, {}, "why", false});
  EXPECT_NE(line.find("container.full_id"), std::string::npos);
  EXPECT_EQ(line.find("container.is_root"), std::string::npos);
  EXPECT_EQ(parse_admission_line(line)->what, "refused: why");
}

TEST(AdmissionLine, ThatIsNoneIsAnError) {
  for (const char* line : {"", "{", "[]", "{}", R"({"time":"2026-11-21T10:15:30Z"})",
                           R"({"admission.verdict":"deny"})", R"({"time":"yesterday","admission.verdict":"deny"})",
                           R"({"time":"2026-11-21T10:15:30Z","admission.verdict":"no"})"}) {
    EXPECT_FALSE(parse_admission_line(line).ok()) << line;
  }
  const auto told = parse_admission_line(
      R"({"time":"2026-11-21T10:15:30.000000007Z","admission.verdict":"warn","container.is_root":"maybe","container.name":"x"})");
  EXPECT_EQ(told->nanoseconds % 1'000'000'000, 7U);
  EXPECT_EQ(told->container, "x");
  base::Arena scratch;
  const auto facts = facts_of(*told);
  EXPECT_EQ(facts->read(model::use_field("container.name").value(), scratch).text(), "x");
  EXPECT_FALSE(facts->read(model::use_field("container.is_root").value(), scratch).exists());
}

constexpr const char* with_hardening = R"(
- {harden: One, condition: container.capabilities = NET_ADMIN, set: {no_new_privileges: true}}
- {harden: Two, condition: 'container.label[a] = b', set: {read_only_root: true}}
- {harden: Three, condition: 'container.label[a] = b', on_error: allow, set: {read_only_root: true}}
- {break_glass: Glass, condition: 'container.label[a] = b', rules: ['*']}
)";

TEST_F(AdmissionTest, AHardeningThatCannotBeDecidedIsDoneAndNoGlassIsBroken) {
  const auto engine = rules(with_hardening);
  const auto names = [&](const Unread& unread, OnError otherwise) {
    std::string text;
    const AdmissionVerdict verdict = judge_admission(engine, request(), unread, otherwise);
    EXPECT_THAT(verdict.rules, IsEmpty());
    EXPECT_THAT(verdict.break_glasses, IsEmpty());
    for (const policy::Rule* rule : verdict.hardenings) text += rule->name + " ";
    return text;
  };
  EXPECT_EQ(names({}, OnError::deny), "One ");
  EXPECT_EQ(names({"database is locked", {}, {}}, OnError::deny), "One Two ");
  EXPECT_EQ(names({"database is locked", {}, {}}, OnError::allow), "One ");
}

constexpr const char* with_glass = R"(
- {rule: Rights, desc: d, condition: container.capabilities = NET_ADMIN, output: net, priority: ERROR, source: admission, action: deny}
- {rule: Root, desc: d, condition: container.is_root = true, output: root, priority: ERROR, source: admission, action: deny}
- {rule: Told, desc: d, condition: container.id exists, output: x, priority: ERROR, source: admission}
- {break_glass: Net, condition: container.id exists, rules: [Right*]}
- {break_glass: All, condition: container.id exists, annotation: other, rules: ['*']}
)";

TEST_F(AdmissionTest, GlassIsBrokenWhereItCoversEveryRefusalAndSaysWhy) {
  const auto engine = rules(with_glass);
  const auto broken = [&] {
    const model::AdmissionRequest asked = request();
    AdmissionVerdict verdict = judge_admission(engine, asked, {}, OnError::deny);
    break_glass(verdict, asked);
    EXPECT_EQ(verdict.decision(), verdict.broken ? Decision::warn : Decision::deny);
    return verdict.broken ? verdict.broken->by + ": " + verdict.broken->reason : "no";
  };
  EXPECT_EQ(broken(), "no");
  bundle_.annotations = {{"io.doorman.break-glass", " \t\n"}};
  EXPECT_EQ(broken(), "no") << "blanks are no reason";
  bundle_.annotations = {{"io.doorman.break-glass", " disk is full "}};
  EXPECT_EQ(broken(), "Net: disk is full");
  bundle_.uid = 0;
  EXPECT_EQ(broken(), "no") << "nobody may break `Root` by this annotation";
  bundle_.annotations = {{"io.doorman.break-glass", "disk"}, {"other", "fire"}};
  EXPECT_EQ(broken(), "Net, All: disk");
  bundle_.annotations = {{"other", "fire"}};
  EXPECT_EQ(broken(), "All: fire");
}

TEST_F(AdmissionTest, GlassThatNeedNotBeBrokenIsNot) {
  bundle_.capabilities.bounding.clear();
  bundle_.annotations = {{"other", "fire"}};
  const model::AdmissionRequest asked = request();
  AdmissionVerdict verdict = judge_admission(rules(with_glass), asked, {}, OnError::deny);
  break_glass(verdict, asked);
  EXPECT_FALSE(verdict.broken);
}

TEST_F(AdmissionTest, CapabilitiesAreKnownInAnyCase) {
  bundle_.capabilities.bounding = {"cap_sys_admin"};
  EXPECT_EQ(shown("%container.capabilities.add"), "(SYS_ADMIN)");
}

TEST_F(AdmissionTest, TheProfileOfTheProgramFitsThisMachine) {
  model::Hardening hardening;
  hardening.seccomp = "default";
  policy::Rule rule;
  rule.name = "H";
  rule.hardening = std::make_shared<const model::Hardening>(hardening);
  const policy::Rule* const item = &rule;
  const auto made = harden_by(R"({"root":{}})", std::span(&item, 1));
  ASSERT_TRUE(made.ok()) << made.error().message();
  const auto document = base::JsonDocument::parse(made->config).value();
  const base::JsonValue seccomp = document.root()["linux"]["seccomp"];
  EXPECT_EQ(seccomp["defaultAction"].string(), "SCMP_ACT_ERRNO");
  EXPECT_GT(seccomp["syscalls"].items().size(), 10U);
  EXPECT_GT(seccomp["architectures"].items().size(), 0U);
}

TEST(ScanTarget, IsInTheStorageOfTheEngine) {
  model::Container container;
  EXPECT_FALSE(scan_target_of(container).ok());
  container.image_id = "sha256:" + std::string(64, 'a');
  container.engine = "podman";
  EXPECT_EQ(scan_target_of(container).value(), "containers-storage:" + std::string(64, 'a'));
  container.engine = "docker";
  EXPECT_EQ(scan_target_of(container).value(), "docker:" + container.image_id);
  container.engine = "containerd";
  EXPECT_FALSE(scan_target_of(container).ok());
  container.digest = "sha256:" + std::string(64, 'b');
  EXPECT_EQ(scan_target_of(container).value(), "containerd:" + container.digest);
  container.engine = "runc";
  EXPECT_FALSE(scan_target_of(container).ok());
}

}  // namespace
}  // namespace doorman::app
