// SPDX-License-Identifier: Apache-2.0
#include "sink/flow_selector.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace doorman::sink {
namespace {

using model::FlowGraph;
using model::FlowIdentity;
using Label = std::pair<std::string, std::string>;

/// What people choose by comes first.
constexpr auto preferred = std::to_array<std::string_view>({
    "app.kubernetes.io/name",
    "app",
    "k8s-app",
    "app.kubernetes.io/component",
    "component",
    "role",
    "tier",
    "com.docker.compose.service",
    "io.podman.compose.service",
});

/// What tools write differs from one start to the next, or says nothing of what a workload is.
constexpr auto of_tools = std::to_array<std::string_view>({
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/",
    "batch.kubernetes.io/",
    "job-name",
    "controller-uid",
    "io.kubernetes.",
    "io.podman.",
    "io.buildah.",
    "io.cri-",
    "org.opencontainers.",
    "com.docker.compose.",
    "doorman.",
    "PODMAN_",
});

std::size_t rank_of(std::string_view key) {
  const auto found = std::ranges::find(preferred, key);
  return static_cast<std::size_t>(found - preferred.begin());
}

std::vector<Label> usable_labels(const FlowIdentity& identity) {
  std::vector<Label> labels;
  for (const Label& label : identity.labels) {
    const bool is_preferred = rank_of(label.first) < preferred.size();
    const bool is_tools =
        std::ranges::any_of(of_tools, [&](auto prefix) { return label.first.starts_with(prefix); });
    if ((is_tools && !is_preferred) || !is_plain_word(label.first) || !is_plain_word(label.second)) continue;
    labels.push_back(label);
  }
  std::ranges::stable_sort(labels, {}, [](const Label& label) { return rank_of(label.first); });
  return labels;
}

bool has(const FlowIdentity& identity, const FlowSelector& selector) {
  for (const Label& label : selector.labels) {
    const std::string* value = identity.label(label.first);
    if (value == nullptr || *value != label.second) return false;
  }
  return (selector.name_space.empty() || identity.name_space == selector.name_space) &&
         (selector.repository.empty() || identity.repository == selector.repository) &&
         (selector.digest.empty() || identity.digest == selector.digest) &&
         (selector.workload.empty() || identity.workload == selector.workload);
}

class Finder {
 public:
  Finder(const FlowGraph& graph, std::size_t which)
      : graph_(graph), which_(which), self_(graph.identities[which]) {}

  FlowSelector find() {
    const std::vector<Label> labels = usable_labels(self_);
    for (const bool with_namespace : {false, true}) {
      FlowSelector base;
      if (with_namespace) {
        if (self_.name_space.empty() || !is_plain_word(self_.name_space)) break;
        base.name_space = self_.name_space;
      }
      if (const auto found = by_labels(labels, base)) return *found;
    }
    FlowSelector image;
    if (is_plain_word(self_.repository)) image.repository = self_.repository;
    if (!image.repository.empty() && is_alone(image)) return image;
    FlowSelector digest;
    digest.digest = is_plain_word(self_.digest) ? self_.digest : std::string();
    if (!digest.digest.empty() && is_alone(digest)) return digest;
    if (is_plain_word(self_.workload)) digest.workload = self_.workload;
    if (digest.digest.empty()) digest.repository = image.repository;
    if (is_plain_word(self_.name_space)) digest.name_space = self_.name_space;
    return digest;
  }

 private:
  [[nodiscard]] std::optional<FlowSelector> by_labels(const std::vector<Label>& labels,
                                                      const FlowSelector& base) const {
    for (const Label& label : labels) {
      FlowSelector one = base;
      one.labels = {label};
      if (is_alone(one)) return one;
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
      for (std::size_t k = i + 1; k < labels.size(); ++k) {
        FlowSelector two = base;
        two.labels = {labels[i], labels[k]};
        if (is_alone(two)) return two;
      }
    }
    return std::nullopt;
  }
  /// Two images of one workload are one here: a new version goes on as the old one.
  [[nodiscard]] bool is_alone(const FlowSelector& selector) const {
    for (std::size_t i = 0; i < graph_.identities.size(); ++i) {
      const FlowIdentity& other = graph_.identities[i];
      if (i == which_ || other.kind != FlowIdentity::Kind::container || !has(other, selector)) continue;
      const bool is_version = other.declared && self_.declared && other.workload == self_.workload &&
                              other.name_space == self_.name_space && other.repository == self_.repository;
      if (!is_version) return false;
    }
    return true;
  }

  const FlowGraph& graph_;
  std::size_t which_;
  const FlowIdentity& self_;
};

}  // namespace

bool is_plain_word(std::string_view text) {
  constexpr std::size_t longest = 253;
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view("._-/:@").find(c) != std::string_view::npos;
  });
}

std::vector<FlowSelector> selectors_of(const FlowGraph& graph) {
  std::vector<FlowSelector> selectors(graph.identities.size());
  for (std::size_t i = 0; i < selectors.size(); ++i) {
    if (graph.identities[i].kind == FlowIdentity::Kind::container) selectors[i] = Finder(graph, i).find();
  }
  return selectors;
}

}  // namespace doorman::sink
