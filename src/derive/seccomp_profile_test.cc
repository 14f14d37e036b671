// SPDX-License-Identifier: Apache-2.0
#include "derive/seccomp_profile.h"

#include <gtest/gtest.h>

#include <vector>

namespace doorman::derive {
namespace {

constexpr const char* of_docker = R"({
  "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "defaultErrno": "ENOSYS",
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
              {"architecture": "SCMP_ARCH_AARCH64"}],
  "syscalls": [
    {"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [], "includes": {}, "excludes": {}},
    {"name": "old", "action": "SCMP_ACT_ALLOW"},
    {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
    {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
    {"names": ["arm"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm64"]}},
    {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
    {"names": ["new"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "6.2"}},
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 4294967295, "op": "SCMP_CMP_EQ"}]}
  ]})";

TEST(SeccompProfile, IsMadeForOneMachineAndItsCapabilities) {
  EXPECT_EQ(
      make_seccomp(of_docker, {.architecture = "amd64", .kernel_major = 6, .kernel_minor = 1, .capabilities = {}})
          .value(),
      R"({"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86"],"syscalls":[)"
      R"({"names":["read"],"action":"SCMP_ACT_ALLOW"},{"names":["old"],"action":"SCMP_ACT_ALLOW"},)"
      R"({"names":["mount"],"action":"SCMP_ACT_ERRNO","errnoRet":1},{"names":["ptrace"],"action":"SCMP_ACT_ALLOW"},)"
      R"({"names":["socket"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":4294967295,"op":"SCMP_CMP_EQ"}]}]})");
  const std::vector<std::string> admin = {"CAP_SYS_ADMIN"};
  const std::string text =
      make_seccomp(of_docker,
                   {.architecture = "arm64", .kernel_major = 6, .kernel_minor = 2, .capabilities = admin})
          .value();
  EXPECT_NE(text.find(R"({"names":["mount"],"action":"SCMP_ACT_ALLOW"})"), std::string::npos) << text;
  EXPECT_EQ(text.find("errnoRet"), std::string::npos);
  EXPECT_NE(text.find("arm"), std::string::npos);
  EXPECT_NE(text.find("new"), std::string::npos);
}

TEST(SeccompProfile, OfTheRuntimesFormStaysAsItIs) {
  EXPECT_EQ(make_seccomp(" {\"defaultAction\": \"SCMP_ACT_KILL\", \"x\": 1.5}\n", {}).value(),
            "{\"defaultAction\": \"SCMP_ACT_KILL\", \"x\": 1.5}");
}

TEST(SeccompProfile, ThatAllowsWhatItDoesNotNameIsNone) {
  for (const char* text :
       {"", "[]", "{}", R"({"defaultAction":"SCMP_ACT_ALLOW","archMap":[]})", R"({"defaultAction":"SCMP_ACT_LOG"})",
        R"({"defaultAction":1})",
        R"({"defaultAction":"SCMP_ACT_ERRNO","archMap":[{"architecture":"SCMP_ARCH_S390X"}]})"}) {
    EXPECT_FALSE(
        make_seccomp(text, {.architecture = "amd64", .kernel_major = 6, .kernel_minor = 1, .capabilities = {}})
            .ok())
        << text;
  }
  EXPECT_EQ(make_seccomp(std::string(max_seccomp_bytes + 1, ' '), {}).error().code(), base::ErrorCode::limit);
  const std::string lossy = R"({"defaultAction":"SCMP_ACT_ERRNO","archMap":[{"architecture":"SCMP_ARCH_X86_64"}],)"
                            R"("syscalls":[{"names":["x"],"action":"A","args":[{"value":18446744073709551615}]}]})";
  EXPECT_FALSE(
      make_seccomp(lossy, {.architecture = "amd64", .kernel_major = 6, .kernel_minor = 1, .capabilities = {}})
          .ok());
}

}  // namespace
}  // namespace doorman::derive
