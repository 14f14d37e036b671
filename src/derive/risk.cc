// SPDX-License-Identifier: Apache-2.0
#include "derive/risk.h"

#include <algorithm>

namespace doorman::derive {
namespace {

constexpr std::uint32_t most = 100;

std::uint32_t of_flaw(model::Severity worst) {
  switch (worst) {
    case model::Severity::critical:
      return 40;
    case model::Severity::high:
      return 30;
    case model::Severity::medium:
      return 15;
    case model::Severity::low:
      return 5;
    case model::Severity::unknown:
    case model::Severity::none:
      return 0;
  }
  return 0;
}

std::uint32_t of_settings(const model::Container& container, bool root) {
  constexpr std::uint32_t privileged = 35, as_root = 10, of_namespace = 10, namespaces = 20;
  if (container.privileged.value_or(false)) return privileged;
  std::uint32_t shared = 0;
  for (const auto& each : {container.host_pid, container.host_network, container.host_ipc}) {
    if (each.value_or(false)) shared += of_namespace;
  }
  return std::min(shared, namespaces) + (root ? as_root : 0);
}

}  // namespace

std::optional<std::uint32_t> risk_of(const model::Container& container) {
  const model::ImageFacts* const image = container.image_facts.get();
  if (image == nullptr && !container.privileged && !container.host_pid && !container.host_network) {
    return std::nullopt;
  }
  constexpr std::uint32_t exploited = 15;
  std::uint32_t risk = of_settings(container, image != nullptr && image->runs_as_root);
  if (image != nullptr && image->worst) risk += of_flaw(*image->worst) + (image->known_exploited ? exploited : 0);
  return std::min(risk, most);
}

}  // namespace doorman::derive
