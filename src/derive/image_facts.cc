// SPDX-License-Identifier: Apache-2.0
#include "derive/image_facts.h"

#include <unordered_map>

namespace doorman::derive {

using model::FoundPackage;
using model::ImageFacts;

ImageFacts image_facts_of(const model::Inventory& inventory, std::span<const model::Finding> findings) {
  ImageFacts facts;
  for (const model::Finding& finding : findings) {
    if (finding.fix != model::FixState::fixed) continue;
    facts.worst = std::max(facts.worst, std::optional(finding.vulnerability.severity));
    facts.known_exploited = facts.known_exploited || finding.vulnerability.known_exploited;
  }
  facts.runs_as_root = inventory.config && inventory.config->starts_as_root();
  std::unordered_map<std::uint32_t, std::uint32_t> numbers;
  for (const model::FoundProgram& program : inventory.programs) {
    if (program.owner == FoundPackage::none) continue;
    const auto [number, is_new] = numbers.try_emplace(program.owner, static_cast<std::uint32_t>(numbers.size()));
    if (is_new) facts.packages.push_back(inventory.packages[program.owner].purl);
    facts.programs.push_back({program.file.path, number->second});
  }
  return facts;
}

}  // namespace doorman::derive
