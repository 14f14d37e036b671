// SPDX-License-Identifier: Apache-2.0
#include "policy/load/exception_files.h"

#include <cstdlib>

#include "fuzz/fuzz.h"
#include "policy/exception_index.h"

namespace doorman::fuzz {
namespace {

policy::RuleSet rules() {
  policy::RuleSet set;
  for (const auto source : {model::EventSource::image, model::EventSource::vulnerability, model::EventSource::file,
                            model::EventSource::secret}) {
    policy::Rule rule;
    rule.name = "Rule of " + std::string(model::to_text(source));
    rule.source = source;
    set.rules.push_back(std::move(rule));
  }
  return set;
}

}  // namespace

void exceptions(base::Bytes input) {
  static const policy::RuleSet set = rules();
  const auto loaded = policy::load_exceptions({{"exceptions.yaml", std::string(input)}}, set);
  for (const policy::Diagnostic& each : loaded.diagnostics) (void)policy::to_text(each, loaded.texts);

  policy::SubjectNames image, names;
  image.add(policy::SubjectKey::image, "registry.example/shop:1");
  names.add(policy::SubjectKey::package, "openssl");
  names.add(policy::SubjectKey::vulnerability, "CVE-2024-1");
  names.add(policy::SubjectKey::path, "/etc/passwd");
  policy::ExceptionIndex index(loaded.exceptions, image, base::Time(std::chrono::hours(500'000)));
  for (std::size_t rule = 0; rule < set.rules.size(); ++rule) {
    const auto taken = index.take(rule, names);
    // What is taken away is taken by an exception that speaks of the rule.
    if (taken && !loaded.exceptions.at(*taken).rules.at(rule)) std::abort();
  }
  if (index.uses().size() != loaded.exceptions.size()) std::abort();
}

}  // namespace doorman::fuzz
