// SPDX-License-Identifier: Apache-2.0
#include "parse/container/control_group.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace doorman::parse::container {
namespace {

using Kind = ControlGroup::Kind;

const std::string id(64, 'a');
const std::string other_id(64, 'b');

struct Case {
  std::string path;
  Kind kind;
  std::string engine;
  bool has_id = true;
  std::string below = {};  ///< what stands below the container's own group
  std::uint32_t owner = 0;
};

TEST(ControlGroup, SaysWhatTheEnginesMean) {
  const std::string pod = "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice";
  const std::string user = "/user.slice/user-1000.slice/user@1000.service/user.slice";
  const std::vector<Case> cases = {
      {"/machine.slice/libpod-" + id + ".scope", Kind::container, "podman"},
      {"/libpod_parent/libpod-" + id, Kind::container, "podman"},
      {"/libpod_parent/" + other_id + "/libpod-" + id, Kind::container, "podman"},
      {"/machine.slice/machine-libpod_pod_" + other_id + ".slice/libpod-" + id + ".scope", Kind::container,
       "podman"},
      {"/system.slice/a.service/libpod-payload-" + id, Kind::container, "podman"},
      {"/docker/" + id, Kind::container, "docker"},
      {"/system.slice/docker-" + id + ".scope", Kind::container, "docker"},
      {pod + "/cri-containerd-" + id + ".scope", Kind::container, "containerd"},
      {pod + "/crio-" + id + ".scope", Kind::container, "cri-o"},
      {"/kubepods/besteffort/pod1/" + id, Kind::container, ""},
      {"/default/nerdctl-" + id + ".scope", Kind::container, "containerd"},
      {user + "/libpod-" + id + ".scope", Kind::container, "podman", true, "", 1000},
      // What is below belongs to the container, whatever it is called.
      {"/docker/" + id, Kind::container, "docker", true, "/docker/" + other_id},
      {"/machine.slice/libpod-" + id + ".scope", Kind::container, "podman", true, "/container"},
      {"/libpod_parent/libpod-" + id, Kind::container, "podman", true, "/libpod-conmon-" + other_id},
      // Processes beside containers.
      {"/machine.slice/libpod-conmon-" + id + ".scope", Kind::monitor, "podman"},
      {"/libpod_parent/conmon", Kind::monitor, "", false},
      {pod + "/crio-conmon-" + id + ".scope", Kind::monitor, "cri-o"},
      // The host's.
      {"/", Kind::host, "", false},
      {"", Kind::host, "", false},
      {"/init.scope", Kind::host, "", false},
      {"/system.slice", Kind::host, "", false},
      {"/system.slice/docker.service", Kind::host, "", false},
      {"/user.slice/user-1000.slice", Kind::host, "", false, "", 1000},
      // Anybody's.
      {"/libpod_parent", Kind::unknown, "", false},
      {"/libpod_parent/" + id, Kind::unknown, "", false},  // a pod
      {"/default/web", Kind::unknown, "", false},
      {"/user.slice/user-1000.slice/session-1.scope", Kind::unknown, "", false, "", 1000},
      {"docker/" + id, Kind::unknown, "", false},
      {"/docker/buildkit/abc", Kind::unknown, "", false},
      {"/docker/" + id.substr(1), Kind::unknown, "", false},
      {"/docker/" + std::string(64, 'A'), Kind::unknown, "", false},
      {"/system.slice/docker-" + id + "0.scope", Kind::unknown, "", false},
      {"/x/libpod-" + id + "/..", Kind::container, "podman", true, ""},
  };
  for (const Case& each : cases) {
    const std::string path = each.path + each.below;
    const ControlGroup found = parse_control_group(path);
    EXPECT_EQ(found.kind, each.kind) << path;
    EXPECT_EQ(found.engine, each.engine) << path;
    EXPECT_EQ(found.id, each.has_id ? id : "") << path;
    EXPECT_EQ(found.owner, each.owner) << path;
    if (each.kind == Kind::container && !path.ends_with("..")) {
      EXPECT_EQ(found.group, each.path) << path;
    }
  }
}

TEST(ControlGroup, ALongPathIsNobodys) {
  const std::string start = "/docker/" + id;
  EXPECT_EQ(parse_control_group(start + std::string(max_group_path_bytes, 'x')).kind, Kind::unknown);
  // Beyond the names that are looked at, nothing is a container's.
  std::string deep;
  for (int i = 0; i < 64; ++i) deep += "/a";
  EXPECT_EQ(parse_control_group(deep + "/docker/" + id).kind, Kind::unknown);
  EXPECT_EQ(group_prefixes(deep + "/b").size(), 64U);
}

TEST(ControlGroup, BelongsToTheBundleThatAskedForIt) {
  const std::vector<std::tuple<std::string, std::string, bool>> cases = {
      {"/docker/" + id, "/docker/" + id, true},
      {"/docker/" + id, "/outer/docker/" + id, true},
      {"/docker/" + id, "/notdocker/" + id, false},
      {"docker/x", "/xdocker/x", false},
      {"/docker/" + id, "/docker/" + other_id, false},
      {"relative/x/", "/a/relative/x", true},
      {"system.slice:docker:" + id, "/system.slice/docker-" + id + ".scope", true},
      {"machine.slice:libpod:" + id, "/machine.slice/libpod-" + id + ".scope", true},
      {"machine.slice:libpod:" + id, "/machine.slice/libpod-" + other_id + ".scope", false},
      {"machine.slice:libpod:" + id, "/machine.slice/libpod-" + id, false},
      {"machine.slice::" + id, "/machine.slice/" + id + ".scope", true},
      {":runc:one", "/system.slice/runc-one.scope", true},
      {":runc:one", "/system.slice/runcxone.scope", false},
      {"", "/a", false},
      {"/", "/a", false},
      {"::", "/a", false},
  };
  for (const auto& [asked, path, same] : cases) EXPECT_EQ(is_group_of(asked, path), same) << asked << " " << path;
}

}  // namespace
}  // namespace doorman::parse::container
