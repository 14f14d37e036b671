// SPDX-License-Identifier: Apache-2.0
#include "derive/image_facts.h"

#include <string>
#include <string_view>

#include "model/container.h"

namespace doorman::derive {

using model::ImageFacts;

namespace {

constexpr std::size_t longest_name = 255;  // what is longer is no reference

/// Source: OCI image-spec v1.1, annotations.md.
void add_origin(const model::ImageConfig& config, ImageFacts& facts) {
  const auto label = [&](std::string_view key) {
    const std::string* const found = model::find_label(config.labels, key);
    return found == nullptr || found->size() > longest_name ? std::string() : *found;
  };
  facts.base_name = label("org.opencontainers.image.base.name");
  facts.base_digest = label("org.opencontainers.image.base.digest");
  facts.created = config.created;
}

}  // namespace

ImageFacts image_facts_of(const model::Inventory& inventory, std::span<const model::Finding> findings) {
  ImageFacts facts;
  for (const model::Finding& finding : findings) {
    if (finding.fix != model::FixState::fixed) continue;
    facts.worst = std::max(facts.worst, std::optional(finding.vulnerability.severity));
    facts.known_exploited = facts.known_exploited || finding.vulnerability.known_exploited;
  }
  facts.runs_as_root = inventory.config && inventory.config->starts_as_root();
  if (inventory.secrets_sought) facts.secrets = inventory.secrets.size();
  if (inventory.config) add_origin(*inventory.config, facts);
  return facts;
}

}  // namespace doorman::derive
