// SPDX-License-Identifier: Apache-2.0
#include "parse/binary/elf.h"

#include <algorithm>

namespace doorman::parse::binary {
namespace {

using base::ByteReader;
using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t ident_bytes = 16;
constexpr std::uint32_t section_without_bytes = 8;          // SHT_NOBITS
constexpr std::uint16_t many_segments = 0xffff;             // PN_XNUM: the count is in section 0
constexpr std::uint16_t names_in_section_zero = 0xffff;     // SHN_XINDEX
constexpr std::uint64_t dynamic_flags_1 = 0x6ffffffb;       // DT_FLAGS_1
constexpr std::uint64_t position_independent = 0x08000000;  // DF_1_PIE
constexpr std::size_t max_dynamic_entries = 4096;

Elf::Type to_type(std::uint16_t raw) {
  switch (raw) {
    case 1:
      return Elf::Type::relocatable;
    case 2:
      return Elf::Type::executable;
    case 3:
      return Elf::Type::shared;
    case 4:
      return Elf::Type::core;
    default:
      return Elf::Type::other;
  }
}

std::string_view c_string(Bytes bytes) { return bytes.substr(0, bytes.find('\0')); }

}  // namespace

Result<Elf> Elf::parse(Bytes file) {
  if (!has_magic(file)) return Error(ErrorCode::invalid, "no ELF magic");
  if (file.size() < ident_bytes) return Error(ErrorCode::truncated, "ELF identification ends early");
  Elf elf(file);
  const char file_class = file[4];
  const char data = file[5];
  if (file_class != 1 && file_class != 2) return Error(ErrorCode::invalid, "ELF class is neither 32 nor 64 bit");
  if (data != 1 && data != 2) return Error(ErrorCode::invalid, "ELF byte order is neither little nor big");
  elf.is_64_ = file_class == 2;
  elf.order_ = data == 1 ? std::endian::little : std::endian::big;

  ByteReader header = elf.reader(ident_bytes);
  elf.type_ = to_type(header.u16());
  header.skip(2 + 4);      // machine, version
  (void)elf.word(header);  // entry
  const std::uint64_t segment_table = elf.word(header);
  const std::uint64_t section_table = elf.word(header);
  header.skip(4 + 2);  // flags, size of this header
  const std::uint16_t segment_entry_size = header.u16();
  std::uint64_t segment_count = header.u16();
  const std::uint16_t section_entry_size = header.u16();
  const std::uint16_t section_count = header.u16();
  const std::uint16_t names = header.u16();
  if (!header.ok()) return Error(ErrorCode::truncated, "ELF header ends early");

  elf.read_section_table(section_table, section_entry_size, section_count, names);
  if (segment_count == many_segments && elf.section_count_ > 0) {
    ByteReader info = elf.reader(elf.section_table_ + (elf.is_64_ ? 44 : 28));
    segment_count = info.u32();
  }
  elf.read_segments(segment_table, segment_entry_size, segment_count);
  return elf;
}

ByteReader Elf::reader(std::uint64_t offset) const {
  ByteReader bytes(file_, order_);
  bytes.seek(offset);
  return bytes;
}

Bytes Elf::cut(std::uint64_t offset, std::uint64_t size) const {
  if (offset >= file_.size()) return {};
  return file_.substr(offset, size);
}

void Elf::read_segments(std::uint64_t table, std::uint16_t entry_size, std::uint64_t count) {
  const std::uint16_t least = is_64_ ? 56 : 32;
  if (table == 0 || count == 0 || entry_size < least) return;
  if (count > max_segments) truncated_ = true;
  count = std::min<std::uint64_t>(count, max_segments);
  segments_.reserve(std::min<std::uint64_t>(count, 16));
  ByteReader entries = reader(table);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t start = entries.position();
    Segment segment;
    segment.type = entries.u32();
    if (is_64_) segment.flags = entries.u32();
    const std::uint64_t offset = word(entries);
    segment.address = word(entries);
    (void)word(entries);  // physical address
    const std::uint64_t size = word(entries);
    (void)word(entries);  // size in memory
    if (!is_64_) segment.flags = entries.u32();
    entries.skip(is_64_ ? 8 : 4);  // alignment
    if (!entries.ok()) {
      truncated_ = true;
      return;
    }
    segment.content = cut(offset, size);
    if (segment.content.size() < size) truncated_ = true;
    segments_.push_back(segment);
    entries.skip(entry_size - (entries.position() - start));
  }
}

