// SPDX-License-Identifier: Apache-2.0
#include "derive/hardening.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"

namespace doorman::derive {
namespace {

using model::Hardening;

constexpr const char* bundle = R"({"ociVersion":"1.0.2", "unknown" : {"x": 1.50},
 "process":{"user":{"uid":0,"gid":0,"umask":18,"additionalGids":[0,10]},"args":["sh"],
  "capabilities":{"bounding":["CAP_CHOWN","CAP_KILL","cap_net_raw"],"effective":["CAP_CHOWN"],"permitted":["CAP_CHOWN"],"ambient":[]}},
 "root":{"path":"rootfs"},"linux":{"maskedPaths":["/proc/kcore"],"namespaces":[]}})";

HardenedBundle hardened(std::string config, const Hardening& hardening) {
  return harden(std::move(config), "H", hardening, R"({"defaultAction":"SCMP_ACT_ERRNO"})").value();
}
const model::BundleChange* change_of(const HardenedBundle& made, std::string_view what) {
  const auto found = std::ranges::find(made.changes, what, &model::BundleChange::what);
  return found == made.changes.end() ? nullptr : &*found;
}

Hardening everything() {
  Hardening all;
  all.no_new_privileges = all.read_only_root = true;
  all.drop = {.all_but = true, .names = {"CHOWN"}};
  all.read_only_paths = {"/proc/sys", "/proc/sys"};
  all.masked_paths = {"/proc/kcore", "/proc/keys"};
  all.user = Hardening::User{1000, 100};
  all.seccomp = "default";
  return all;
}

TEST(Hardening, ChangesWhatItNamesAndNoOtherByte) {
  const HardenedBundle made = hardened(bundle, everything());
  EXPECT_EQ(made.config, R"({"ociVersion":"1.0.2", "unknown" : {"x": 1.50},
 "process":{"noNewPrivileges": true,"user":{"uid":1000,"gid":100,"umask":18,"additionalGids":[]},"args":["sh"],
  "capabilities":{"bounding":["CAP_CHOWN"],"effective":[],"permitted":[],"ambient":[]}},
 "root":{"readonly": true,"path":"rootfs"},"linux":{"seccomp": {"defaultAction":"SCMP_ACT_ERRNO"},"readonlyPaths": ["/proc/sys"],"maskedPaths":["/proc/kcore","/proc/keys"],"namespaces":[]}})");
  const model::BundleChange* const bounding = change_of(made, "process.capabilities.bounding");
  ASSERT_NE(bounding, nullptr);
  EXPECT_EQ(bounding->by, "H");
  EXPECT_EQ(bounding->before, "CAP_CHOWN,CAP_KILL,cap_net_raw");
  EXPECT_EQ(bounding->after, "CAP_CHOWN");
  const model::BundleChange* const user = change_of(made, "process.user");
  ASSERT_NE(user, nullptr);
  EXPECT_EQ(user->before + " " + user->after, "0:0 1000:100");
  EXPECT_EQ(change_of(made, "linux.seccomp")->before, "none");
  EXPECT_EQ(change_of(made, "linux.maskedPaths")->after, "/proc/kcore,/proc/keys");
}

TEST(Hardening, ASecondTimeFindsNothingToDo) {
  const HardenedBundle once = hardened(bundle, everything());
  const HardenedBundle twice = hardened(once.config, everything());
  EXPECT_EQ(twice.config, once.config);
  EXPECT_TRUE(twice.changes.empty());
}

TEST(Hardening, NeverLoosens) {
  const std::string strict =
      R"({"process":{"user":{"uid":7,"gid":7,"additionalGids":[8]},"noNewPrivileges":true,"capabilities":{"effective":["CAP_CHOWN"]}},)"
      R"("root":{"readonly":true},"linux":{"seccomp":{"defaultAction":"SCMP_ACT_KILL"},"maskedPaths":["/a"],"readonlyPaths":["/b"]}})";
  Hardening all = everything();
  all.masked_paths = {"/a"};
  all.read_only_paths = {"/b"};
  EXPECT_EQ(hardened(strict, all).config, strict);
  all.drop = {.all_but = false, .names = {"KILL"}};
  EXPECT_EQ(hardened(strict, all).config, strict) << "what is not there is not dropped";
}

TEST(Hardening, DropsInEverySetAndInAnyCase) {
  Hardening drop;
  drop.drop = {.all_but = false, .names = {"NET_RAW", "CHOWN"}};
  const auto made = hardened(bundle, drop);
  EXPECT_NE(made.config.find(R"("bounding":["CAP_KILL"],"effective":[],"permitted":[])"), std::string::npos)
      << made.config;
  drop.drop = {.all_but = false, .names = {"ALL"}};
  EXPECT_EQ(hardened(bundle, drop).config.find("CAP_"), std::string::npos);
  EXPECT_EQ(hardened_capabilities(bundle, Hardening()).value().back(), "CAP_NET_RAW");
}

TEST(Hardening, WithoutAProcessNothingIsMadeUp) {
  const auto made = hardened(R"({"root":null})", everything());
  EXPECT_EQ(made.config.find("process"), std::string::npos);
  EXPECT_NE(made.config.find(R"("root":{"readonly": true})"), std::string::npos) << made.config;
}

TEST(Hardening, WhatNoRuntimeCouldReadIsAnError) {
  for (const char* config :
       {"", "[]", R"({"root":1})", R"({"root":{},"linux":[]})", R"({"root":{},"linux":{"maskedPaths":"/a"}})",
        R"({"root":{},"process":{"capabilities":{"bounding":[1]}}})", R"({"root":{},"process":{"user":"root"}})"}) {
    EXPECT_FALSE(harden(config, "H", everything(), "{}").ok()) << config;
  }
}

}  // namespace
}  // namespace doorman::derive
