// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/layer_facts.h"
#include "parse/binary/elf.h"

namespace doorman::parse::package {

/// What the Go linker writes into a program: the toolchain and the list of modules, as `go version -m` prints it.
/// Both borrow the program's bytes.
struct GoBuildInfo {
  std::string_view toolchain;  ///< `go1.22.3`, sometimes followed by experiments or a vendor's mark
  std::string_view modules;    ///< lines of `path`, `mod`, `dep`, `=>` and `build`; empty in Debian's programs
};

/// Nothing for a program that Go did not build; an error for one whose build info is broken.
/// Source: the package debug/buildinfo of Go 1.18 to 1.25 (inline strings), and of 1.13 to 1.17 (pointers).
base::Result<std::optional<GoBuildInfo>> find_go_build_info(const binary::Elf& elf);

/// The packages of a Go program: the standard library, the main module, and each dependency in the version that
/// was linked.
///
/// - The standard library is `stdlib` in the version of the toolchain, `v1.22.3`; `go1.20` is `v1.20.0` and
///   `go1.22rc1` is `v1.22.0-rc.1`, as the Go vulnerability database counts. A vendor's mark behind it is left out.
/// - A dependency that `=>` replaces is what stands in its place; replaced by a folder, it keeps its name and has
/// no
///   version, since nobody knows what was in the folder.
/// - The main module has the version that the linker knows. For `(devel)` it is the value of a linker flag
///   `-X PACKAGE.NAME=VALUE` where PACKAGE is `main` or belongs to the main module, NAME is a word for the
///   program's own version, VALUE is a version, and no other such flag says otherwise. Else the version is empty.
void add_go_packages(const GoBuildInfo& info, std::string_view path, model::FileFacts& facts);

/// `go1.22.3` as a version of the package `stdlib`; empty for toolchains that have none (`devel go1.23-…`).
std::string go_stdlib_version(std::string_view toolchain);

/// Both steps for one program.
base::Status read_go_program(const binary::Elf& elf, std::string_view path, model::FileFacts& facts);

}  // namespace doorman::parse::package
