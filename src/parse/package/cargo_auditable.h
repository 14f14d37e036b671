// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/layer_facts.h"
#include "parse/binary/elf.h"

namespace doorman::parse::package {

/// Adds the crates that `cargo auditable` recorded in a Rust program: those linked into it, the program's own
/// included; crates that were needed only to build it are left out. Programs without the record add nothing.
/// Source: cargo-auditable, PARSING.md and cargo-auditable.schema.json (section .dep-v0, zlib, JSON).
base::Status read_auditable_crates(const binary::Elf& elf, std::string_view path, model::FileFacts& facts);

}  // namespace doorman::parse::package
