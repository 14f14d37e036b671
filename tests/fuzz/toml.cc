// SPDX-License-Identifier: Apache-2.0
#include "base/toml.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {
namespace {

// Recursion ends at TomlDocument::max_depth.
void walk(const base::TomlValue& value) {  // NOLINT(misc-no-recursion)
  (void)value.string();
  (void)value.literal();
  (void)value["a"];
  for (const base::TomlValue& item : value.items()) walk(item);
  for (const auto& member : value.members()) walk(member.value);
}

}  // namespace

void toml(base::Bytes input) {
  const auto document = base::TomlDocument::parse(input);
  if (!document.ok()) return;
  for (const base::TomlSection& section : document->sections()) walk(section.table);
}

}  // namespace doorman::fuzz
