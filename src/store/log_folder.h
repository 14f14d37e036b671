// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::store {

struct SegmentFile {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  std::int64_t written = 0;  ///< last, in seconds since 1970
};

/// The segments of a log's folder, oldest first; none where the folder is not there.
base::Result<std::vector<SegmentFile>> list_segments(const std::string& folder);
std::string segment_path(const std::string& folder, std::uint64_t number);

/// That of a folder's one writer; it ends with the process, and is not inherited by its children. The error of a
/// second process is `denied` and names the first.
base::Result<base::Fd> lock_log(const std::string& folder);

/// The process that holds it; nothing: nobody does, or there is no log.
std::optional<std::uint32_t> log_writer(const std::string& state_folder);

/// What mending found, for people; empty: nothing.
///
/// Cuts off what follows the last whole block of a segment, which a killed writer left half-written and never
/// acknowledged, and removes a file that does not even have a head. What is damaged before that is left to readers.
base::Result<std::string> mend_segment(const std::string& path);

}  // namespace doorman::store
