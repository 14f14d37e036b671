// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "base/arena.h"
#include "model/facts.h"
#include "policy/engine/graph.h"
#include "policy/engine/text_index.h"

namespace doorman::policy {

/// A predicate in the form in which it is asked fastest. Says what `holds` says.
struct Matcher {
  enum class Kind : std::uint8_t {
    text_set,  ///< by the number of the text in its operand's TextIndex
    text,      ///< compared with one text
    path,      ///< pmatch
    integer,   ///< compared with one number
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
  std::uint64_t number = 0;  ///< of integer, natural, truth
  std::string_view wanted;   ///< of text; belongs to the predicate
  NumberSet set;
  PathTrie paths;
  const Predicate* predicate = nullptr;
};

/// The texts that predicates of one operand ask for go into `texts`.
Matcher make_matcher(const Leaf& leaf, TextIndex& texts);
/// To be called when all texts are known.
void finish(Matcher& matcher, const TextIndex& texts);

/// Of one value that is no list and is there. `text_number`: of a text_set, the value's number.
bool holds_for(const Matcher& matcher, const model::Value& value, std::uint32_t text_number);

}  // namespace doorman::policy
