// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "parse/binary/elf.h"
#include "parse/package/all.h"
#include "parse/package/cargo_auditable.h"
#include "parse/package/gobuild.h"
#include "parse/package/notes.h"
#include "parse/package/program.h"

// Programs and libraries: each ELF file is opened once and asked for Go's build info (gobuild.h), Rust's crates
// (cargo_auditable.h) and the version of a well-known program (program.h). Most files have none of them, and cost
// the reading of their headers.

namespace doorman::parse::package {
namespace {

constexpr auto wants = std::to_array<Pattern>({{Pattern::Kind::elf, ""}});

/// What one reader could not do must not stop the next.
void note_failure(const base::Status& status, std::string_view path, model::FileFacts& facts) {
  if (!status.ok()) add_note(facts, std::string(path), status.error().message());
}

base::Status parse_elf(const File& file, model::FileFacts& facts) {
  DOORMAN_TRY(const binary::Elf elf, binary::Elf::parse(file.content));
  note_failure(read_go_program(elf, file.path, facts), file.path, facts);
  note_failure(read_auditable_crates(elf, file.path, facts), file.path, facts);
  read_known_program(elf, file.path, facts);
  return {};
}

}  // namespace

const Parser elf_parser = {"elf", wants, 8ULL << 30U, parse_elf};

}  // namespace doorman::parse::package
