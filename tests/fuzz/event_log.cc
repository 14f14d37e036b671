// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <cstring>

#include "app/watch/log_opening.h"
#include "derive/event_stream.h"
#include "fuzz/fuzz.h"
#include "model/record_frame.h"
#include "parse/event/record.h"
#include "store/event_log_reader.h"

namespace doorman::fuzz {
namespace {

/// What checksums keep from the fuzzer otherwise: the input as the records of a block.
std::string segment_around(base::Bytes records) {
  const store::SegmentHead head{.salt = 1, .number = 1, .created = 1, .origin = {}};
  std::string segment = head.written();
  const std::size_t offset = segment.size();
  const std::uint64_t seed = store::seed_of(head.salt, offset);
  records = records.substr(0, store::BlockHead::max_length);
  records.remove_suffix(records.size() % store::block_align);
  store::BlockHead block;
  block.length = static_cast<std::uint32_t>(records.size());
  block.checksum = store::checksum_of(records, seed);
  segment.resize(offset + store::BlockHead::bytes);
  block.write(segment.data() + offset, seed);
  return segment.append(records);
}

void read_all(store::EventLogReader reader) {
  derive::EventStream stream(
      {.decoders = app::record_decoders(), .limits = {.processes = 64, .text_bytes = 10'000, .containers = 8}});
  model::EventRecord record;
  std::size_t count = 0;
  while (const auto entry = reader.next()) {
    if (!model::RecordFrame::of(entry->record)) std::abort();
    if (++count > 1000 || !parse::event::decode(entry->record, record).ok()) continue;
    (void)stream.take(record, entry->is_opening);
  }
  if (reader.take_notes().size() > store::EventLogReader::max_notes) std::abort();
  std::string opening;
  app::append_opening(opening, stream);
  for (base::Bytes rest = opening; !rest.empty(); rest.remove_prefix(record.size)) {
    if (!parse::event::decode(rest, record).ok()) std::abort();
  }
}

}  // namespace

/// A segment of a log, and records of one.
void event_log(base::Bytes input) {
  read_all(store::EventLogReader::of(std::string(input)));
  if (input.size() >= store::block_align) read_all(store::EventLogReader::of(segment_around(input)));
}

}  // namespace doorman::fuzz
