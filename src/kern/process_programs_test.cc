// SPDX-License-Identifier: Apache-2.0
#include "kern/process_programs.h"

#include "kernel_test.h"

namespace doorman::kern {
namespace {

using ProcessProgramsTest = tests::KernelTest;

TEST_F(ProcessProgramsTest, LoadAndAttach) {
  auto programs = ProcessPrograms::load(pins());
  ASSERT_TRUE(programs.ok()) << programs.error().message();
  const auto attached = programs->attach(pins(), true);
  ASSERT_TRUE(attached.ok()) << attached.error().message();
  auto ring = programs->critical();
  ASSERT_TRUE(ring.ok()) << ring.error().message();
  EXPECT_EQ(ring->capacity(), 4U << 20U);
}

}  // namespace
}  // namespace doorman::kern
