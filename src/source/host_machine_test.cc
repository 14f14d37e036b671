// SPDX-License-Identifier: Apache-2.0
#include "source/host_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scratch.h"

namespace doorman::source {
namespace {

class HostMachineTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = scratch_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  [[nodiscard]] model::Isolation::Machine read() const { return host_machine(scratch_.path().string()); }

 private:
  tests::ScratchFolder scratch_;
};

TEST_F(HostMachineTest, BareMetalWithoutAnything) {
  write("proc/cpuinfo", "processor : 0\nflags\t\t: fpu vmx\nmodel name : hypervisor\n");
  const auto machine = read();
  EXPECT_FALSE(machine.is_virtual || machine.can_run_machines);
  EXPECT_THAT(machine.runtimes, testing::IsEmpty());
}

TEST_F(HostMachineTest, AVirtualOneThatRunsOthers) {
  write("proc/cpuinfo", "processor : 0\nflags\t\t: fpu vmx hypervisor lahf_lm\n");
  write("dev/kvm", "");
  write("usr/local/bin/runsc", "");
  write("opt/kata/bin/kata-runtime", "");
  const auto machine = read();
  EXPECT_TRUE(machine.is_virtual && machine.can_run_machines);
  EXPECT_THAT(machine.runtimes, testing::ElementsAre("kata-runtime", "runsc"));
}

TEST(KernelRelease, IsThere) { EXPECT_NE(kernel_release(), ""); }

}  // namespace
}  // namespace doorman::source
