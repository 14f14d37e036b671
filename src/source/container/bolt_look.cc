// SPDX-License-Identifier: Apache-2.0
#include "source/container/bolt_look.h"

#include <map>
#include <memory>

namespace doorman::source::container {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;

parse::container::ReadAt read_pages_of(const base::Fd& file) {
  using Pages = std::map<std::pair<std::uint64_t, std::size_t>, std::string>;
  return [&file, pages = std::make_shared<Pages>()](std::uint64_t offset, std::size_t length) -> Result<Bytes> {
    const auto key = std::make_pair(offset, length);
    if (const auto known = pages->find(key); known != pages->end()) return Bytes(known->second);
    std::string bytes(length, '\0');
    DOORMAN_TRY(const std::size_t got, base::read_at(file, offset, bytes));
    if (got != length) return Error(ErrorCode::truncated, "the file ends before a page does");
    return Bytes(pages->emplace(key, std::move(bytes)).first->second);
  };
}

}  // namespace doorman::source::container
