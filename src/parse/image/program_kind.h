// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "model/layer_facts.h"

namespace doorman::parse::image {

/// How many first bytes of a file decide what kind of program it is; a shorter file is decided by all it has.
inline constexpr std::size_t program_head_bytes = 4096;

struct ProgramKind {
  model::ProgramFile::Kind kind = model::ProgramFile::Kind::other;
  bool runs = false;  ///< it may run without an x bit being its only sign: `#!`, or ELF that is no mere library
  bool core_dump = false;  ///< ELF that holds the memory of a program
};

/// Source: System V ABI, chapter 4 (ELF header) and 5 (program header); execve(2) for `#!`.
ProgramKind program_kind(base::Bytes head);

}  // namespace doorman::parse::image
