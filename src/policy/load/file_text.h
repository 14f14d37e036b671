// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "policy/syntax/condition.h"

namespace doorman::policy {

/// A rule file's text and where its lines begin, as YAML counts them. The text must outlive it.
class FileText {
 public:
  FileText(std::uint32_t index, std::string_view text);

  [[nodiscard]] Position position(std::size_t offset) const;
  [[nodiscard]] Position line(std::size_t number) const;               ///< where it begins; counted from 1
  [[nodiscard]] Position position(const base::YamlValue& node) const;  ///< the file's begin for a missing one

  /// For each byte of a scalar's value, its offset in the file: through quotes, escapes, folded and literal blocks.
  /// The value may lack blanks at its ends. What cannot be told (behind an alias) is where the scalar begins.
  [[nodiscard]] std::vector<std::uint32_t> offsets_of(std::string_view value, std::size_t scalar_at) const;

 private:
  [[nodiscard]] std::size_t characters_before(std::size_t offset) const;
  [[nodiscard]] std::size_t characters_between(std::size_t begin, std::size_t end) const;
  [[nodiscard]] std::size_t skip_characters(std::size_t begin, std::size_t count) const;

  std::uint32_t index_;
  std::string_view text_;
  std::vector<std::uint32_t> lines_;  ///< where each begins
  std::vector<std::uint32_t>
      characters_;  ///< how many there are before each block of bytes, so that a line may be long
};

/// Text that was put together from scalars of rule files, which knows for each byte where it was written. The files
/// must outlive it. Looks that up when it is first asked, so two threads may not ask at once.
class PlacedText {
 public:
  PlacedText() = default;
  PlacedText(std::string_view text, const FileText& file, std::size_t scalar_at);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// One past the end is the place after the last byte.
  [[nodiscard]] Position at(std::size_t offset) const;
  /// With a space between the two.
  void append(const PlacedText& more);
  /// Takes off the blanks at both ends; before anything is appended.
  void trim();

 private:
  struct Piece {
    std::size_t begin = 0, bytes = 0;
    const FileText* file = nullptr;
    std::size_t scalar_at = 0;
    mutable std::vector<std::uint32_t> offsets;  ///< one for each byte, once they are known
  };

  std::string text_;
  std::vector<Piece> pieces_;
};

/// Turns the places in a tree from those in the text that was parsed to those in the files.
void place(Condition& condition, const PlacedText& text);

}  // namespace doorman::policy
