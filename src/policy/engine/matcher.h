// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "base/arena.h"
#include "model/facts.h"
#include "policy/engine/graph.h"
#include "policy/engine/text_index.h"

namespace doorman::policy {

/// A predicate in the form in which it is asked fastest. Says what `holds` says. Small, as many are asked of an
/// event.
struct Matcher {
  enum class Kind : std::uint8_t {
    one_text,  ///< by the number of the text in its operand's TextIndex
    text_set,
    text,     ///< compared with one text
    path,     ///< pmatch
    integer,  ///< compared with one number
    natural,
    truth,
    each_literal,  ///< of any other type, or of several literals
    exists,
    plainly,  ///< as `holds` does it
  };

  Kind kind = Kind::plainly;
  Operator op = Operator::exists;
  bool all_values = false;  ///< every value on the left must fit
  std::uint32_t operand = 0;
  /// Of one_text, integer, natural, truth; of text_set and path, which of the large ones; of text, where the byte
  /// of `wanted` is that is seldom there.
  std::uint64_t number = 0;
  std::string_view wanted;  ///< of text; belongs to the predicate
  const Predicate* predicate = nullptr;

  [[nodiscard]] bool is_hashed() const { return kind == Kind::one_text || kind == Kind::text_set; }
};

/// What some matchers need besides.
struct LargeMatchers {
  std::vector<NumberSet> sets;
  std::vector<PathTrie> paths;
};

/// The texts that predicates of one operand ask for go into `texts`.
Matcher make_matcher(const Leaf& leaf, TextIndex& texts, LargeMatchers& large);
/// To be called when all texts are known.
void finish(Matcher& matcher, const TextIndex& texts, LargeMatchers& large);

/// Of one value that is no list and is there. `text_number`: the value's number, for one that is hashed.
bool holds_for(const Matcher& matcher, const LargeMatchers& large, const model::Value& value,
               std::uint32_t text_number);

}  // namespace doorman::policy
