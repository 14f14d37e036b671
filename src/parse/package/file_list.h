// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/path.h"
#include "model/layer_facts.h"

namespace doorman::parse::package {

/// Gathers the files of one operating-system package after the other.
class FileList {
 public:
  /// As many files one database may list; what comes after is not remembered (`full`).
  static constexpr std::size_t max_files = 4'000'000;

  /// A path as a package manager writes it: `/usr/bin/env`, `./usr/bin/env` or `usr/bin/env`. One that is
  /// not canonical otherwise names no file, and does no harm.
  void add(std::string_view path);
  /// The same in two pieces; `folder` may end in a slash or be empty.
  void add(std::string_view folder, std::string_view name);

  [[nodiscard]] bool empty() const { return files_.empty(); }
  [[nodiscard]] bool full() const { return total_ >= max_files; }

  /// What was added since the last call, as that package's.
  model::Ownership take(std::string_view package);

 private:
  std::vector<base::PathId> files_;
  std::size_t total_ = 0;
  std::string joined_;
};

/// One path a line, as in dpkg's `info/NAME.list`.
void add_lines(FileList& files, base::Bytes text);

/// The output of md5sum(1), as in dpkg's `NAME.md5sums`: 32 hex digits, two blanks, the path. Returns how many
/// lines had another form; they are skipped.
std::size_t add_md5sums(FileList& files, base::Bytes text);

}  // namespace doorman::parse::package
