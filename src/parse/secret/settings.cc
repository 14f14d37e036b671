// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "parse/secret/scanner.h"

namespace doorman::parse::secret {

using base::Result;
using base::Status;
using model::Secret;

namespace {

class SettingsSearch {
 public:
  explicit SettingsSearch(SecretScanner& scanner) : scanner_(scanner) {}

  Status look_at(Secret::Where where, std::string_view file, std::string_view name, std::string_view text) {
    scanner_.begin(file, text.size());
    DOORMAN_CHECK(scanner_.feed(text));
    DOORMAN_TRY(SecretScanner::Found found, scanner_.end());
    for (Secret& secret : found.secrets) {
      secret.where = where;
      secret.path.clear();
      secret.name = name;
      secret.line = 0;
      found_.push_back(std::move(secret));
    }
    return {};
  }

  std::vector<Secret> take() { return std::move(found_); }

 private:
  SecretScanner& scanner_;
  std::vector<Secret> found_;
};

}  // namespace

Result<std::vector<Secret>> find_in_settings(const SecretRules& rules, const model::ImageConfig& config) {
  DOORMAN_TRY(SecretScanner scanner, SecretScanner::make(rules, SecretScanner::Amount::few_texts));
  SettingsSearch search(scanner);
  for (const std::string_view variable : config.env) {
    const std::string_view name = variable.substr(0, variable.find('='));
    DOORMAN_CHECK(search.look_at(Secret::Where::environment, "environment.env", name, variable));
  }
  for (const auto& [name, value] : config.labels) {
    DOORMAN_CHECK(search.look_at(Secret::Where::label, "label.env", name, name + "=" + value));
  }
  for (std::size_t i = 0; i < config.history.size(); ++i) {
    DOORMAN_CHECK(
        search.look_at(Secret::Where::history, "history.sh", std::to_string(i + 1), config.history[i].created_by));
  }
  return search.take();
}

}  // namespace doorman::parse::secret
