// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/install.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "app/runtime/engine_doors.h"
#include "base/fd.h"
#include "scratch.h"

namespace doorman::app {
namespace {

class InstallTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return etc_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name)) << text;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return base::read_file(path(name), 10'000).value();
  }

  void SetUp() override { write("doorman-runtime", ""); }

  tests::ScratchFolder scratch_;
  std::string etc_ = scratch_.path().string();
  std::string program_ = etc_ + "/doorman-runtime";
  RuntimeSettings settings_{.program = program_};
  static constexpr const char* podman = "containers/containers.conf.d/doorman.conf";
  static constexpr const char* docker = "docker/daemon.json";
};

TEST_F(InstallTest, WritesAFileOfItsOwnAndTakesItAway) {
  for (const auto& [engine, file] : {std::pair("podman", podman), std::pair("docker", docker),
                                     std::pair("containerd", "containerd/config.toml")}) {
    ASSERT_TRUE(install_runtime(engine, etc_, settings_).ok()) << engine;
    const std::string once = read(file);
    ASSERT_TRUE(install_runtime(engine, etc_, settings_).ok()) << "again";
    EXPECT_EQ(read(file), once);
    struct stat status{};
    ASSERT_EQ(::stat(path(file).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0644U);
    ASSERT_TRUE(remove_runtime(engine, etc_).ok());
    EXPECT_FALSE(std::filesystem::exists(path(file))) << engine;
    EXPECT_TRUE(remove_runtime(engine, etc_).ok()) << "again";
  }
}

TEST_F(InstallTest, LeavesWhatOthersWroteAlone) {
  write(podman, "[engine]\n");
  EXPECT_FALSE(install_runtime("podman", etc_, settings_).ok());
  EXPECT_FALSE(remove_runtime("podman", etc_).ok());
  EXPECT_EQ(read(podman), "[engine]\n");
  write("elsewhere.json", "{}");
  std::filesystem::create_directories(etc_ + "/docker");
  std::filesystem::create_symlink("../elsewhere.json", path(docker));
  EXPECT_FALSE(install_runtime("docker", etc_, settings_).ok()) << "a link";
  EXPECT_EQ(read("elsewhere.json"), "{}");
}

TEST_F(InstallTest, KeepsTheModeOfAFileThatItEdits) {
  write(docker, "{\"debug\": true}\n");
  ASSERT_EQ(::chmod(path(docker).c_str(), 0600), 0);
  ASSERT_TRUE(install_runtime("docker", etc_, settings_).ok());
  EXPECT_NE(read(docker).find(program_), std::string::npos);
  struct stat status{};
  ASSERT_EQ(::stat(path(docker).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(InstallTest, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(install_runtime("rocket", etc_, settings_).ok());
  EXPECT_FALSE(install_runtime("podman", etc_, {.program = "/nowhere/doorman-runtime"}).ok());
}

TEST_F(InstallTest, TellsWhichEnginesAsk) {
  using State = model::HostStatus::Door::State;
  auto doors = runtime_doors(etc_);
  ASSERT_EQ(doors.size(), 1U);
  EXPECT_EQ(doors[0].engine, "podman");
  EXPECT_EQ(doors[0].state, State::absent);
  ASSERT_TRUE(install_runtime("podman", etc_, settings_).ok());
  std::filesystem::create_directories(etc_ + "/docker");
  std::filesystem::create_directories(etc_ + "/containerd");
  std::ofstream(etc_ + "/docker/daemon.json") << R"({"runtimes":{"doorman":{"path":"/usr/bin/doorman-runtime"}}})";
  std::ofstream(etc_ + "/containerd/config.toml") << R"(version = 2
[plugins."io.containerd.grpc.v1.cri".containerd]
default_runtime_name = "door"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.door.options]
BinaryName = "/usr/bin/doorman-runtime"
)";
  doors = runtime_doors(etc_);
  ASSERT_EQ(doors.size(), 3U);
  EXPECT_EQ(doors[0].state, State::installed);
  EXPECT_EQ(doors[1].engine, "docker");
  EXPECT_EQ(doors[1].state, State::available);
  EXPECT_EQ(doors[2].engine, "containerd");
  EXPECT_EQ(doors[2].state, State::installed);
  std::ofstream(etc_ + "/docker/daemon.json")
      << R"({"default-runtime":"doorman","runtimes":{"doorman":{"path":"/usr/bin/doorman-runtime"}}})";
  std::ofstream(etc_ + "/containerd/config.toml") << "broken = [";
  doors = runtime_doors(etc_);
  EXPECT_EQ(doors[1].state, State::installed);
  EXPECT_NE(doors[2].problem, "");
}

}  // namespace
}  // namespace doorman::app
