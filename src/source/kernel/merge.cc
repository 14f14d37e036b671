// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/merge.h"

#include <vector>

#include "parse/event/record.h"

namespace doorman::source::kernel {
namespace {

struct Head {
  base::Bytes rest;
  parse::event::RecordStamp stamp;
};

base::Status look(Head& head) {
  if (head.rest.empty()) return {};
  const auto stamp = parse::event::stamp_of(head.rest);
  if (!stamp) return base::Error(base::ErrorCode::invalid, "a ring has something else than a record");
  head.stamp = *stamp;
  return {};
}

}  // namespace

base::Status merge(std::span<const base::Bytes> batches, std::string& into) {
  std::vector<Head> heads;
  for (const base::Bytes batch : batches) {
    if (batch.empty()) continue;
    heads.push_back({batch, {}});
    DOORMAN_CHECK(look(heads.back()));
  }
  while (heads.size() > 1) {
    auto first = heads.begin();
    for (auto each = heads.begin() + 1; each != heads.end(); ++each) {
      if (each->stamp.time < first->stamp.time) first = each;
    }
    into.append(first->rest.substr(0, first->stamp.size));
    first->rest.remove_prefix(first->stamp.size);
    DOORMAN_CHECK(look(*first));
    if (first->rest.empty()) heads.erase(first);
  }
  if (!heads.empty()) into.append(heads.front().rest);
  return {};
}

}  // namespace doorman::source::kernel
