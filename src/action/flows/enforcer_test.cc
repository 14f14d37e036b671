// SPDX-License-Identifier: Apache-2.0
#include "action/flows/enforcer.h"

#include <bpf/bpf.h>
#include <gmock/gmock.h>

#include <optional>

#include "base/fd.h"
#include "bpf/maps.h"
#include "kernel_test.h"

namespace doorman::action {
namespace {

using model::FlowEntry;
using model::FlowMode;
using model::FlowPolicy;
using testing::ElementsAre;

FlowPolicy allows(std::uint16_t port, FlowMode mode = FlowMode::protect) {
  return {mode, {{6, port, base::IpNetwork::parse("10.0.0.0/8").value(), FlowEntry::Act::allow, false}}};
}

class FlowEnforcerTest : public tests::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) return;
    auto loaded = kern::FlowPrograms::load(pins());
    ASSERT_TRUE(loaded.ok()) << loaded.error().message();
    programs_.emplace(std::move(*loaded));
    const auto attached = programs_->attach(pins(), tests::unified_root(), true);
    ASSERT_TRUE(attached.ok()) << attached.error().message();
    for (const std::uint64_t cgroup : {11U, 12U}) {
      doorman_container container{};
      container.root = cgroup;
      container.drift = DOORMAN_DRIFT_DENY;
      ASSERT_EQ(bpf_map_update_elem(map().get(), &cgroup, &container, BPF_ANY), 0);
    }
  }
  void TearDown() override {
    programs_.reset();
    KernelTest::TearDown();
  }
  [[nodiscard]] base::Fd map() const { return base::Fd(bpf_obj_get((pins().folder() + "/containers").c_str())); }
  [[nodiscard]] doorman_container container(std::uint64_t cgroup) const {
    doorman_container found{};
    EXPECT_EQ(bpf_map_lookup_elem(map().get(), &cgroup, &found), 0);
    return found;
  }
  [[nodiscard]] std::set<std::uint32_t> policies() const { return programs_->policies().value(); }

  std::optional<kern::FlowPrograms> programs_;
};

TEST_F(FlowEnforcerTest, EqualPoliciesAreOneAndGoWithTheirLastContainer) {
  FlowEnforcer enforcer(*programs_);
  ASSERT_TRUE(enforcer.begin({FlowMode::monitor, {}}).ok());
  ASSERT_TRUE(enforcer.set(11, allows(80)).ok());
  ASSERT_TRUE(enforcer.set(12, allows(80)).ok());
  EXPECT_EQ(enforcer.policies(), 1U);
  EXPECT_EQ(container(11).flow_policy, container(12).flow_policy);
  EXPECT_EQ(container(11).flows, DOORMAN_FLOW_PROTECT);
  EXPECT_EQ(container(11).drift, DOORMAN_DRIFT_DENY) << "is somebody else's";
  ASSERT_TRUE(enforcer.set(12, allows(81, FlowMode::monitor)).ok());
  EXPECT_EQ(enforcer.policies(), 2U);
  EXPECT_EQ(container(12).flows, DOORMAN_FLOW_MONITOR);
  EXPECT_NE(container(11).flow_policy, container(12).flow_policy);
  ASSERT_TRUE(enforcer.remove(11).ok());
  ASSERT_TRUE(enforcer.set(12, {FlowMode::off, {}}).ok());
  EXPECT_EQ(enforcer.policies(), 1U);
  EXPECT_EQ(container(12).flows, DOORMAN_FLOW_OFF);
  EXPECT_FALSE(enforcer.set(13, allows(80)).ok()) << "no container";
  EXPECT_EQ(enforcer.policies(), 1U);
}

TEST_F(FlowEnforcerTest, NamesAreAPartOfThePolicy) {
  FlowEnforcer enforcer(*programs_);
  ASSERT_TRUE(enforcer.begin({FlowMode::protect, {}}).ok());
  const FlowPolicy by_name{FlowMode::protect, {}, {{6, 443, "api.example"}, {6, 444, "no..name"}}};
  ASSERT_TRUE(enforcer.set(11, by_name).ok());
  EXPECT_THAT(policies(), ElementsAre(0U, 1U)) << "container 12 has number 0";
  ASSERT_TRUE(enforcer.set(12, {FlowMode::protect, {}, {{6, 443, "www.example"}}}).ok());
  EXPECT_NE(container(11).flow_policy, container(12).flow_policy);
  ASSERT_TRUE(enforcer.set(12, by_name).ok());
  EXPECT_EQ(container(11).flow_policy, container(12).flow_policy);
  ASSERT_TRUE(enforcer.set(11, allows(80)).ok());
  ASSERT_TRUE(enforcer.set(12, allows(80)).ok());
  EXPECT_EQ(enforcer.policies(), 1U);
}

TEST_F(FlowEnforcerTest, AnEarlierGuardsPoliciesHoldUntilTheyAreReplaced) {
  {
    FlowEnforcer earlier(*programs_);
    ASSERT_TRUE(earlier.begin(allows(1)).ok());
    ASSERT_TRUE(earlier.set(11, allows(80)).ok());
    ASSERT_TRUE(earlier.set(12, allows(81)).ok());
  }
  EXPECT_THAT(policies(), ElementsAre(0U, 1U, 2U));
  FlowEnforcer now(*programs_);
  ASSERT_TRUE(now.begin({FlowMode::discover, {}}).ok());
  EXPECT_EQ(container(11).flow_policy, 1U);
  ASSERT_TRUE(now.set(11, allows(80)).ok());
  EXPECT_EQ(container(11).flow_policy, 3U);
  ASSERT_TRUE(now.set(12, allows(81)).ok());
  EXPECT_THAT(policies(), ElementsAre(1U, 2U, 3U, 4U));
  ASSERT_TRUE(now.forget_earlier().ok());
  EXPECT_THAT(policies(), ElementsAre(3U, 4U));
}

}  // namespace
}  // namespace doorman::action
