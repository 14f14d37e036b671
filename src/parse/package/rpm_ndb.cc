// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>

#include "parse/package/rpm_container.h"

namespace doorman::parse::package {
namespace {

using base::ByteReader;
using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr Bytes database_magic = "RpmP";
constexpr Bytes slot_magic = "Slot";
constexpr Bytes blob_magic = "BlbS";
constexpr std::size_t page_bytes = 4096;
constexpr std::size_t header_bytes = 32;
constexpr std::size_t slot_bytes = 16;
constexpr std::size_t block_bytes = 16;

struct Slot {
  std::uint32_t package = 0, first_block = 0;
};

Result<Bytes> read_blob(Bytes database, Slot slot) {
  ByteReader reader(database);
  reader.seek(std::size_t{slot.first_block} * block_bytes);
  const Bytes magic = reader.take(blob_magic.size());
  const std::uint32_t package = reader.u32();
  reader.skip(4);  // the generation that wrote it
  const Bytes blob = reader.take(reader.u32());
  if (!reader.ok()) return Error(ErrorCode::truncated, "its block lies behind the end of the database");
  if (magic != blob_magic || package != slot.package) return Error(ErrorCode::invalid, "its block is another's");
  return blob;
}

}  // namespace

bool is_rpm_ndb(Bytes database) { return database.starts_with(database_magic); }

base::Status read_rpm_ndb(Bytes database, const EachRpmHeader& each) {
  ByteReader header(database);
  header.skip(database_magic.size());
  const std::uint32_t version = header.u32();
  header.skip(4);  // generation
  const std::uint32_t slot_pages = header.u32();
  if (!header.ok()) return Error(ErrorCode::truncated, "ndb: no header");
  if (version != 0) return Error(ErrorCode::unsupported, fmt::format("ndb: version {}", version));
  const bool truncated = slot_pages > database.size() / page_bytes;

  ByteReader slots(truncated ? database : database.substr(0, slot_pages * page_bytes));
  slots.seek(header_bytes);
  std::size_t passed_on = 0;
  while (slots.remaining() >= slot_bytes) {
    const Bytes magic = slots.take(slot_magic.size());
    const Slot slot = {slots.u32(), slots.u32()};
    slots.skip(4);  // blocks of the blob, which says its length itself
    if (magic != slot_magic)
      return Error(ErrorCode::invalid, fmt::format("ndb: no slot at byte {}", slots.position() - slot_bytes));
    if (slot.first_block == 0) continue;
    Result<Bytes> blob = read_blob(database, slot);
    if (blob.ok()) passed_on += blob->size();
    if (passed_on > database.size()) return Error(ErrorCode::limit, "ndb: packages overlap");
    if (!each(std::move(blob))) return {};
  }
  return truncated ? base::Status(Error(ErrorCode::truncated, "ndb: the database ends within its slots"))
                   : base::Status{};
}

}  // namespace doorman::parse::package
