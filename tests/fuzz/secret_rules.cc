// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/secret/scanner.h"

namespace doorman::fuzz {

/// The text of a rule pack; what it makes looks at the text itself.
void secret_rules(base::Bytes input) {
  const parse::secret::RuleText text{"pack.yaml", input};
  const auto rules = parse::secret::SecretRules::parse({&text, 1});
  if (!rules.ok() || rules->size() > 50 || !rules->check().ok()) return;
  auto scanner = parse::secret::SecretScanner::make(*rules);
  if (!scanner.ok()) return;
  scanner->begin("a/b", input.size());
  if (scanner->feed(input).ok()) (void)scanner->end();
}

}  // namespace doorman::fuzz
