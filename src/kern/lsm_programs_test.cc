// SPDX-License-Identifier: Apache-2.0
#include "kern/lsm_programs.h"

#include "kern/features.h"
#include "kernel_test.h"

namespace doorman::kern {
namespace {

using LsmProgramsTest = tests::KernelTest;

TEST_F(LsmProgramsTest, LoadAndAttach) {
  if (const auto tried = try_lsm(pins()); !tried.ok()) GTEST_SKIP() << "no BPF-LSM: " << tried.error().message();
  const auto programs = LsmPrograms::start(pins());
  ASSERT_TRUE(programs.ok()) << programs.error().message();
  EXPECT_EQ(::access(pins().link_path(LsmPrograms::family, "on_bprm_check").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace doorman::kern
