// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "model/verdict.h"
#include "policy/exception.h"

namespace doorman::policy {

/// What a match is about, under each of the names by which an exception may know it. Borrows the texts.
class SubjectNames {
 public:
  void add(SubjectKey key, std::string_view text) {
    if (!text.empty()) names_.at(static_cast<std::size_t>(key)).push_back(text);
  }
  [[nodiscard]] std::span<const std::string_view> of(SubjectKey key) const {
    return names_.at(static_cast<std::size_t>(key));
  }
  void clear();

 private:
  std::array<std::vector<std::string_view>, subject_key_count> names_;
};

/// The exceptions that may concern one image, ready to be asked for each match. An exception that names something
/// exactly is found by it; only those that name nothing but patterns are tried one after the other.
class ExceptionIndex {
 public:
  /// Borrows the exceptions. `image` holds the image's names and digests only.
  ExceptionIndex(std::span<const Exception> exceptions, const SubjectNames& image, base::Time now);

  /// The first exception that takes the match of that rule away, if there is one. Counts the match for every one
  /// that covers it, expired ones too.
  std::optional<std::uint32_t> take(std::size_t rule, const SubjectNames& names);

  /// What became of each, in their order.
  [[nodiscard]] std::vector<model::ExceptionUse> uses() const;

 private:
  [[nodiscard]] bool is_over(const Exception& exception) const;
  void place(std::uint32_t index);
  void take_if(std::uint32_t index, std::size_t rule, const SubjectNames& names,
               std::optional<std::uint32_t>& first);

  std::span<const Exception> exceptions_;
  base::Date today_;
  std::uint64_t asked_ = 0;
  std::vector<std::uint64_t> last_asked_, matches_;  ///< for each exception
  std::map<std::pair<SubjectKey, std::string_view>, std::vector<std::uint32_t>> exact_;
  std::vector<std::uint32_t> patterns_;  ///< tried for each match
  // Exceptions of the image as a whole cover every match of their rules: these are counted by rule.
  std::vector<std::uint32_t> whole_;
  std::vector<std::optional<std::uint32_t>> first_whole_;  ///< that still counts, for each rule
  std::vector<std::uint64_t> rule_matches_;
};

}  // namespace doorman::policy
