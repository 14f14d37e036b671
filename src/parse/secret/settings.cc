// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <utility>

#include "parse/secret/scanner.h"

namespace doorman::parse::secret {

using base::Result;
using base::Status;
using model::Secret;

namespace {

/// A shorter text may well be a part of another word.
constexpr std::size_t min_telling_bytes = 8;
/// So many secrets are looked for in all other texts too; each is hidden where it was found in any case.
constexpr std::size_t max_hidden_elsewhere = 200;

void replace_all(std::string& text, std::string_view secret, std::string_view masked) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + masked.size())) {
    text.replace(at, secret.size(), masked);
  }
}

class SettingsSearch {
 public:
  SettingsSearch(SecretScanner& scanner, model::ImageConfig& config) : scanner_(scanner), config_(config) {}

  Status run() {
    for (std::string& variable : config_.env) {
      const std::string name = variable.substr(0, variable.find('='));
      DOORMAN_CHECK(look_at(Secret::Where::environment, "environment.env", name, variable));
    }
    for (auto& [name, value] : config_.labels) {
      std::string text = name + "=" + value;
      DOORMAN_CHECK(look_at(Secret::Where::label, "label.env", name, text));
      if (text.starts_with(name + "=")) value = text.substr(name.size() + 1);
    }
    for (std::size_t i = 0; i < config_.history.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      DOORMAN_CHECK(look_at(Secret::Where::history, "history.sh", number, config_.history[i].created_by));
    }
    hide_everywhere();
    return {};
  }

  std::vector<Secret> take() { return std::move(found_); }

 private:
  Status look_at(Secret::Where where, std::string_view file, const std::string& name, std::string& text) {
    scanner_.begin(file, text.size());
    DOORMAN_CHECK(scanner_.feed(text));
    DOORMAN_TRY(SecretScanner::Found found, scanner_.end());
    for (std::size_t i = found.secrets.size(); i-- > 0;) {
      const auto& [begin, end] = found.places[i];
      const std::string& masked = found.secrets[i].masked;
      if (end - begin >= min_telling_bytes && hidden_.size() < max_hidden_elsewhere) {
        hidden_.emplace_back(text.substr(begin, end - begin), masked);
      }
      text.replace(begin, end - begin, masked);
    }
    for (Secret& secret : found.secrets) {
      secret.where = where;
      secret.path.clear();
      secret.name = name;
      secret.line = 0;
      found_.push_back(std::move(secret));
    }
    return {};
  }

  void hide_everywhere() {
    for (const auto& [secret, masked] : hidden_) {
      const auto hide = [&](std::string& text) { replace_all(text, secret, masked); };
      for (auto* list : {&config_.env, &config_.entrypoint, &config_.cmd, &config_.volumes}) {
        for (std::string& text : *list) hide(text);
      }
      for (auto& [name, value] : config_.labels) hide(value);
      for (model::BuildStep& step : config_.history) {
        hide(step.created_by);
        hide(step.comment);
      }
    }
  }

  SecretScanner& scanner_;
  model::ImageConfig& config_;
  std::vector<Secret> found_;
  std::vector<std::pair<std::string, std::string>> hidden_;  ///< what was found, and its masked form
};

}  // namespace

Result<std::vector<Secret>> find_and_hide(const SecretRules& rules, model::ImageConfig& config) {
  DOORMAN_TRY(SecretScanner scanner, SecretScanner::make(rules, SecretScanner::Amount::few_texts));
  SettingsSearch search(scanner, config);
  DOORMAN_CHECK(search.run());
  return search.take();
}

}  // namespace doorman::parse::secret
