// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doorman::tests {

/// Makes small ELF files of either class and byte order: header, segments' table, contents, sections' table.
class ElfBuilder {
 public:
  explicit ElfBuilder(bool is_64 = true, std::endian order = std::endian::little) : is_64_(is_64), order_(order) {}

  ElfBuilder& type(std::uint16_t type) {
    type_ = type;
    return *this;
  }
  ElfBuilder& segment(std::uint32_t type, std::uint32_t flags, std::uint64_t address, std::string_view content) {
    segments_.push_back({type, flags, address, std::string(content)});
    return *this;
  }
  ElfBuilder& section(std::string_view name, std::string_view content, std::uint32_t type = 1) {
    sections_.push_back({std::string(name), std::string(content), type});
    return *this;
  }

  [[nodiscard]] std::string build() const {
    const std::uint64_t header = is_64_ ? 64 : 52;
    const std::uint64_t segment_entry = is_64_ ? 56 : 32;
    std::string contents;
    const std::uint64_t contents_at = header + segment_entry * segments_.size();
    std::string table;
    for (const Segment& segment : segments_) {
      number(table, segment.type, 4);
      if (is_64_) number(table, segment.flags, 4);
      word(table, contents_at + contents.size());
      word(table, segment.address);
      word(table, 0);
      word(table, segment.content.size());
      word(table, segment.content.size());
      if (!is_64_) number(table, segment.flags, 4);
      word(table, 1);
      contents += segment.content;
    }
    std::string names(1, '\0');
    std::string sections;
    section_entry(sections, 0, 0, 0, 0);
    for (const Section& section : sections_) {
      section_entry(sections, names.size(), section.type, contents_at + contents.size(), section.content.size());
      names += section.name + '\0';
      contents += section.content;
    }
    section_entry(sections, names.size(), 3, contents_at + contents.size(), names.size() + 10);
    contents += names + ".shstrtab" + '\0';

    const bool with_sections = !sections_.empty();
    std::string file = "\177ELF";
    file += static_cast<char>(is_64_ ? 2 : 1);
    file += static_cast<char>(order_ == std::endian::little ? 1 : 2);
    file += '\1';
    file.resize(16, '\0');
    number(file, type_, 2);
    number(file, 0, 2);
    number(file, 1, 4);
    word(file, 0);
    word(file, segments_.empty() ? 0 : header);
    word(file, with_sections ? contents_at + contents.size() : 0);
    number(file, 0, 4);
    number(file, header, 2);
    number(file, segment_entry, 2);
    number(file, segments_.size(), 2);
    number(file, is_64_ ? 64 : 40, 2);
    number(file, with_sections ? sections_.size() + 2 : 0, 2);
    number(file, with_sections ? sections_.size() + 1 : 0, 2);
    file += table + contents;
    if (with_sections) file += sections;
    return file;
  }

  /// A number in the byte order of the file.
  void number(std::string& into, std::uint64_t value, unsigned width) const {
    for (unsigned i = 0; i < width; ++i) {
      const unsigned shift = 8 * (order_ == std::endian::little ? i : width - 1 - i);
      into += static_cast<char>((value >> shift) & 0xffU);
    }
  }
  void word(std::string& into, std::uint64_t value) const { number(into, value, is_64_ ? 8 : 4); }

 private:
  struct Segment {
    std::uint32_t type, flags;
    std::uint64_t address;
    std::string content;
  };
  struct Section {
    std::string name, content;
    std::uint32_t type;
  };

  void section_entry(std::string& into, std::uint64_t name, std::uint32_t type, std::uint64_t offset,
                     std::uint64_t size) const {
    number(into, name, 4);
    number(into, type, 4);
    word(into, 0);
    word(into, 0);
    word(into, offset);
    word(into, size);
    number(into, 0, 4);
    number(into, 0, 4);
    word(into, 0);
    word(into, 0);
  }

  bool is_64_;
  std::endian order_;
  std::uint16_t type_ = 2;
  std::vector<Segment> segments_;
  std::vector<Section> sections_;
};

}  // namespace doorman::tests