void Elf::read_section_table(std::uint64_t table, std::uint16_t entry_size, std::uint64_t count,
                             std::uint32_t names) {
  const std::uint16_t least = is_64_ ? 64 : 40;
  if (table == 0 || entry_size < least) return;
  section_table_ = table;
  section_entry_size_ = entry_size;
  section_count_ = 1;  // the first, which holds what the header has no room for
  const Section first = section_header(0);
  if (count == 0) count = first.size;
  if (names == names_in_section_zero) names = first.link;
  const std::uint64_t fitting = table < file_.size() ? (file_.size() - table) / entry_size : 0;
  if (count > fitting) truncated_ = true;
  section_count_ = std::min({count, fitting, static_cast<std::uint64_t>(max_sections)});
  if (names < section_count_) section_names_ = content(section_header(names));
}

Elf::Section Elf::section_header(std::uint64_t index) const {
  ByteReader entry = reader(section_table_);
  entry.skip(index * section_entry_size_);
  Section section;
  section.name = entry.u32();
  section.type = entry.u32();
  (void)word(entry);  // flags
  (void)word(entry);  // address
  section.offset = word(entry);
  section.size = word(entry);
  section.link = entry.u32();
  return entry.ok() ? section : Section{};
}

Bytes Elf::content(const Section& section) const {
  return section.type == section_without_bytes ? Bytes() : cut(section.offset, section.size);
}

Bytes Elf::section(std::string_view name) const {
  for (std::uint64_t i = 1; i < section_count_; ++i) {
    const Section header = section_header(i);
    if (header.name >= section_names_.size()) continue;
    const Bytes rest = section_names_.substr(header.name);
    if (rest.size() > name.size() && rest.starts_with(name) && rest[name.size()] == '\0') return content(header);
  }
  return {};
}

Bytes Elf::at(std::uint64_t address) const {
  for (const Segment& segment : segments_) {
    if (segment.type != Segment::load || address < segment.address) continue;
    const std::uint64_t inside = address - segment.address;
    if (inside < segment.content.size()) return segment.content.substr(inside);
  }
  return {};
}

std::string_view Elf::interpreter() const {
  for (const Segment& segment : segments_) {
    if (segment.type == Segment::interpreter) return c_string(segment.content);
  }
  return {};
}

bool Elf::is_program() const {
  return type_ == Type::executable || !interpreter().empty() || (type_ == Type::shared && declares_pie());
}

bool Elf::declares_pie() const {
  for (const Segment& segment : segments_) {
    if (segment.type != Segment::dynamic) continue;
    ByteReader entries(segment.content, order_);
    for (std::size_t i = 0; i < max_dynamic_entries; ++i) {
      const std::uint64_t tag = word(entries);
      const std::uint64_t value = word(entries);
      if (!entries.ok() || tag == 0) break;
      if (tag == dynamic_flags_1) return (value & position_independent) != 0;
    }
  }
  return false;
}

Bytes Elf::note(std::string_view owner, std::uint32_t type) const {
  std::size_t seen = 0;
  for (const Segment& segment : segments_) {
    if (segment.type != Segment::note) continue;
    ByteReader notes(segment.content, order_);
    while (notes.remaining() > 0 && ++seen <= max_notes) {
      const std::uint32_t name_size = notes.u32();
      const std::uint32_t content_size = notes.u32();
      const std::uint32_t note_type = notes.u32();
      const Bytes name = notes.take(name_size);
      notes.skip(std::min<std::size_t>((4 - name_size % 4) % 4, notes.remaining()));
      const Bytes content = notes.take(content_size);
      notes.skip(std::min<std::size_t>((4 - content_size % 4) % 4, notes.remaining()));
      if (!notes.ok()) break;
      if (note_type == type && c_string(name) == owner) return content;
    }
  }
  return {};
}

}  // namespace doorman::parse::binary
