// SPDX-License-Identifier: Apache-2.0
#include "store/advisory_file.h"

#include <utility>

namespace doorman::store {

std::string advisory_file_path(const std::string& state_dir) { return state_dir + "/advisories.db"; }

base::Status replace_advisory_file(const std::string& path, base::Bytes content) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) DOORMAN_CHECK(base::make_folders(path.substr(0, slash)));
  return base::replace_file(path, content);
}

base::Result<std::optional<base::MappedFile>> map_advisory_file(const std::string& path) {
  auto mapped = base::MappedFile::open(path);
  if (mapped.ok()) return std::optional(std::move(mapped).value());
  if (mapped.error().code() == base::ErrorCode::not_found) return std::optional<base::MappedFile>();
  return mapped.error();
}

}  // namespace doorman::store
