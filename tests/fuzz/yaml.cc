// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {
namespace {

// Recursion ends at YamlDocument::max_depth, the walk at max_nodes.
void walk(const base::YamlValue& value) {  // NOLINT(misc-no-recursion)
  (void)value.text();
  (void)value.integer();
  (void)value.boolean();
  (void)value["a"];
  for (const base::YamlValue& item : value.items()) walk(item);
  for (const auto& [key, member] : value.members()) {
    walk(key);
    walk(member);
  }
}

}  // namespace

void yaml(base::Bytes input) {
  const auto document = base::YamlDocument::parse(input);
  if (!document.ok()) return;
  for (const base::YamlValue& root : document->roots()) walk(root);
}

}  // namespace doorman::fuzz
