// SPDX-License-Identifier: Apache-2.0
#include "parse/package/notes.h"

#include <fmt/format.h>

#include <utility>

namespace doorman::parse::package {

void add_note(model::FileFacts& facts, std::string place, std::string message) {
  if (facts.notes.size() > max_notes) return;
  if (facts.notes.size() == max_notes) message = "more notes on this file are left out";
  facts.notes.push_back({std::move(place), std::move(message)});
}

void note_line(model::FileFacts& facts, std::string_view path, std::size_t line, std::string message) {
  add_note(facts, fmt::format("{}:{}", path, line), std::move(message));
}

}  // namespace doorman::parse::package
