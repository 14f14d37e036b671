// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/container/addresses.h"
#include "parse/container/bundle.h"
#include "parse/container/docker.h"
#include "parse/container/runtime_state.h"
#include "repeated.h"

namespace doorman::parse::container {
namespace {

using base::ErrorCode;
using testing::ElementsAre;

std::vector<std::string> texts_of(const std::vector<base::IpAddress>& addresses) {
  std::vector<std::string> texts;
  for (const base::IpAddress& address : addresses) texts.push_back(to_text(address));
  return texts;
}

constexpr std::string_view bundle_text = R"({
  "ociVersion": "1.0.2-dev",
  "process": {
    "user": {"uid": 1000, "gid": 100, "additionalGids": [5, 6]},
    "args": ["sleep", "1000"],
    "capabilities": {"bounding": ["CAP_KILL", "CAP_CHOWN"], "effective": ["CAP_KILL"], "ambient": []},
    "noNewPrivileges": true, "apparmorProfile": "docker-default"
  },
  "root": {"path": "rootfs", "readonly": true},
  "hostname": "web",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid"]},
    {"destination": "/data", "type": "bind", "source": "/srv/data", "options": ["rbind", "ro", "rprivate"]}
  ],
  "annotations": {"z": "1", "a": "2", "n": 3},
  "linux": {
    "cgroupsPath": "system.slice:docker:abc",
    "namespaces": [{"type": "pid"}, {"type": "network", "path": "/run/netns/x"}, {"type": "mount"}],
    "seccomp": {"defaultAction": "SCMP_ACT_ERRNO"},
    "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"]
  }
})";

TEST(Bundle, SaysWhatTheRuntimeIsToMake) {
  const auto parsed = parse_bundle(bundle_text);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  const Bundle& bundle = *parsed;
  EXPECT_EQ(bundle.rootfs, "rootfs");
  EXPECT_TRUE(bundle.readonly_root);
  EXPECT_EQ(bundle.hostname, "web");
  EXPECT_THAT(bundle.args, ElementsAre("sleep", "1000"));
  EXPECT_EQ(bundle.uid, 1000U);
  EXPECT_EQ(bundle.gid, 100U);
  EXPECT_THAT(bundle.additional_gids, ElementsAre(5, 6));
  EXPECT_THAT(bundle.capabilities.bounding, ElementsAre("CAP_CHOWN", "CAP_KILL"));
  EXPECT_THAT(bundle.capabilities.effective, ElementsAre("CAP_KILL"));
  EXPECT_TRUE(bundle.no_new_privileges);
  EXPECT_EQ(bundle.apparmor_profile, "docker-default");
  ASSERT_EQ(bundle.mounts.size(), 2U);
  EXPECT_TRUE(bundle.mounts[1].has("ro"));
  EXPECT_FALSE(bundle.mounts[0].has("ro"));
  EXPECT_EQ(bundle.annotation("a"), "2");
  EXPECT_EQ(bundle.annotation("z"), "1");
  EXPECT_EQ(bundle.annotation("n"), "") << "no text";
  EXPECT_EQ(bundle.annotation("missing"), "");
  EXPECT_EQ(bundle.cgroups_path, "system.slice:docker:abc");
  ASSERT_NE(bundle.find_namespace("network"), nullptr);
  EXPECT_EQ(bundle.find_namespace("network")->path, "/run/netns/x");
  EXPECT_EQ(bundle.find_namespace("ipc"), nullptr);
  EXPECT_TRUE(bundle.seccomp);
  EXPECT_THAT(bundle.masked_paths, ElementsAre("/proc/kcore"));
  EXPECT_FALSE(bundle.is_privileged());
}

