// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::parse::binary {

/// A piece of an ELF file that is loaded into memory, or that the loader reads.
struct Segment {
  enum Type : std::uint32_t { load = 1, dynamic = 2, interpreter = 3, note = 4 };
  enum Flag : std::uint32_t { executable = 1, writable = 2, readable = 4 };

  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::uint64_t address = 0;
  base::Bytes content;  ///< the part that the file holds; cut at the end of a truncated file
};

/// A look into an ELF file of either class and byte order. Borrows the bytes; reads only the headers until it is
/// asked for more, so a mapping of a large file stays on disk. Nothing in the file is trusted: what points outside
/// of it is cut or left out, never followed.
/// Source: System V gABI, chapters 4 (object files) and 5 (program loading); LSB 5, section 10 (note sections).
class Elf {
 public:
  static constexpr std::size_t max_segments = 4096;
  static constexpr std::size_t max_sections = 65536;
  static constexpr std::size_t max_notes = 256;

  enum class Type : std::uint8_t { relocatable, executable, shared, core, other };

  static bool has_magic(base::Bytes file) { return file.starts_with("\177ELF"); }
  /// An error only where the header itself cannot be read. The first page of a file is enough for segments.
  static base::Result<Elf> parse(base::Bytes file);

  [[nodiscard]] std::endian order() const { return order_; }
  [[nodiscard]] bool is_64() const { return is_64_; }
  [[nodiscard]] Type type() const { return type_; }
  /// True when a table or a segment lies, at least in part, outside of the file.
  [[nodiscard]] bool truncated() const { return truncated_; }

  [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
  [[nodiscard]] bool has_sections() const { return section_count_ > 1; }
  /// The bytes of the first section of that name; empty where there is none, or where it occupies no file space.
  [[nodiscard]] base::Bytes section(std::string_view name) const;
  /// From what is loaded at that address to the end of its segment's file part; empty where nothing is.
  [[nodiscard]] base::Bytes at(std::uint64_t address) const;

  /// The program interpreter, `/lib64/ld-linux-x86-64.so.2`, or empty.
  [[nodiscard]] std::string_view interpreter() const;
  /// Can be started: names an interpreter, is of type executable, or is a static position-independent program.
  [[nodiscard]] bool is_program() const;
  [[nodiscard]] bool is_static() const { return is_program() && interpreter().empty(); }

  /// The descriptor of the first note of that owner and type, from the note segments; empty where there is none.
  [[nodiscard]] base::Bytes note(std::string_view owner, std::uint32_t type) const;
  [[nodiscard]] base::Bytes build_id() const { return note("GNU", 3); }    ///< raw bytes, usually 20
  [[nodiscard]] base::Bytes go_build_id() const { return note("Go", 4); }  ///< text

 private:
  struct Section {
    std::uint32_t name = 0, type = 0;
    std::uint64_t offset = 0, size = 0;
    std::uint32_t link = 0;
  };

  explicit Elf(base::Bytes file) : file_(file) {}
  void read_segments(std::uint64_t table, std::uint16_t entry_size, std::uint64_t count);
  void read_section_table(std::uint64_t table, std::uint16_t entry_size, std::uint64_t count, std::uint32_t names);
  [[nodiscard]] Section section_header(std::uint64_t index) const;
  [[nodiscard]] base::Bytes content(const Section& section) const;
  [[nodiscard]] base::Bytes cut(std::uint64_t offset, std::uint64_t size) const;
  [[nodiscard]] bool declares_pie() const;
  [[nodiscard]] base::ByteReader reader(std::uint64_t offset) const;
  [[nodiscard]] std::uint64_t word(base::ByteReader& from) const { return is_64_ ? from.u64() : from.u32(); }

  base::Bytes file_;
  std::endian order_ = std::endian::little;
  bool is_64_ = true;
  bool truncated_ = false;
  Type type_ = Type::other;
  std::vector<Segment> segments_;
  std::uint64_t section_table_ = 0, section_count_ = 0;
  std::uint16_t section_entry_size_ = 0;
  base::Bytes section_names_;
};

}  // namespace doorman::parse::binary
