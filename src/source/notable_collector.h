// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/path.h"
#include "model/layer_facts.h"
#include "model/notable.h"
#include "parse/image/tar.h"

namespace doorman::source {

/// Picks the files of one layer that are worth a look by their name, place and mode (model::NotableFile), in one
/// pass over its entries.
///
/// What a package manager left behind is told for each file or folder directly in its cache, so that a higher layer
/// which deletes these takes it away; whoever lays layers over each other adds them up.
class NotableCollector {
 public:
  explicit NotableCollector(std::uint64_t limit) : limit_(limit) {}

  void add_folder(std::string_view path, std::uint32_t mode);
  /// Any other entry, by its canonical path.
  void add_entry(std::string_view path, const parse::image::Entry& entry);
  /// What only the content tells: a program, or the memory of one.
  void add_program(const model::ProgramFile& program);
  void add_core_dump(std::string_view path, const parse::image::Entry& entry);
  /// The archive names the path again: what was told of it is void.
  void forget(base::PathId path);

  /// Adds what another collector found at other paths. False where both together reach the limit.
  [[nodiscard]] bool absorb(NotableCollector& other);

  /// More than the limit were there.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  /// Sorted. The collector is empty afterwards.
  std::vector<model::NotableFile> take();

 private:
  using Reason = model::NotableFile::Reason;

  void add(model::NotableFile file);
  void add_to_folder(Reason reason, std::string_view folder, std::string_view detail, std::uint64_t size);
  bool take_cache(std::string_view path, const parse::image::Entry& entry);
  bool take_vcs(std::string_view path, const parse::image::Entry& entry);
  void take_name(std::string_view path, const parse::image::Entry& entry);
  [[nodiscard]] bool in_folder_of(const std::unordered_set<std::string>& folders, std::string_view path) const;

  std::uint64_t limit_, dropped_ = 0;
  std::vector<model::NotableFile> found_;
  std::unordered_set<base::PathId> ids_;  ///< of found_
  std::map<std::string, model::NotableFile, std::less<>> folders_;
  std::unordered_set<std::string> sticky_,
      writable_;  ///< folders that everybody may write, with and without that bit
};

}  // namespace doorman::source
