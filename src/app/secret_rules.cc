// SPDX-License-Identifier: Apache-2.0
#include "app/secret_rules.h"

#include <vector>

#include "app/packs.h"

namespace doorman::app {

base::Result<parse::secret::SecretRules> built_in_secret_rules() {
  std::vector<parse::secret::RuleText> texts;
  for (const BuiltInFile& file : built_in_files("secrets/rules")) texts.push_back({file.path, file.text});
  return parse::secret::SecretRules::parse(texts);
}

}  // namespace doorman::app
