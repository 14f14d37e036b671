// SPDX-License-Identifier: Apache-2.0
#include "parse/image/program_kind.h"

namespace doorman::parse::image {
namespace {

constexpr std::uint16_t type_executable = 2;
constexpr std::uint16_t type_shared = 3;
constexpr std::uint16_t type_core = 4;
constexpr std::uint32_t segment_interpreter = 3;

base::ByteReader elf_reader(base::Bytes head) {
  return base::ByteReader(head, head.size() > 5 && head[5] == 2 ? std::endian::big : std::endian::little);
}

std::uint16_t elf_type(base::Bytes head) {
  base::ByteReader reader = elf_reader(head);
  reader.seek(16);
  return reader.u16();
}

bool is_elf_program(base::Bytes head) {
  if (head.size() < 6) return false;
  const bool wide = head[4] == 2;
  base::ByteReader reader = elf_reader(head);
  const std::uint16_t type = elf_type(head);
  if (type == type_executable) return true;
  if (type != type_shared) return false;

  reader.seek(wide ? 32 : 28);
  const std::uint64_t table = wide ? reader.u64() : reader.u32();
  reader.seek(wide ? 54 : 42);
  const std::uint16_t entry_size = reader.u16();
  const std::uint16_t entries = reader.u16();
  for (std::uint64_t i = 0; i < entries && reader.ok() && table < head.size(); ++i) {
    reader.seek(static_cast<std::size_t>(table + i * entry_size));
    if (reader.u32() == segment_interpreter && reader.ok()) return true;
  }
  return false;
}

}  // namespace

ProgramKind program_kind(base::Bytes head) {
  using Kind = model::ProgramFile::Kind;
  if (head.starts_with("#!")) return {Kind::script, true, false};
  if (head.starts_with("\x7f"
                       "ELF"))
    return {Kind::elf, is_elf_program(head), elf_type(head) == type_core};
  return {};
}

}  // namespace doorman::parse::image
