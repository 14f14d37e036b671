// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "model/scan_record.h"

namespace doorman::store {

/// All that scans learned, for who wants to tell or to match it again, one file an image beside the few facts that
/// the other doors read at every start (ImageFactsFolder):
///
///     images/sha256/<hex of the digest of the image's configuration>.scan
///
/// A later scan replaces what an earlier one knew. Files appear whole or not at all.
class ScanRecords {
 public:
  static constexpr std::size_t max_file_bytes = 256U << 20U;
  static constexpr std::size_t max_images = 1U << 16U;

  explicit ScanRecords(const std::string& state_folder) : folder_(state_folder + "/images") {}

  /// Writes nothing where the same is there already. The key is the record's own subject.
  [[nodiscard]] base::Status put(const model::ScanRecord& record) const;
  /// Nothing when nobody scanned it; an error for a file that is damaged, of another version, or of another image.
  [[nodiscard]] base::Result<std::optional<model::ScanRecord>> find(const base::Digest& image) const;
  /// Every image that has a record, sorted. More than max_images are not looked at.
  [[nodiscard]] std::vector<base::Digest> all() const;

 private:
  [[nodiscard]] std::string file_of(const base::Digest& image) const;

  std::string folder_;
};

}  // namespace doorman::store