TEST(Bundle, IsPrivilegedWithEverythingAndNothingInItsWay) {
  Bundle bundle;
  bundle.capabilities.bounding = {"CAP_SYS_ADMIN",  "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
                                  "CAP_SYS_PTRACE", "CAP_NET_ADMIN",  "CAP_DAC_READ_SEARCH"};
  EXPECT_TRUE(bundle.is_privileged());
  bundle.seccomp = true;
  EXPECT_FALSE(bundle.is_privileged());
  bundle.seccomp = false;
  bundle.masked_paths = {"/proc/kcore"};
  EXPECT_FALSE(bundle.is_privileged());
  bundle.masked_paths.clear();
  bundle.capabilities.bounding.pop_back();
  EXPECT_FALSE(bundle.is_privileged());
}

TEST(Bundle, OtherDocumentsAreNone) {
  for (const char* text :
       {"", "[]", "{}", R"({"ociVersion": "1"})", R"({"root": {}})", R"({"ociVersion":"1","root":{)"}) {
    EXPECT_FALSE(parse_bundle(text).ok()) << text;
  }
  const auto least = parse_bundle(R"({"ociVersion": "1", "root": {}, "process": 1, "mounts": {}, "linux": "x"})");
  ASSERT_TRUE(least.ok());
  EXPECT_EQ(*least, Bundle{});
}

std::string with(const std::string& member) { return R"({"ociVersion": "1", "root": {}, )" + member + "}"; }

std::string list_of(std::string_view item, std::size_t times) { return tests::repeated(item, times, ","); }

TEST(Bundle, ReadsDevicesSettingsAndLimits) {
  const auto parsed = parse_bundle(with(
      R"("process": {"env": ["A=1", "B="]}, "linux": {"devices": [{"path": "/dev/kvm", "type": "c", "major": 10,
      "minor": 232}], "sysctl": {"net.a": "1", "kernel.b": "2"}, "resources": {"memory": {"limit": 1000},
      "cpu": {"quota": 50, "period": 100}}})"));
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_THAT(parsed->env, ElementsAre("A=1", "B="));
  ASSERT_EQ(parsed->devices.size(), 1U);
  EXPECT_EQ(parsed->devices[0], (Bundle::Device{"/dev/kvm", "c", 10, 232}));
  EXPECT_THAT(parsed->sysctls, ElementsAre(testing::Pair("kernel.b", "2"), testing::Pair("net.a", "1")));
  EXPECT_EQ(parsed->memory_limit, 1000);
  EXPECT_EQ(parsed->cpu_quota, 50);
  EXPECT_EQ(parsed->cpu_period, 100);
}

TEST(Bundle, OfContradictingOptionsTheLastCounts) {
  Bundle::Mount mount{"/a", "bind", "/b", {"ro", "rw"}};
  EXPECT_TRUE(mount.is_writable());
  mount.options = {"rw", "ro"};
  EXPECT_FALSE(mount.is_writable());
  mount.options = {"rro"};
  EXPECT_FALSE(mount.is_writable());
  mount.options = {};
  EXPECT_TRUE(mount.is_writable());
  EXPECT_TRUE((Bundle::Mount{"/a", "ext4", "/dev/sda1", {}}).is_of_host());
  EXPECT_TRUE((Bundle::Mount{"/a", "none", "folder", {"rbind"}}).is_of_host());
  EXPECT_FALSE((Bundle::Mount{"/a", "tmpfs", "tmpfs", {}}).is_of_host());
}

TEST(Bundle, ReadDifferentlyByDifferentRuntimesIsNone) {
  for (const char* members : {R"("mounts": [], "mounts": [])", R"("mounts": [], "Mounts": [])", R"("MOUNTS": [])",
                              R"("process": {"capabilities": {"Bounding": ["CAP_SYS_ADMIN"]}})",
                              R"("process": {"u\u017fer": {"uid": 0}})",
                              R"("linux": {"namespaces": [{"type": "pid", "Path": "/proc/1/ns/pid"}]})",
                              R"("linux": {"ma\u017f\u212aedPaths": []})"}) {
    const auto parsed = parse_bundle(with(members));
    ASSERT_FALSE(parsed.ok()) << members;
    EXPECT_EQ(parsed.error().code(), ErrorCode::invalid);
  }
  EXPECT_TRUE(parse_bundle(with(R"("annotations": {"a": "1", "A": "2"})")).ok());
}

