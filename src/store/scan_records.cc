// SPDX-License-Identifier: Apache-2.0
#include "store/scan_records.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/fd.h"
#include "base/path.h"

namespace doorman::store {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view ending = ".scan";

std::string_view name_of(base::DigestAlgorithm algorithm) {
  switch (algorithm) {
    case base::DigestAlgorithm::sha256:
      return "sha256";
    case base::DigestAlgorithm::sha512:
      return "sha512";
  }
  return {};
}

}  // namespace

std::string ScanRecords::file_of(const base::Digest& image) const {
  return folder_ + "/" + std::string(name_of(image.algorithm())) + "/" + image.hex() + std::string(ending);
}

base::Status ScanRecords::put(const model::ScanRecord& record) const {
  const std::string file = file_of(record.inventory.subject.digest()), bytes = model::encode(record);
  if (bytes.size() > max_file_bytes) return Error(ErrorCode::limit, file + ": would be larger than max_file_bytes");
  if (const auto known = base::read_file(file, max_file_bytes); known.ok() && *known == bytes) return {};
  DOORMAN_CHECK(base::make_folders(std::string(base::parent_of(file))));
  return base::replace_file(file, bytes, base::Durability::relaxed);
}

Result<std::optional<model::ScanRecord>> ScanRecords::find(const base::Digest& image) const {
  const std::string file = file_of(image);
  const auto bytes = base::read_file(file, max_file_bytes);
  if (!bytes.ok()) {
    if (bytes.error().code() == ErrorCode::not_found) return std::optional<model::ScanRecord>();
    return bytes.error();
  }
  DOORMAN_TRY(model::ScanRecord record, model::decode_scan_record(*bytes).in(file));
  if (record.inventory.subject.digest() != image) return Error(ErrorCode::mismatch, file + ": is of another image");
  return std::optional(std::move(record));
}

std::vector<base::Digest> ScanRecords::all() const {
  std::vector<base::Digest> found;
  for (const auto algorithm : {base::DigestAlgorithm::sha256, base::DigestAlgorithm::sha512}) {
    std::error_code error;
    const std::string name(name_of(algorithm));
    auto it = std::filesystem::directory_iterator(folder_ + "/" + name, error);
    for (; !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
      const std::string file = it->path().filename().string();
      if (!file.ends_with(ending)) continue;
      const auto digest = base::Digest::parse(name + ":" + file.substr(0, file.size() - ending.size()));
      if (digest.ok() && found.size() < max_images) found.push_back(*digest);
    }
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace doorman::store
