// SPDX-License-Identifier: Apache-2.0
#include "parse/binary/zip.h"

#include <algorithm>
#include <optional>

#include "base/inflate.h"

namespace doorman::parse::binary {
namespace {

using base::ByteReader;
using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view end_magic("PK\5\6", 4);
constexpr std::string_view end64_magic("PK\6\6", 4);
constexpr std::string_view locator64_magic("PK\6\7", 4);
constexpr std::string_view member_magic("PK\1\2", 4);
constexpr std::string_view local_magic("PK\3\4", 4);
constexpr std::size_t end_bytes = 22;
constexpr std::size_t end64_bytes = 56;
constexpr std::size_t locator64_bytes = 20;
constexpr std::size_t max_comment_bytes = 65535;
constexpr std::uint32_t in_zip64_field = 0xffffffff;
constexpr std::uint16_t in_zip64_record = 0xffff;
constexpr std::uint16_t encrypted = 1;

/// Where the directory ends (its own end record, or zip64's), its size, and where the archive says it begins.
struct End {
  std::uint64_t position = 0;
  std::uint64_t directory_size = 0;
  std::uint64_t directory_offset = 0;
};

std::optional<End> read_end64(Bytes archive, std::uint64_t end_record) {
  if (end_record < locator64_bytes) return std::nullopt;
  ByteReader locator(archive);
  locator.seek(end_record - locator64_bytes);
  if (locator.take(4) != locator64_magic) return std::nullopt;
  locator.skip(4);  // number of the part
  const std::uint64_t claimed = locator.u64();
  // With bytes in front of the archive the offset is too small; the record then stands right before its locator.
  for (const std::uint64_t at : {claimed, end_record - locator64_bytes - end64_bytes}) {
    ByteReader record(archive);
    record.seek(at);
    if (record.take(4) != end64_magic) continue;
    record.skip(8 + 2 + 2 + 4 + 4 + 8 + 8);  // size, versions, parts, counts
    End end{.position = at};
    end.directory_size = record.u64();
    end.directory_offset = record.u64();
    if (record.ok()) return end;
  }
  return std::nullopt;
}

std::optional<End> find_end(Bytes archive) {
  if (archive.size() < end_bytes) return std::nullopt;
  const std::size_t tail_start = archive.size() - std::min(archive.size(), end_bytes + max_comment_bytes);
  Bytes tail = archive.substr(tail_start);
  for (std::size_t at = tail.rfind(end_magic); at != Bytes::npos; at = tail.rfind(end_magic)) {
    ByteReader record(archive);
    record.seek(tail_start + at + 4);
    const std::uint16_t part = record.u16();
    record.skip(2 + 2 + 2);  // part of the directory, counts
    End end{.position = tail_start + at};
    end.directory_size = record.u32();
    end.directory_offset = record.u32();
    const std::uint16_t comment = record.u16();
    // The same four bytes in a member or a comment are no end: what follows them hardly fits.
    const bool is_end = record.ok() && comment <= record.remaining() && (part == 0 || part == in_zip64_record);
    if (is_end) return read_end64(archive, end.position).value_or(end);
    tail = tail.substr(0, at + end_magic.size() - 1);
  }
  return std::nullopt;
}

/// Takes sizes and offset from the zip64 field of a member, where the 32-bit fields say that they are there.
void read_zip64_field(Bytes extra, ZipMember& member) {
  ByteReader fields(extra);
  while (fields.remaining() >= 4) {
    const std::uint16_t id = fields.u16();
    const Bytes content = fields.take(fields.u16());
    if (!fields.ok()) return;
    if (id != 1) continue;
    ByteReader numbers(content);
    for (std::uint64_t* value : {&member.plain_size, &member.packed_size, &member.header_offset}) {
      if (*value == in_zip64_field && numbers.remaining() >= 8) *value = numbers.u64();
    }
    return;
  }
}

}  // namespace

Result<Zip> Zip::open(Bytes archive) {
  const std::optional<End> end = find_end(archive);
  if (!end) return Error(ErrorCode::invalid, "no zip archive: it has no end of central directory");
  if (end->directory_size > end->position)
    return Error(ErrorCode::truncated, "zip: the central directory is not all there");
  // The directory stands right before its end. Where the archive says otherwise, something stands in front of it
  // (the offsets are then too small) or between the two.
  std::uint64_t directory = end->position - end->directory_size;
  std::uint64_t start = 0;
  if (end->directory_size == 0 || archive.substr(directory).starts_with(member_magic)) {
    start = directory > end->directory_offset ? directory - end->directory_offset : 0;
  } else if (end->directory_offset < archive.size() &&
             archive.substr(end->directory_offset).starts_with(member_magic)) {
    directory = end->directory_offset;
  } else {
    return Error(ErrorCode::invalid, "zip: no central directory at byte " + std::to_string(directory));
  }
  return Zip(archive, archive.substr(directory, end->directory_size), start);
}

bool Zip::Cursor::next(ZipMember& member) {
  if (!status_.ok() || reader_.remaining() == 0) return false;
  if (++count_ > max_members) {
    status_ = Error(ErrorCode::limit, "zip: more members than the limit of " + std::to_string(max_members));
    return false;
  }
  if (reader_.take(4) != member_magic) {
    status_ =
        Error(ErrorCode::invalid, "zip: the central directory breaks off at member " + std::to_string(count_));
    return false;
  }
  member = ZipMember();
  reader_.skip(2 + 2);  // versions
  member.flags = reader_.u16();
  member.method = reader_.u16();
  reader_.skip(4 + 4);  // time, checksum
  member.packed_size = reader_.u32();
  member.plain_size = reader_.u32();
  const std::uint16_t name = reader_.u16();
  const std::uint16_t extra = reader_.u16();
  const std::uint16_t comment = reader_.u16();
  reader_.skip(2 + 2 + 4);  // part, attributes
  member.header_offset = reader_.u32();
  member.name = reader_.take(name);
  const Bytes fields = reader_.take(extra);
  reader_.skip(comment);
  if (!reader_.ok()) {
    status_ =
        Error(ErrorCode::truncated, "zip: the central directory ends within member " + std::to_string(count_));
    return false;
  }
  if (member.plain_size == in_zip64_field || member.packed_size == in_zip64_field ||
      member.header_offset == in_zip64_field) {
    read_zip64_field(fields, member);
  }
  return true;
}

Result<Bytes> Zip::packed(const ZipMember& member) const {
  if ((member.flags & encrypted) != 0) return Error(ErrorCode::unsupported, "zip: the member is encrypted");
  // A program in front of the archive may or may not be counted in the offsets.
  for (const std::uint64_t base : {start_, std::uint64_t{0}}) {
    if (member.header_offset > archive_.size() || base > archive_.size() - member.header_offset) continue;
    ByteReader local(archive_);
    local.seek(base + member.header_offset);
    if (local.take(4) != local_magic) continue;
    local.skip(2 + 2 + 2 + 2 + 2 + 4 + 4 + 4);  // what the directory says too
    const std::uint16_t name = local.u16();
    const std::uint16_t extra = local.u16();
    local.skip(std::size_t{name} + extra);
    const Bytes content = local.take(member.packed_size);
    if (!local.ok()) return Error(ErrorCode::truncated, "zip: the member runs past the end of the archive");
    return content;
  }
  return Error(ErrorCode::invalid, "zip: no local header at byte " + std::to_string(member.header_offset));
}

Result<std::string> Zip::inflate(const ZipMember& member, std::uint64_t max_bytes) const {
  DOORMAN_TRY(const Bytes content, packed(member));
  switch (member.method) {
    case ZipMember::stored:
      if (content.size() > max_bytes) {
        return Error(ErrorCode::limit, "zip: larger than the limit of " + std::to_string(max_bytes) + " bytes");
      }
      return std::string(content);
    case ZipMember::deflated:
      return base::inflate_all(content, base::DeflateForm::raw, max_bytes).in("zip");
    default:
      return Error(ErrorCode::unsupported, "zip: compression method " + std::to_string(member.method));
  }
}

}  // namespace doorman::parse::binary
