// SPDX-License-Identifier: Apache-2.0
#include "kern/flow_programs.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <skeletons/flow.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "base/fd.h"
#include "bpf/flow_maps.h"
#include "bpf/maps.h"
#include "kern/skeleton.h"

namespace doorman::kern {
namespace {

using base::Result;
using base::Status;

constexpr std::string_view family = "flow";
constexpr std::uint8_t closed_kind = 6;  // doorman_flow_kind, of bpf/event.h
constexpr std::size_t v4_at = 12;        // in ::ffff:a.b.c.d

doorman_flow_key key_of(std::uint32_t policy, const FlowRule& rule) {
  constexpr std::uint32_t mapped_bits = 96;
  doorman_flow_key key{};
  key.policy = policy;
  key.protocol = rule.protocol;
  key.port = rule.protocol == 0 ? std::uint16_t{0} : rule.port;
  key.prefix = DOORMAN_FLOW_KEY_BITS + rule.network.prefix;
  if (rule.bind) key.what |= DOORMAN_FLOW_OF_BIND;
  if (rule.name != 0) {
    key.what |= DOORMAN_FLOW_OF_NAME;
    key.prefix = DOORMAN_FLOW_KEY_BITS + 128;
    std::memcpy(key.address, &rule.name, sizeof rule.name);
    return key;
  }
  const auto& bytes = rule.network.address.bytes;
  if (rule.network.address.is_v6) {
    key.what |= DOORMAN_FLOW_OF_IPV6;
    std::ranges::copy(bytes, key.address);
  } else {
    key.prefix += mapped_bits;
    key.address[10] = key.address[11] = 0xff;
    std::copy_n(bytes.begin(), sizeof key.address - v4_at, key.address + v4_at);
  }
  return key;
}

base::IpAddress address_of(const __u8* address) {
  constexpr std::uint8_t ones = 0xff;
  base::IpAddress made;
  made.is_v6 = !std::all_of(address, address + v4_at - 2, [](__u8 byte) { return byte == 0; }) ||
               address[10] != ones || address[11] != ones;
  if (made.is_v6) std::copy_n(address, sizeof(doorman_flow_key::address), made.bytes.begin());
  else std::copy_n(address + v4_at, sizeof(doorman_flow_key::address) - v4_at, made.bytes.begin());
  return made;
}

base::Error map_error(std::string_view what, int result) {
  errno = -result;
  return base::system_error(what);
}

/// Calls `visit(key)` for each key of the map; it must not take the key out.
template <typename Key, typename Visitor>
Status each_key(int map, Visitor&& visit) {
  Key key{};
  const void* before = nullptr;
  while (true) {
    Key next{};
    const int result = bpf_map_get_next_key(map, before, &next);
    if (result == -ENOENT) return {};
    if (result != 0) return map_error("walk a map of flows", result);
    visit(next);
    key = next;
    before = &key;
  }
}

}  // namespace

struct FlowPrograms::Loaded {
  Skeleton<flow_bpf> skeleton;
  Links links;
  std::optional<Links> sockets;
  bool wants_sockets = false;
  std::map<std::uint64_t, Links> names, cut;
  base::Fd root;
  std::optional<Pins> pins;  ///< where links are pinned; nothing: they are not
  std::uint32_t last_name = 0;
};

FlowPrograms::FlowPrograms(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
FlowPrograms::FlowPrograms(FlowPrograms&&) noexcept = default;
FlowPrograms& FlowPrograms::operator=(FlowPrograms&&) noexcept = default;
FlowPrograms::~FlowPrograms() = default;

Result<FlowPrograms> FlowPrograms::load(const Pins& pins) {
  DOORMAN_TRY(auto skeleton, Skeleton<flow_bpf>::open(family, pins));
  DOORMAN_CHECK(skeleton.load());
  return FlowPrograms(std::make_unique<Loaded>(Loaded{std::move(skeleton), {}, {}, false, {}, {}, {}, {}, 0}));
}

namespace {

Result<base::Fd> open_folder(const std::string& folder) {
  base::Fd group(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!group.valid()) return base::system_error(folder);
  return group;
}

/// A control group by its id, which is its file handle. Source: Linux fs/kernfs/mount.c, kernfs_fh_to_dentry.
Result<base::Fd> open_group(const base::Fd& root, std::uint64_t id) {
  constexpr int kernfs_handle = 0xfe;
  struct {
    file_handle head;
    std::uint64_t id;
  } handle{};
  handle.head.handle_bytes = sizeof handle.id;
  handle.head.handle_type = kernfs_handle;
  std::memcpy(handle.head.f_handle, &id, sizeof id);
  base::Fd group(::open_by_handle_at(root.get(), &handle.head, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (group.valid()) return group;
  if (errno == ESTALE) errno = ENOENT;
  return base::system_error("control group " + std::to_string(id));
}

std::string cut_family(std::uint64_t cgroup) { return "cut-" + std::to_string(cgroup); }

}  // namespace

Status FlowPrograms::attach(const Pins& pins, const std::string& root, bool pinned) {
  DOORMAN_TRY(loaded_->root, open_folder(root));
  if (pinned) loaded_->pins = pins;
  const Pins* const where = pinned ? &pins : nullptr;
  const auto& programs = loaded_->skeleton->progs;
  DOORMAN_CHECK(loaded_->links.attach(programs.flow_state, where, family));
  for (bpf_program* const program : {programs.flow_connect4, programs.flow_connect6, programs.flow_sendmsg4,
                                     programs.flow_sendmsg6, programs.flow_bind4, programs.flow_bind6}) {
    DOORMAN_CHECK(loaded_->links.attach_to_cgroup(program, loaded_->root.get(), where, family));
  }
  return loaded_->wants_sockets ? guard_sockets(true) : Status();
}

Status FlowPrograms::guard_sockets(bool on) {
  loaded_->wants_sockets = on;
  if (!loaded_->root.valid()) return {};
  const Pins* const where = loaded_->pins ? &*loaded_->pins : nullptr;
  bpf_program* const program = loaded_->skeleton->progs.flow_socket;
  if (on) {
    if (loaded_->sockets) return {};
    Links links;
    DOORMAN_CHECK(links.attach_to_cgroup(program, loaded_->root.get(), where, family));
    loaded_->sockets = std::move(links);
    return {};
  }
  if (loaded_->sockets) loaded_->sockets->detach();
  loaded_->sockets.reset();
  if (where == nullptr) return {};
  const std::string path = where->link_path(family, bpf_program__name(program));
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return base::system_error(path);
  return {};
}

Status FlowPrograms::watch_names(std::uint64_t cgroup) {
  if (loaded_->names.contains(cgroup)) return {};
  DOORMAN_TRY(const base::Fd group, open_group(loaded_->root, cgroup));
  Links links;  // not pinned: without a guard nobody reads what it tells
  DOORMAN_CHECK(links.attach_to_cgroup(loaded_->skeleton->progs.flow_dns, group.get(), nullptr, family));
  loaded_->names.insert_or_assign(cgroup, std::move(links));
  return {};
}

void FlowPrograms::forget_names(std::uint64_t cgroup) {
  const auto found = loaded_->names.find(cgroup);
  if (found == loaded_->names.end()) return;
  found->second.detach();
  loaded_->names.erase(found);
}

Status FlowPrograms::cut_off(const Pins& pins, std::uint64_t cgroup) {
  if (loaded_->cut.contains(cgroup)) return {};
  DOORMAN_TRY(const base::Fd group, open_group(loaded_->root, cgroup));
  Links links;
  for (bpf_program* const program : {loaded_->skeleton->progs.flow_cut_in, loaded_->skeleton->progs.flow_cut_out}) {
    DOORMAN_CHECK(links.attach_to_cgroup(program, group.get(), &pins, cut_family(cgroup)));
  }
  loaded_->cut.insert_or_assign(cgroup, std::move(links));
  return {};
}

void FlowPrograms::end_cut(const Pins& pins, std::uint64_t cgroup) {
  if (const auto found = loaded_->cut.find(cgroup); found != loaded_->cut.end()) {
    found->second.detach();
    loaded_->cut.erase(found);
  }
  const LibbpfMessages unheard;  // of most groups there is none
  // Detached at once; without its pin alone the kernel takes its time.
  for (const bpf_program* const program :
       {loaded_->skeleton->progs.flow_cut_in, loaded_->skeleton->progs.flow_cut_out}) {
    const std::string path = pins.link_path(cut_family(cgroup), bpf_program__name(program));
    bpf_link* const link = bpf_link__open(path.c_str());
    if (link == nullptr) continue;
    (void)bpf_link__detach(link);
    (void)bpf_link__unpin(link);
    (void)bpf_link__destroy(link);
  }
}

Result<Ring> FlowPrograms::ring() const { return Ring::open(bpf_map__fd(loaded_->skeleton->maps.flows)); }

Result<std::uint32_t> FlowPrograms::number_of(std::string_view name) {
  const int map = bpf_map__fd(loaded_->skeleton->maps.flow_names);
  const auto number_in_map = [map](const doorman_name& key) {
    std::uint32_t number = 0;
    return bpf_map_lookup_elem(map, &key, &number) == 0 ? number : 0;
  };
  doorman_name key{};
  if (name.size() >= sizeof key.bytes) return base::Error(base::ErrorCode::limit, "a name of more than 255 bytes");
  std::ranges::copy(name, key.bytes);
  if (const std::uint32_t known = number_in_map(key); known != 0) return known;
  if (loaded_->last_name == 0) {  // an earlier guard's stay
    DOORMAN_CHECK(each_key<doorman_name>(map, [&](const doorman_name& each) {
      loaded_->last_name = std::max(loaded_->last_name, number_in_map(each));
    }));
  }
  const std::uint32_t number = loaded_->last_name + 1;
  const int result = bpf_map_update_elem(map, &key, &number, BPF_NOEXIST);
  if (result == -E2BIG) return base::Error(base::ErrorCode::limit, "more names than the kernel is told");
  if (result != 0) return map_error("put a name into the kernel", result);
  loaded_->last_name = number;
  return number;
}

Status FlowPrograms::put(std::uint32_t policy, std::span<const FlowRule> rules) {
  const int map = bpf_map__fd(loaded_->skeleton->maps.flow_entries);
  for (const FlowRule& rule : rules) {
    const doorman_flow_key key = key_of(policy, rule);
    const auto act = static_cast<std::uint32_t>(rule.act);
    if (const int result = bpf_map_update_elem(map, &key, &act, BPF_ANY); result != 0) {
      return map_error("put a rule of flows into the kernel", result);
    }
  }
  return {};
}

Status FlowPrograms::take(std::uint32_t policy, std::span<const FlowRule> rules) {
  const int map = bpf_map__fd(loaded_->skeleton->maps.flow_entries);
  for (const FlowRule& rule : rules) {
    const doorman_flow_key key = key_of(policy, rule);
    const int result = bpf_map_delete_elem(map, &key);
    if (result != 0 && result != -ENOENT) return map_error("take a rule of flows out of the kernel", result);
  }
  return {};
}

Status FlowPrograms::apply() {
  const int map = bpf_map__fd(loaded_->skeleton->maps.flow_control);
  const std::uint32_t zero = 0;
  doorman_flow_control control{};
  if (const int result = bpf_map_lookup_elem(map, &zero, &control); result != 0) {
    return map_error("read the generation of flow rules", result);
  }
  ++control.generation;
  const int result = bpf_map_update_elem(map, &zero, &control, BPF_ANY);
  return result == 0 ? Status() : map_error("write the generation of flow rules", result);
}

Status FlowPrograms::set_container(std::uint64_t cgroup, std::uint8_t mode, std::uint32_t policy) {
  const int map = bpf_map__fd(loaded_->skeleton->maps.containers);
  doorman_container container{};
  if (const int result = bpf_map_lookup_elem(map, &cgroup, &container); result != 0) {
    return map_error("container of a control group", result);
  }
  container.flows = mode;
  container.flow_policy = policy;
  const int result = bpf_map_update_elem(map, &cgroup, &container, BPF_EXIST);
  return result == 0 ? Status() : map_error("container of a control group", result);
}

Status FlowPrograms::set_default_mode(std::uint8_t mode) {
  const int map = bpf_map__fd(loaded_->skeleton->maps.control);
  const std::uint32_t zero = 0;
  doorman_control control{};
  if (const int result = bpf_map_lookup_elem(map, &zero, &control); result != 0) {
    return map_error("read the settings in the kernel", result);
  }
  control.flows = mode;
  const int result = bpf_map_update_elem(map, &zero, &control, BPF_ANY);
  return result == 0 ? Status() : map_error("write the settings in the kernel", result);
}

Result<std::set<std::uint32_t>> FlowPrograms::policies() const {
  std::set<std::uint32_t> found;
  DOORMAN_CHECK(each_key<doorman_flow_key>(bpf_map__fd(loaded_->skeleton->maps.flow_entries),
                                           [&](const auto& key) { found.insert(key.policy); }));
  const int containers = bpf_map__fd(loaded_->skeleton->maps.containers);
  DOORMAN_CHECK(each_key<std::uint64_t>(containers, [&](std::uint64_t group) {
    doorman_container container{};
    if (bpf_map_lookup_elem(containers, &group, &container) == 0) found.insert(container.flow_policy);
  }));
  return found;
}

Status FlowPrograms::forget(const std::set<std::uint32_t>& policies) {
  const int map = bpf_map__fd(loaded_->skeleton->maps.flow_entries);
  std::vector<doorman_flow_key> keys;
  DOORMAN_CHECK(each_key<doorman_flow_key>(map, [&](const auto& key) {
    if (policies.contains(key.policy)) keys.push_back(key);
  }));
  for (const doorman_flow_key& key : keys) {
    const int result = bpf_map_delete_elem(map, &key);
    if (result != 0 && result != -ENOENT) return map_error("take a rule of flows out of the kernel", result);
  }
  return {};
}

Result<std::vector<FlowCount>> FlowPrograms::collect() {
  const int map = bpf_map__fd(loaded_->skeleton->maps.flow_seen);
  std::vector<FlowCount> counts;
  DOORMAN_CHECK(each_key<doorman_seen_key>(map, [&](const doorman_seen_key& key) {
    doorman_seen seen{};
    if (bpf_map_lookup_elem(map, &key, &seen) != 0) return;
    if (seen.count == 0 && seen.closings == 0) return;
    FlowCount count;
    count.cgroup = key.root;
    count.kind = key.kind;
    count.verdict = static_cast<std::uint8_t>(seen.verdict);
    count.protocol = key.protocol;
    count.server = key.server != 0;
    count.port = key.port;
    count.address = address_of(key.address);
    count.times = seen.count;
    if (seen.count != 0) counts.push_back(count);
    if (seen.closings != 0) {
      count.kind = closed_kind;
      count.times = seen.closings;
      count.sent = seen.sent;
      count.received = seen.received;
      counts.push_back(count);
    }
    seen.count = seen.closings = 0;
    seen.sent = seen.received = 0;
    (void)bpf_map_update_elem(map, &key, &seen, BPF_EXIST);
  }));
  return counts;
}

}  // namespace doorman::kern
