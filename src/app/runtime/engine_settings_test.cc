// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/engine_settings.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json.h"
#include "base/toml.h"

namespace doorman::app {
namespace {

constexpr RuntimeSettings plain{.program = "/usr/bin/doorman-runtime"};
constexpr RuntimeSettings as_default{.program = "/usr/bin/doorman-runtime", .is_default = true};

class BothWays : public testing::TestWithParam<std::string> {};

class Docker : public BothWays {};
TEST_P(Docker, RemovingGivesEveryByteBack) {
  for (const RuntimeSettings& settings : {plain, as_default}) {
    const auto with = docker_with(GetParam(), settings);
    ASSERT_TRUE(with.ok()) << with.error().message();
    const auto document = base::JsonDocument::parse(*with).value();
    EXPECT_EQ(document.root()["runtimes"]["doorman"]["path"].string(), settings.program) << *with;
    if (settings.is_default) EXPECT_EQ(document.root()["default-runtime"].string(), "doorman");
    EXPECT_EQ(docker_with(*with, settings).value(), *with) << "again";
    EXPECT_EQ(docker_without(*with).value(), GetParam());
  }
}
INSTANTIATE_TEST_SUITE_P(
    Files, Docker,
    testing::Values("{}", "{}\n", "{\n}\n", "{ \"debug\": true }", "{\n  \"debug\": true,\n  \"runtimes\": {}\n}\n",
                    "{\n\t\"runtimes\" : {\n\t\t\"kata\": {\"path\": \"/k\"}\n\t}, \"x\": 1.50\n}"));

TEST(DockerSettings, AreAFileOfOursWhereThereWasNone) {
  for (const RuntimeSettings& settings : {plain, as_default}) {
    const std::string text = docker_with({}, settings).value();
    EXPECT_EQ(docker_without(text).value(), std::nullopt) << text;
    EXPECT_EQ(docker_with(text, settings).value(), text);
  }
}

TEST(DockerSettings, KeepWhatSomebodyAddedMeanwhile) {
  const std::string text = docker_with("{\"a\": 1}", as_default).value();
  const std::string added = "{\"b\": 2," + text.substr(1);
  EXPECT_EQ(docker_without(added).value(), "{\"b\": 2,\"a\": 1}");
}

TEST(DockerSettings, AreNotTouchedWhereItIsNotClearWhatTheyMean) {
  for (const char* text :
       {"", "[]", "{", "# {}", R"({"runtimes": []})", R"({"runtimes": {}, "runtimes": {}})",
        R"({"runtimes": {"doorman": {"path": "/usr/bin/other"}}})", R"({"runtimes": {"doorman": 1}})"}) {
    EXPECT_FALSE(docker_with(text, plain).ok()) << text;
  }
  EXPECT_TRUE(docker_with(R"({"default-runtime": "kata"})", plain).ok());
  EXPECT_FALSE(docker_with(R"({"default-runtime": "kata"})", as_default).ok());
}

constexpr const char* of_kubeadm = R"(version = 2
root = "/var/lib/containerd"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "pause"
[plugins."io.containerd.grpc.v1.cri".containerd]
  default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    pod_annotations = ["a", 'b']
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = ""
      SystemdCgroup = true)";

class Containerd : public BothWays {};
TEST_P(Containerd, RemovingGivesEveryByteBack) {
  for (const RuntimeSettings& settings : {plain, as_default}) {
    const auto with = containerd_with(GetParam(), settings);
    ASSERT_TRUE(with.ok()) << with.error().message();
    ASSERT_TRUE(base::TomlDocument::parse(*with).ok()) << *with;
    EXPECT_NE(with->find("BinaryName = \"/usr/bin/doorman-runtime\""), std::string::npos) << *with;
    EXPECT_EQ(with->find("default_runtime_name = \"doorman\"") != std::string::npos, settings.is_default);
    EXPECT_EQ(containerd_with(*with, settings).value(), *with) << "again";
    EXPECT_EQ(containerd_without(*with).value(), GetParam());
  }
}
INSTANTIATE_TEST_SUITE_P(
    Files, Containerd,
    testing::Values("", "# nothing\n", "version = 2", "version = 2\n\n",
                    "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd]\n x = 1\n", of_kubeadm));

TEST(ContainerdSettings, AreAFileOfOursWhereThereWasNone) {
  for (const RuntimeSettings& settings : {plain, as_default}) {
    const std::string text = containerd_with({}, settings).value();
    EXPECT_EQ(containerd_without(text).value(), std::nullopt) << text;
    EXPECT_EQ(containerd_without(text + "[x]\n").value(), "version = 2\n[x]\n");
  }
}

TEST(ContainerdSettings, HaveTheOptionsOfRunc) {
  const std::string text = containerd_with(of_kubeadm, as_default).value();
  const auto document = base::TomlDocument::parse(text).value();
  const base::TomlSection& own = document.sections().at(document.sections().size() - 2);
  EXPECT_EQ(own.path.back(), "doorman");
  EXPECT_EQ(own.table["runtime_type"].string(), "io.containerd.runc.v2");
  EXPECT_EQ(own.table["pod_annotations"].items().at(1).string(), "b");
  const base::TomlSection& options = document.sections().back();
  EXPECT_EQ(options.table["SystemdCgroup"].literal(), "true");
  EXPECT_EQ(options.table.members().size(), 2U);
}

TEST(ContainerdSettings, AreNotTouchedWhereItIsNotClearWhatTheyMean) {
  const std::string cri = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"";
  for (const std::string& text : {
           std::string("root = '/x'\n"),
           std::string("version = 1\n"),
           std::string("version = 2\n[\n"),
           std::string("version = 2\ndisabled_plugins = ['cri']\n"),
           std::string("version = 2\nplugins = {}\n"),
           std::string("version = 2\nplugins.x.y = 1\n"),
           std::string("version = 2\n[[plugins]]\n"),
           cri + "]\ncontainerd = {}\n",
           cri + ".containerd]\nruntimes.runc = {}\n",
           cri + ".containerd.runtimes.doorman]\n",
           cri + ".containerd.runtimes.runc.options]\nBinaryName = '/usr/bin/crun'\n",
       }) {
    EXPECT_FALSE(containerd_with(text, plain).ok()) << text;
  }
  EXPECT_FALSE(containerd_with(cri + ".containerd]\ndefault_runtime_name = 'kata'\n", as_default).ok());
  EXPECT_TRUE(containerd_with(cri + ".containerd]\ndefault_runtime_name = 'kata'\n", plain).ok());
}

}  // namespace
}  // namespace doorman::app
