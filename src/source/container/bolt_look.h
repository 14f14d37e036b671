// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/fd.h"
#include "parse/container/bolt.h"

namespace doorman::source::container {

/// Reads a file that its owner may be writing to: page by page, each once. Nothing is mapped, as a file that is cut
/// would then be a signal. What the function gives keeps the pages.
parse::container::ReadAt read_pages_of(const base::Fd& file);

inline constexpr int max_bolt_looks = 8;

/// What `look` finds in the database at `path`, of one transaction: where the owner wrote meanwhile, it looks
/// again. What it gives must not point into the database.
template <typename Found, typename Look>
base::Result<Found> look_into_bolt(const std::string& path, Look&& look) {
  DOORMAN_TRY(const base::Fd file, base::open_read(path));
  for (int looks = 0; looks < max_bolt_looks; ++looks) {
    auto database = parse::container::BoltFile::open(read_pages_of(file));
    if (!database.ok()) continue;  // a meta page is being written
    base::Result<Found> found = look(*database);
    const auto changed = database->changed(read_pages_of(file));
    if (changed.ok() && !*changed) return std::move(found).in(path);
  }
  const auto database = parse::container::BoltFile::open(read_pages_of(file));
  if (!database.ok()) return database.error().in(path);
  return base::Error(base::ErrorCode::io, path + ": changes faster than it can be read");
}

}  // namespace doorman::source::container
