// SPDX-License-Identifier: Apache-2.0
#include "model/flow.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>

#include "base/text.h"

namespace doorman::model {

std::string_view to_text(FlowExposure exposure) {
  switch (exposure) {
    case FlowExposure::local:
      return "local";
    case FlowExposure::cluster:
      return "cluster";
    case FlowExposure::private_net:
      return "private";
    case FlowExposure::internet:
      return "internet";
  }
  return {};
}

std::string_view to_text(FlowDirection direction) {
  switch (direction) {
    case FlowDirection::inbound:
      return "inbound";
    case FlowDirection::outbound:
      return "outbound";
    case FlowDirection::internal:
      return "internal";
  }
  return {};
}

std::string_view to_text(FlowMode mode) {
  switch (mode) {
    case FlowMode::off:
      return "off";
    case FlowMode::discover:
      return "discover";
    case FlowMode::monitor:
      return "monitor";
    case FlowMode::protect:
      return "protect";
  }
  return {};
}

std::optional<FlowMode> parse_flow_mode(std::string_view text) {
  for (const FlowMode mode : {FlowMode::off, FlowMode::discover, FlowMode::monitor, FlowMode::protect}) {
    if (text == to_text(mode)) return mode;
  }
  return std::nullopt;
}

std::string_view protocol_name(std::uint8_t number) {
  switch (number) {
    case protocol::tcp:
      return "tcp";
    case protocol::udp:
      return "udp";
    case protocol::icmp:
    case protocol::icmpv6:
      return "icmp";
    case protocol::sctp:
      return "sctp";
    default:
      return {};
  }
}

std::string_view to_text(FlowIdentity::Kind kind) {
  switch (kind) {
    case FlowIdentity::Kind::container:
      return "container";
    case FlowIdentity::Kind::host:
      return "host";
    case FlowIdentity::Kind::world:
      return "world";
  }
  return {};
}

namespace {

/// Parts may hold anything but NUL, so joined by NUL they stay apart.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    std::ranges::copy_if(part, std::back_inserter(text), [](char c) { return c != '\0'; });
    text.push_back('\0');
  }
  return text;
}

std::string world_key(const FlowIdentity& identity) {
  return identity.name.empty() ? joined({"network", to_text(identity.network)}) : joined({"name", identity.name});
}

const std::string* label_of(const Container::Labels& labels, std::string_view key) {
  const std::string* const found = find_label(labels, key);
  return found != nullptr && !found->empty() ? found : nullptr;
}

constexpr auto workload_labels = std::to_array<std::string_view>({
    "app.kubernetes.io/name",
    "app",
    "k8s-app",
    "com.docker.compose.service",
    "io.podman.compose.service",
});
constexpr auto project_labels = std::to_array<std::string_view>({
    "com.docker.compose.project",
    "io.podman.compose.project",
});

template <typename Keys>
std::string declared_by(const Container& container, const Keys& keys) {
  for (const std::string_view key : keys) {
    if (const std::string* found = label_of(container.pod_labels, key)) return *found;
    if (const std::string* found = label_of(container.labels, key)) return *found;
  }
  return {};
}

/// What controllers put together for generated names: no vowels, and of digits none that looks like one.
bool is_generated(std::string_view part, std::size_t least, std::size_t most) {
  constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
  return part.size() >= least && part.size() <= most && part.find_first_not_of(alphabet) == std::string_view::npos;
}

/// `web-7d9c5b6f4-x2v5k` and `web-0` belong to `web`.
/// Source: Kubernetes, staging/src/k8s.io/apimachinery/pkg/util/rand; a ReplicaSet's hash has up to ten of them.
std::string_view controller_of(std::string_view pod) {
  const auto dash = pod.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return pod;
  const std::string_view last = pod.substr(dash + 1), front = pod.substr(0, dash);
  if (base::to_number(last)) return front;
  if (!is_generated(last, 5, 5)) return pod;
  const auto hash = front.rfind('-');
  if (hash == std::string_view::npos || hash == 0 || !is_generated(front.substr(hash + 1), 6, 10)) return front;
  return front.substr(0, hash);
}

Container::Labels all_labels(const Container& container) {
  Container::Labels labels = container.pod_labels;
  for (const auto& label : container.labels) {
    if (std::ranges::find(labels, label.first, &Container::Labels::value_type::first) == labels.end()) {
      labels.push_back(label);
    }
  }
  std::ranges::sort(labels);
  return labels;
}

}  // namespace

std::string FlowIdentity::key() const {
  switch (kind) {
    case Kind::container:
      return joined({"container", digest.empty() ? repository : digest, name_space, workload});
    case Kind::host:
      return joined({"host"});
    case Kind::world:
      return world_key(*this);
  }
  return {};
}

std::string FlowIdentity::lasting_key() const {
  switch (kind) {
    case Kind::container: {
      const std::string_view image = repository.empty() ? std::string_view(digest) : std::string_view(repository);
      return declared ? joined({"workload", name_space, workload, image}) : joined({"image", image});
    }
    case Kind::host:
      return joined({"host"});
    case Kind::world:
      return world_key(*this);
  }
  return {};
}

const std::string* FlowIdentity::label(std::string_view name_of_it) const { return find_label(labels, name_of_it); }

FlowIdentity identity_of(const Container& container) {
  FlowIdentity identity;
  identity.kind = FlowIdentity::Kind::container;
  identity.digest = container.image_id;
  identity.repository = container.repository.empty() ? container.image : container.repository;
  identity.name_space = container.pod_namespace;
  if (identity.name_space.empty()) identity.name_space = declared_by(container, project_labels);
  identity.workload = declared_by(container, workload_labels);
  if (identity.workload.empty()) identity.workload = controller_of(container.pod_name);
  identity.declared = !identity.workload.empty();
  if (!identity.declared) identity.workload = name_or_id(container.name, container.id);
  identity.labels = all_labels(container);
  return identity;
}

}  // namespace doorman::model
