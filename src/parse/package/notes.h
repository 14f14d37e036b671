// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/layer_facts.h"

namespace doorman::parse::package {

/// As many notes one file may add, so that a file of nothing but mistakes does not fill the report.
inline constexpr std::size_t max_notes = 50;

/// Adds a note, unless the file has had its share; the last one says that more were left out.
void add_note(model::FileFacts& facts, std::string place, std::string message);

/// A note on one line of the file, counted from 1: `var/lib/dpkg/status:118`.
void note_line(model::FileFacts& facts, std::string_view path, std::size_t line, std::string message);

}  // namespace doorman::parse::package
