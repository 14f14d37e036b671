// SPDX-License-Identifier: Apache-2.0
// container.* and k8s.*.
#include <fnmatch.h>

#include <algorithm>
#include <array>

#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;

template <std::string Container::* member>
Value text(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.container() == nullptr ? Value() : text_unless_empty(event.container()->*member);
}
template <std::string Container::* member>
Value brief(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.container() == nullptr ? Value() : text_unless_empty(short_id(event.container()->*member));
}
template <std::optional<bool> Container::* member>
Value truth(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.container() == nullptr || !(event.container()->*member).has_value()) return {};
  return Value::of(*(event.container()->*member));
}

Value id(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  return event.container() == nullptr ? Value::of(std::string_view("host"))
                                      : brief<&Container::id>(event, use, scratch);
}
Value name(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.container() == nullptr ? Value::of(std::string_view("host"))
                                      : text_unless_empty(event.container()->name);
}

/// A container starts with the first process in its pid namespace.
std::uint64_t start_of(const SystemEvent& event) {
  return event.container() == nullptr || event.process() == nullptr ? 0 : event.process()->state.pidns_start;
}
Value start_time(const SystemEvent& event, const FieldUse&, Arena&) {
  const std::uint64_t start = start_of(event);
  return start == 0 ? Value() : Value::of_natural(wall_time(event, start));
}
Value duration(const SystemEvent& event, const FieldUse&, Arena&) {
  const std::uint64_t start = start_of(event);
  return start == 0 || event.record().time < start ? Value() : Value::of_natural(event.record().time - start);
}

template <Container::Labels Container::* member>
Value label(const SystemEvent& event, const FieldUse& use, Arena&) {
  if (event.container() == nullptr) return {};
  const std::string* const found = find_label(event.container()->*member, use.key);
  return found == nullptr ? Value() : Value::of(*found);
}
template <Container::Labels Container::* member>
Value all_labels(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  if (event.container() == nullptr || (event.container()->*member).empty()) return {};
  return Value::of(scratch.copy(label_list(event.container()->*member)));
}

// Mounts: one by its number, or the first whose one side fits a pattern.

void append(const ContainerMount& mount, fmt::memory_buffer& text) {
  fmt::format_to(std::back_inserter(text), "{}:{}:{}:{}:{}", mount.source, mount.destination, mount.mode,
                 mount.writable, mount.propagation);
}

template <std::string ContainerMount::* side>
const ContainerMount* find_mount(const SystemEvent& event, const FieldUse& use) {
  if (event.container() == nullptr) return nullptr;
  const auto& mounts = event.container()->mounts;
  if (use.index >= 0) {
    return static_cast<std::size_t>(use.index) < mounts.size() ? &mounts[static_cast<std::size_t>(use.index)]
                                                               : nullptr;
  }
  const auto found = std::ranges::find_if(mounts, [&](const ContainerMount& mount) {
    return ::fnmatch(use.key.c_str(), (mount.*side).c_str(), 0) == 0;
  });
  return found == mounts.end() ? nullptr : &*found;
}

constexpr auto source = &ContainerMount::source;
constexpr auto destination = &ContainerMount::destination;

/// `none` where no mount is the one that is asked for, as Falco has it.
Value whole_mount(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  if (event.container() == nullptr) return {};
  const ContainerMount* mount = find_mount<source>(event, use);
  if (mount == nullptr) return Value::of(std::string_view("none"));
  fmt::memory_buffer text;
  append(*mount, text);
  return Value::of(scratch.copy({text.data(), text.size()}));
}
template <std::string ContainerMount::* side, std::string ContainerMount::* member>
Value mount_text(const SystemEvent& event, const FieldUse& use, Arena&) {
  const ContainerMount* mount = find_mount<side>(event, use);
  return mount == nullptr ? Value() : text_unless_empty(mount->*member);
}
Value mount_writable(const SystemEvent& event, const FieldUse& use, Arena&) {
  const ContainerMount* mount = find_mount<source>(event, use);
  return mount == nullptr ? Value() : Value::of(std::string_view(mount->writable ? "true" : "false"));
}
Value all_mounts(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  if (event.container() == nullptr || event.container()->mounts.empty()) return {};
  fmt::memory_buffer text;
  for (const ContainerMount& mount : event.container()->mounts) {
    if (text.size() > 0) text.push_back(' ');
    append(mount, text);
  }
  return Value::of(scratch.copy({text.data(), text.size()}));
}

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::container_id, id},
    {FieldId::container_full_id, text<&Container::id>},
    {FieldId::container_name, name},
    {FieldId::container_type, text<&Container::engine>},
    {FieldId::container_image, text<&Container::image>},
    {FieldId::container_image_id, brief<&Container::image_id>},
    {FieldId::container_image_repository, text<&Container::repository>},
    {FieldId::container_image_tag, text<&Container::tag>},
    {FieldId::container_image_digest, text<&Container::digest>},
    {FieldId::container_privileged, truth<&Container::privileged>},
    {FieldId::container_host_pid, truth<&Container::host_pid>},
    {FieldId::container_host_network, truth<&Container::host_network>},
    {FieldId::container_host_ipc, truth<&Container::host_ipc>},
    {FieldId::container_start_ts, start_time},
    {FieldId::container_duration, duration},
    {FieldId::container_ip, text<&Container::ip>},
    {FieldId::container_label, label<&Container::labels>},
    {FieldId::container_labels, all_labels<&Container::labels>},
    {FieldId::container_mounts, all_mounts},
    {FieldId::container_mount, whole_mount},
    {FieldId::container_mount_source, mount_text<destination, &ContainerMount::source>},
    {FieldId::container_mount_dest, mount_text<source, &ContainerMount::destination>},
    {FieldId::container_mount_mode, mount_text<source, &ContainerMount::mode>},
    {FieldId::container_mount_rdwr, mount_writable},
    {FieldId::container_mount_propagation, mount_text<source, &ContainerMount::propagation>},
    {FieldId::k8s_pod_name, text<&Container::pod_name>},
    {FieldId::k8s_pod_id, text<&Container::pod_uid>},
    {FieldId::k8s_pod_uid, text<&Container::pod_uid>},
    {FieldId::k8s_pod_sandbox_id, brief<&Container::pod_sandbox>},
    {FieldId::k8s_pod_full_sandbox_id, text<&Container::pod_sandbox>},
    {FieldId::k8s_pod_label, label<&Container::pod_labels>},
    {FieldId::k8s_pod_labels, all_labels<&Container::pod_labels>},
    {FieldId::k8s_pod_ip, text<&Container::ip>},
    {FieldId::k8s_ns_name, text<&Container::pod_namespace>},
});

}  // namespace

std::span<const ReaderOf> container_readers() { return readers; }

}  // namespace doorman::model
