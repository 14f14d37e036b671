// SPDX-License-Identifier: Apache-2.0
#include "net/auth_challenge.h"

#include <optional>

#include "base/text.h"

namespace doorman::net {
namespace {

bool is_token_char(char c) {
  return base::is_alpha(c) || base::is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// Walks over the header's text from left to right; nothing is read twice.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  void skip_spaces() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
  }
  void skip_separators() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == ',')) rest_.remove_prefix(1);
  }
  bool accept(char c) {
    skip_spaces();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view token() {
    std::size_t size = 0;
    while (size < rest_.size() && is_token_char(rest_[size])) ++size;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::optional<std::string> value() {
    skip_spaces();
    if (!accept('"')) return std::string(token());
    std::string text;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return text;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      text.push_back(rest_[i]);
    }
    rest_ = {};
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::string_view AuthChallenge::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

std::vector<AuthChallenge> parse_challenges(std::string_view header) {
  std::vector<AuthChallenge> challenges;
  Cursor cursor(header);
  for (cursor.skip_separators(); !cursor.at_end(); cursor.skip_separators()) {
    const std::string name = base::to_lower(cursor.token());
    if (name.empty()) break;
    if (!cursor.accept('=')) {
      if (challenges.size() == max_challenges) break;
      challenges.push_back({name, {}});
      continue;
    }
    const auto value = cursor.value();
    if (!value || challenges.empty()) break;
    auto& parameters = challenges.back().parameters;
    if (parameters.size() < max_challenge_parameters) parameters.emplace_back(name, *value);
  }
  return challenges;
}

}  // namespace doorman::net
