// SPDX-License-Identifier: Apache-2.0
#include "source/container/host_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "scratch.h"

namespace doorman::source::container {
namespace {

using parse::container::Bundle;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view id = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e";

Bundle bundle_with(Bundle::Mount mount) {
  Bundle bundle;
  bundle.rootfs = "rootfs";
  bundle.mounts = {std::move(mount)};
  return bundle;
}

HostReach reach(Bundle::Mount mount) { return reach_of(bundle_with(std::move(mount)), "/b", {id}); }

TEST(HostReach, OfABindMount) {
  EXPECT_THAT(reach({"/x", "bind", "/etc/.//", {"rbind"}}).writable_paths, ElementsAre("/etc"));
  EXPECT_THAT(reach({"/x", "bind", "/etc", {"rbind", "ro"}}).paths, ElementsAre("/etc"));
  EXPECT_THAT(reach({"/x", "bind", "/etc", {"rbind", "ro"}}).writable_paths, IsEmpty());
  EXPECT_THAT(reach({"/proc", "proc", "proc", {}}).paths, IsEmpty());
  EXPECT_THAT(reach({"/x", "ext4", "/nowhere/sda1", {}}).paths, ElementsAre("/nowhere/sda1"));
  EXPECT_THAT(reach({"/x", "bind", "folder", {"bind"}}).paths, ElementsAre("/b/folder"));
}

TEST(HostReach, OfALinkIsWhereItLeadsToo) {
  const tests::ScratchFolder scratch;
  const std::string link = (std::filesystem::canonical(scratch.path()) / "link").string();
  std::filesystem::create_symlink("/etc", link);
  EXPECT_THAT(reach({"/x", "bind", link, {}}).writable_paths, ElementsAre("/etc", link));
}

TEST(HostReach, LeavesOutWhatTheEngineMade) {
  const std::string own = "/var/lib/docker/containers/" + std::string(id) + "/hosts";
  EXPECT_THAT(reach({"/etc/hosts", "bind", own, {}}).paths, IsEmpty());
  const auto chosen = reach_of(bundle_with({"/x", "bind", "/etc", {}}), "/b", {"etc"});
  EXPECT_THAT(chosen.paths, ElementsAre("/etc")) << "an id that somebody chose hides nothing";
}

TEST(HostReach, OfOverlaysIsTheirFolders) {
  const auto found =
      reach({"/x", "overlay", "overlay", {"lowerdir=/etc:/root", "upperdir=/nowhere/up", "workdir=/w"}});
  EXPECT_THAT(found.paths, ElementsAre("/etc", "/nowhere/up", "/root"));
  EXPECT_THAT(found.writable_paths, ElementsAre("/nowhere/up"));
}

TEST(HostReach, KnowsSocketsByTheirNameAndTheFoldersAbove) {
  EXPECT_THAT(reach({"/x", "bind", "/run/docker.sock", {"ro"}}).engine_sockets, Contains("/run/docker.sock"));
  EXPECT_THAT(reach({"/x", "bind", "/runner", {}}).engine_sockets, IsEmpty());
}

TEST(HostReach, OfDevicesWithoutTheUsual) {
  Bundle bundle = bundle_with({"/dev/null", "bind", "/dev/null", {"bind"}});
  bundle.devices = {{"/dev/kvm", "c", 10, 232}, {"/dev/zero", "c", 1, 5}};
  const HostReach found = reach_of(bundle, "/b", {});
  EXPECT_THAT(found.devices, ElementsAre("/dev/kvm"));
  EXPECT_THAT(found.paths, IsEmpty());
}

TEST(HostReach, OfARootThatNoEngineMade) {
  Bundle bundle;
  bundle.rootfs = "/";
  EXPECT_THAT(reach_of(bundle, "/b", {}).writable_paths, ElementsAre("/"));
  bundle.readonly_root = true;
  EXPECT_THAT(reach_of(bundle, "/b", {}).writable_paths, IsEmpty());
  bundle.rootfs = "/var/lib/containers/storage/overlay/5c5c/merged";
  EXPECT_THAT(reach_of(bundle, "/b", {}).paths, IsEmpty());
}

}  // namespace
}  // namespace doorman::source::container