TEST(Bundle, HasLimits) {
  const auto code = [](const std::string& text) {
    const auto parsed = parse_bundle(text);
    return parsed.ok() ? std::optional<ErrorCode>() : parsed.error().code();
  };
  EXPECT_EQ(code(std::string(Bundle::max_bytes + 1, ' ')), ErrorCode::limit);
  EXPECT_EQ(code(with("\"mounts\": [" + list_of("{}", Bundle::max_mounts) + "]")), std::nullopt);
  EXPECT_EQ(code(with("\"mounts\": [" + list_of("{}", Bundle::max_mounts + 1) + "]")), ErrorCode::limit);
  EXPECT_EQ(code(with("\"linux\": {\"namespaces\": [" + list_of("{}", Bundle::max_names + 1) + "]}")),
            ErrorCode::limit);
  EXPECT_EQ(code(with("\"annotations\": {" + list_of("\"a\":\"b\"", Bundle::max_annotations + 1) + "}")),
            ErrorCode::limit);
  const auto many =
      parse_bundle(with("\"process\": {\"args\": [" + list_of("\"a\"", Bundle::max_names + 1) + "]}"));
  ASSERT_TRUE(many.ok());
  EXPECT_EQ(many->args.size(), Bundle::max_names);
}

TEST(DockerContainer, IsReadFromItsFolder) {
  const auto container = parse_docker_container(R"({
    "ID": "865f", "Name": "/web", "Image": "sha256:3efd",
    "Config": {"Hostname": "865f66", "Image": "tiny:1", "Labels": {"x": "y", "n": null}},
    "NetworkSettings": {
      "Networks": {"bridge": {"IPAddress": "172.17.0.2", "GlobalIPv6Address": ""}, "six": {"IPAddress": "", "GlobalIPv6Address": "fd00::2"}},
      "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}], "81/udp": null, "x/tcp": [{}]}
    }})");
  ASSERT_TRUE(container.ok());
  EXPECT_EQ(container->name, "web");
  EXPECT_EQ(container->image, "tiny:1");
  EXPECT_EQ(container->image_id, "sha256:3efd");
  EXPECT_EQ(container->hostname, "865f66");
  EXPECT_EQ(container->labels, (model::Container::Labels{{"x", "y"}}));
  EXPECT_THAT(texts_of(container->addresses), ElementsAre("172.17.0.2", "fd00::2"));
  EXPECT_EQ(container->ports,
            (std::vector<model::PublishedPort>{{"tcp", "0.0.0.0", 8080, 80}, {"tcp", "::", 8080, 80}}));
  EXPECT_FALSE(parse_docker_container("{}").ok());
  EXPECT_EQ(parse_docker_container(std::string(DockerContainer::max_bytes + 1, ' ')).error().code(),
            ErrorCode::limit);
}

TEST(DockerContainer, SettingsOfTheHostAndNames) {
  const auto host = parse_docker_host_config(
      R"({"Privileged": true, "NetworkMode": "host", "PidMode": "", "IpcMode": "private",
          "PortBindings": {"80": [{"HostPort": "8080"}], "81/sctp": [{"HostPort": "99999"}]}})");
  ASSERT_TRUE(host.ok());
  EXPECT_TRUE(host->privileged);
  EXPECT_EQ(host->network_mode, "host");
  EXPECT_EQ(host->ports, (std::vector<model::PublishedPort>{{"tcp", "", 8080, 80}, {"sctp", "", 0, 81}}));
  EXPECT_FALSE(parse_docker_host_config("[]").ok());

  const auto names = parse_docker_repositories(
      R"({"Repositories": {"tiny": {"tiny:1": "sha256:3e", "tiny@sha256:aa": "sha256:3e"}, "other": 1}})");
  ASSERT_TRUE(names.ok());
  ASSERT_EQ(names->size(), 2U);
  EXPECT_EQ(names->at(1).name, "tiny@sha256:aa");
  EXPECT_EQ(names->at(1).image_id, "sha256:3e");
  const std::string many = "{\"Repositories\": {\"a\": {" + list_of(R"("a:1":"b")", (1U << 16U) + 1) + "}}}";
  EXPECT_EQ(parse_docker_repositories(many).error().code(), ErrorCode::limit);
}

