// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::base {

struct TomlNode;
struct TomlTree;

/// A value inside a TomlDocument, which must outlive it. Two words; copy it freely.
/// Asking for what is not there gives a `missing` value, so chains need no checks.
class TomlValue {
 public:
  enum class Kind : std::uint8_t {
    missing,
    string,
    literal,  ///< a number, a truth value or a date, as it is written
    array,
    table,
  };

  TomlValue() = default;
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool exists() const { return kind() != Kind::missing; }
  [[nodiscard]] bool is_table() const { return kind() == Kind::table; }
  [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
  [[nodiscard]] std::size_t line() const;  ///< from 1; 0 when it is missing

  /// The member of that name (the first, if there are several), or missing.
  [[nodiscard]] TomlValue operator[](std::string_view key) const;

  [[nodiscard]] std::optional<std::string_view> string() const;
  [[nodiscard]] std::string_view string_or(std::string_view fallback) const { return string().value_or(fallback); }
  [[nodiscard]] std::optional<std::string_view> literal() const;

  /// The elements of an array, in order; of anything else, none.
  [[nodiscard]] std::vector<TomlValue> items() const;
  struct Member;
  /// The members of a table, in the order of the text; of anything else, none.
  [[nodiscard]] std::vector<Member> members() const;

 private:
  friend class TomlDocument;
  TomlValue(const TomlTree* tree, std::uint32_t index) : tree_(tree), index_(index) {}
  [[nodiscard]] const TomlNode& node() const;

  const TomlTree* tree_ = nullptr;
  std::uint32_t index_ = 0;
};

struct TomlValue::Member {
  std::string_view key;
  TomlValue value;
};

/// A header and the key/value lines below it: what one `[a.b]` or `[[a.b]]` begins.
struct TomlSection {
  std::vector<std::string> path;  ///< of the header, `{"package", "source"}`; empty for the lines above the first
  bool element = false;           ///< `[[…]]`: a new element of an array of tables
  TomlValue table;
};

/// A parsed TOML text (1.0.0): its sections, in the order of the text. Owns what its values point to.
///
/// Sections are not joined to one tree, since every reader of a lock file walks them in order and the lookups that
/// joining takes are where hostile files make TOML libraries slow. For the same reason it is not an error that a
/// key or a table is defined twice, and a dotted key `a.b = 1` is a member `a`, a table of the one member `b`.
class TomlDocument {
 public:
  static constexpr std::size_t max_bytes = 32U << 20U;
  static constexpr std::size_t max_depth = 32;  ///< arrays, inline tables and dots of a key, together
  static constexpr std::size_t max_values = 1'000'000;
  static constexpr std::size_t max_sections = 100'000;

  /// Errors begin with `line N:`. Crossing one of the limits above is a `limit` error that names it.
  static Result<TomlDocument> parse(Bytes text);
  TomlDocument(TomlDocument&&) noexcept;
  TomlDocument& operator=(TomlDocument&&) noexcept;
  ~TomlDocument();

  [[nodiscard]] const std::vector<TomlSection>& sections() const { return sections_; }

 private:
  TomlDocument(std::unique_ptr<const TomlTree> tree, std::vector<TomlSection> sections);
  std::unique_ptr<const TomlTree> tree_;
  std::vector<TomlSection> sections_;
};

}  // namespace doorman::base
