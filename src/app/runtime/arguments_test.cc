// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/arguments.h"

#include <gtest/gtest.h>

#include <vector>

namespace doorman::app {
namespace {

RuntimeCall call(std::vector<const char*> words) { return parse_runtime_call(words); }

TEST(RuntimeCall, OfPodman) {
  const auto asked = call({"--log", "/run/x/oci-log", "--log-format=json", "create", "--bundle", "/b/userdata",
                           "--pid-file", "/run/x/pidfile", "abc"});
  EXPECT_TRUE(asked.makes_container);
  EXPECT_EQ(asked.command, "create");
  EXPECT_EQ(asked.bundle, "/b/userdata");
  EXPECT_EQ(asked.id, "abc");
  EXPECT_EQ(asked.log, "/run/x/oci-log");
  EXPECT_EQ(asked.log_format, "json");
  EXPECT_EQ(asked.unclear, "");
}

TEST(RuntimeCall, OfContainerd) {
  const auto asked = call({"--root", "/run/containerd/runc/k8s.io", "--log", "/b/log.json", "--log-format", "json",
                           "--systemd-cgroup", "create", "--bundle", "/b", "--pid-file", "/b/init.pid",
                           "--console-socket", "/tmp/pty.sock", "abc"});
  EXPECT_TRUE(asked.makes_container);
  EXPECT_EQ(asked.bundle, "/b");
  EXPECT_EQ(asked.log, "/b/log.json");
  EXPECT_EQ(asked.id, "abc");
  EXPECT_EQ(asked.unclear, "");
}

TEST(RuntimeCall, AlsoTheBundleBehindTheId) {
  EXPECT_EQ(call({"run", "abc", "--bundle", "/b"}).bundle, "/b");
  EXPECT_EQ(call({"run", "abc", "-b", "/b", "-d"}).bundle, "/b");
  EXPECT_EQ(call({"create", "--no-pivot", "abc", "--bundle=/b"}).bundle, "/b");
}

TEST(RuntimeCall, TheLastOfTwoCounts) {
  EXPECT_EQ(call({"create", "-b", "/a", "--bundle", "/b", "x"}).bundle, "/b");
}

TEST(RuntimeCall, AfterTwoDashesThereAreNoOptions) {
  const auto asked = call({"create", "--bundle", "/b", "--", "--bundle"});
  EXPECT_EQ(asked.bundle, "/b");
  EXPECT_EQ(asked.id, "--bundle");
}

TEST(RuntimeCall, RestoreAndRunMakeContainersAndOthersDoNot) {
  for (const char* word : {"create", "run", "restore"}) EXPECT_TRUE(call({word, "x"}).makes_container) << word;
  for (const char* word : {"start", "exec", "state", "kill", "delete", "spec", "list", "new-one"}) {
    EXPECT_FALSE(call({"--root", "create", word, "run"}).makes_container) << word;
  }
  EXPECT_FALSE(call({}).makes_container);
  EXPECT_FALSE(call({"--version"}).makes_container);
  EXPECT_FALSE(call({"--root", "create"}).makes_container) << "the option's value";
}

TEST(RuntimeCall, CrunMayTakeAnotherFile) {
  EXPECT_EQ(call({"run", "--config", "/c.json", "x"}).config, "/c.json");
  EXPECT_EQ(call({"run", "-f", "c.json", "x"}).config, "c.json");
}

TEST(RuntimeCall, WhatTheTwoReadDifferentlyIsUnclear) {
  for (const char* word : {"-bundle", "-b=/b", "-b/b", "--b=/b", "--bund=/b", "--new", "-xd", "--=", "---"}) {
    const auto asked = call({"create", word, "x"});
    EXPECT_EQ(asked.unclear, word);
  }
  EXPECT_EQ(call({"create", "x", "y"}).unclear, "y");
  EXPECT_EQ(call({"create", "x", "--bundle", "--no-pivot"}).unclear, "--no-pivot");
  EXPECT_EQ(call({"create", "x", "--bundle"}).unclear, "--bundle");
}

TEST(RuntimeCall, BehindAnUnknownOptionTheCommandMayBeLater) {
  const auto asked = call({"--new", "value", "create", "--bundle", "/b", "x"});
  EXPECT_TRUE(asked.makes_container);
  EXPECT_EQ(asked.unclear, "--new");
  EXPECT_FALSE(call({"--new", "value", "state", "x"}).makes_container);
  EXPECT_EQ(call({"--new", "value", "state", "x"}).unclear, "");
}

}  // namespace
}  // namespace doorman::app
