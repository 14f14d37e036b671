// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::base {

struct YamlNode;
struct YamlTree;

/// A node inside a YamlDocument, which must outlive it. Two words; copy it freely.
/// Asking for what is not there gives a `missing` value, so chains need no checks:
/// `root["packages"]["left-pad"]["version"].text_or("")`.
class YamlValue {
 public:
  enum class Kind : std::uint8_t { missing, scalar, sequence, mapping };

  YamlValue() = default;
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool exists() const { return kind() != Kind::missing; }
  [[nodiscard]] bool is_scalar() const { return kind() == Kind::scalar; }
  [[nodiscard]] bool is_sequence() const { return kind() == Kind::sequence; }
  [[nodiscard]] bool is_mapping() const { return kind() == Kind::mapping; }

  /// Where the node begins in the text, from 1; 0 when it is missing. An alias has its own place.
  [[nodiscard]] std::size_t line() const;
  [[nodiscard]] std::size_t column() const;

  /// The member with that scalar key (the first, if there are several), or missing. Takes as long as the mapping
  /// has members: to look up many, walk `members()` once.
  [[nodiscard]] YamlValue operator[](std::string_view key) const;

  /// Any scalar as it is written, whatever it would mean: `1.10` is "1.10", `yes` is "yes".
  [[nodiscard]] std::optional<std::string_view> text() const;
  [[nodiscard]] std::string_view text_or(std::string_view fallback) const { return text().value_or(fallback); }
  /// Plain scalars, by the core schema of YAML 1.2 (section 10.3.2); a quoted "true" is a text, no truth.
  [[nodiscard]] bool is_plain() const;
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;  ///< decimal

  /// The elements of a sequence, in order; of anything else, none.
  [[nodiscard]] std::vector<YamlValue> items() const;
  struct Member;
  /// The members of a mapping, in the order of the text; of anything else, none. Merge keys (`<<`) are members.
  [[nodiscard]] std::vector<Member> members() const;

 private:
  friend class YamlDocument;
  YamlValue(const YamlTree* tree, std::uint32_t index) : tree_(tree), index_(index) {}
  [[nodiscard]] const YamlNode& node() const;

  const YamlTree* tree_ = nullptr;
  std::uint32_t index_ = 0;
};

struct YamlValue::Member {
  YamlValue key;
  YamlValue value;
};

/// A parsed YAML text (1.1 and the common part of 1.2, as libyaml reads it). Owns what its values point to.
///
/// An alias is the node that it names, not a copy; but for the limits it counts with all that it stands for,
/// so a text whose aliases multiply is refused, and walking a document never takes more than max_nodes steps nor
/// reads more than max_text_bytes.
class YamlDocument {
 public:
  static constexpr std::size_t max_bytes = 32U << 20U;
  static constexpr std::size_t max_depth = 128;
  static constexpr std::size_t max_nodes = 1'000'000;
  static constexpr std::size_t max_text_bytes = 2 * max_bytes;  ///< of all scalars; only aliases get there
  static constexpr std::size_t max_directives = 64;

  /// Errors begin with `line N:`. Crossing one of the limits above is a `limit` error that names it.
  static Result<YamlDocument> parse(Bytes text);
  YamlDocument(YamlDocument&&) noexcept;
  YamlDocument& operator=(YamlDocument&&) noexcept;
  ~YamlDocument();

  /// The first document's node; missing when the text holds none.
  [[nodiscard]] YamlValue root() const;
  /// The root of each document of the stream, in order.
  [[nodiscard]] std::vector<YamlValue> roots() const;

 private:
  explicit YamlDocument(std::unique_ptr<const YamlTree> tree);
  std::unique_ptr<const YamlTree> tree_;
};

}  // namespace doorman::base