TEST(RuntimeState, OfRuncAndCrun) {
  const auto runc = parse_runc_state(R"({"id": "one", "init_process_pid": 77,
      "config": {"rootfs": "/b/rootfs", "labels": ["k=v", "bundle=/b"]},
      "cgroup_paths": {"": "/sys/fs/cgroup/unified/one", "cpu": "/sys/fs/cgroup/cpu/one"}})");
  ASSERT_TRUE(runc.ok());
  EXPECT_EQ(runc->id, "one");
  EXPECT_EQ(runc->pid, 77U);
  EXPECT_EQ(runc->bundle, "/b");
  EXPECT_EQ(runc->rootfs, "/b/rootfs");
  EXPECT_EQ(runc->group, "/sys/fs/cgroup/unified/one");
  EXPECT_FALSE(parse_runc_state("{}").ok());
  EXPECT_FALSE(parse_runc_state("[]").ok());

  const auto crun =
      parse_crun_status(R"({"pid": 78, "cgroup-path": "/system.slice/crun-one.scope", "rootfs": "/c/rootfs",
      "systemd-cgroup": true, "bundle": "/c", "detached": false})");
  ASSERT_TRUE(crun.ok());
  EXPECT_EQ(crun->pid, 78U);
  EXPECT_EQ(crun->bundle, "/c");
  EXPECT_EQ(crun->group, "/system.slice/crun-one.scope");
  EXPECT_FALSE(parse_crun_status("{}").ok());
  const std::string large(RuntimeState::max_bytes + 1, ' ');
  EXPECT_EQ(parse_runc_state(large).error().code(), ErrorCode::limit);
  EXPECT_EQ(parse_crun_status(large).error().code(), ErrorCode::limit);
}

TEST(Addresses, OfANetworkNamespace) {
  constexpr std::string_view trie = R"(Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 10.88.0.0
        /16 link UNICAST
Local:
  +-- 10.88.0.0/16 2 0 2
     |-- 10.88.0.3
        /32 host LOCAL
     |-- 10.88.255.255
        /32 link BROADCAST
  +-- 127.0.0.0/8 2 0 2
     |-- 127.0.0.0
        /8 host LOCAL
     |-- 127.0.0.1
        /32 host LOCAL
Local:
     |-- 10.88.0.3
        /32 host LOCAL
)";
  EXPECT_THAT(texts_of(parse_fib_trie(trie)), ElementsAre("10.88.0.3"));
  EXPECT_THAT(parse_fib_trie("|-- nonsense\n/32 host LOCAL\n/32 host LOCAL"), testing::IsEmpty());
  constexpr std::string_view six =
      "00000000000000000000000000000001 01 80 10 80       lo\n"
      "fe80000000000000c85e5bfffed15ccc 02 40 20 80     eth0\n"
      "fd000000000000000000000000000002 02 40 00 80     eth0\n"
      "fd0000000000000000000000000000zz 02 40 00 80     eth0\n"
      "fd00 02 40 00 80 eth0\n\n";
  EXPECT_THAT(texts_of(parse_if_inet6(six)), ElementsAre("fd00::2"));
}

TEST(Addresses, HaveALimit) {
  std::string trie;
  for (std::size_t i = 0; i <= max_addresses; ++i) {
    trie += "|-- 10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256) + "\n/32 host LOCAL\n";
  }
  EXPECT_EQ(parse_fib_trie(trie).size(), max_addresses);
}

}  // namespace
}  // namespace doorman::parse::container
