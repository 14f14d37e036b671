// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/captures.h"
#include "base/patterns.h"
#include "base/result.h"
#include "model/vulnerability.h"
#include "parse/secret/check.h"
#include "parse/secret/glob.h"

namespace doorman::parse::secret {

/// Compiled when it is first asked for: of a hundred rules an image needs a few. Safe between threads.
class LazyExpression {
 public:
  explicit LazyExpression(std::string text) : text_(std::move(text)) {}

  base::Result<const base::Captures*> get() const {
    std::call_once(once_, [this] { compiled_.emplace(base::Captures::compile(text_)); });
    if (!compiled_->ok()) return compiled_->error();
    return &**compiled_;
  }

 private:
  std::string text_;
  mutable std::once_flag once_;
  mutable std::optional<base::Result<base::Captures>> compiled_;
};

struct Rule {
  std::string id, title;
  model::Severity severity = model::Severity::unknown;
  std::vector<std::string> also;  ///< each stands in the window
  std::unique_ptr<const LazyExpression> expression;
  double entropy = 0;
  Check check = Check::none;
  PathGlobs only, never;
  std::vector<std::string> stopwords;  ///< in lower case
  std::uint32_t before = 64, after = 256;
  bool guessable = false;

  /// Whether it knows its secrets by their own form, whatever stands around them.
  [[nodiscard]] bool sees_binary() const { return only.empty() && !guessable; }
};

struct CompiledRules {
  struct Keyword {
    base::SearchPattern pattern;
    std::vector<std::uint32_t> rules;
  };

  std::vector<Rule> rules;
  std::vector<Keyword> keywords;
  std::vector<std::uint32_t> whole_file;  ///< rules without keywords
  std::uint32_t max_before = 0, max_after = 0;
  std::uint64_t version = 1;

  /// All keywords in one automaton, by their position; nothing where there are none. Made when it is first asked
  /// for.
  [[nodiscard]] base::Result<const base::PatternSet*> patterns() const {
    std::call_once(once_, [this] {
      std::vector<base::SearchPattern> all;
      for (const Keyword& keyword : keywords) all.push_back(keyword.pattern);
      if (!all.empty()) patterns_.emplace(base::PatternSet::compile(all));
    });
    if (!patterns_) return nullptr;
    if (!patterns_->ok()) return patterns_->error();
    return &**patterns_;
  }

 private:
  mutable std::once_flag once_;
  mutable std::optional<base::Result<base::PatternSet>> patterns_;
};

}  // namespace doorman::parse::secret
