// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace doorman::parse::secret {

/// One file of a rule pack.
struct RuleText {
  std::string_view name;  ///< for errors: `secrets/rules/cloud.yaml`
  std::string_view text;
};

struct CompiledRules;

/// What secrets look like, from the text of a pack (policies/secrets/rules; its form is in docs/secrets.md):
/// compiled once, immutable, shared between threads.
class SecretRules {
 public:
  static constexpr std::size_t max_rules = 2'000;
  static constexpr std::size_t max_list = 200;          ///< keywords, globs or words of one rule
  static constexpr std::size_t max_text_bytes = 1'000;  ///< of one of these
  static constexpr std::size_t min_keyword_bytes = 3, max_keyword_bytes = 64;
  static constexpr std::uint32_t max_before = 1'024, max_after = 16'384;  ///< bytes around a keyword

  /// Rules that come first win where several find the same bytes. An error names the file and the line.
  static base::Result<SecretRules> parse(std::span<const RuleText> texts);
  SecretRules(SecretRules&&) noexcept;
  SecretRules& operator=(SecretRules&&) noexcept;
  ~SecretRules();

  /// Compiles everything now. Without it an expression that is wrong is told when a file first needs it.
  [[nodiscard]] base::Status check() const;
  /// The same for the same texts, other for others, never 0.
  [[nodiscard]] std::uint64_t version() const;
  [[nodiscard]] std::size_t size() const;

 private:
  friend class SecretScanner;
  explicit SecretRules(std::unique_ptr<const CompiledRules> rules);
  std::unique_ptr<const CompiledRules> rules_;
};

}  // namespace doorman::parse::secret
