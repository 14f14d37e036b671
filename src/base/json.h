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

/// A value inside a JsonDocument, which must outlive it. Two words; copy it freely.
/// Asking for what is not there gives a `missing` value, so chains need no checks:
/// `root["config"]["User"].string_or("")`.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { missing, null, boolean, number, string, array, object };

  JsonValue() = default;
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool exists() const { return kind() != Kind::missing; }
  [[nodiscard]] bool is_object() const { return kind() == Kind::object; }
  [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
  [[nodiscard]] bool is_string() const { return kind() == Kind::string; }

  /// The member of that name (the first, if there are several), or missing.
  [[nodiscard]] JsonValue operator[](std::string_view key) const;

  [[nodiscard]] std::optional<std::string_view> string() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<double> real() const;
  [[nodiscard]] std::string_view string_or(std::string_view fallback) const { return string().value_or(fallback); }

  /// The elements of an array, in order; of anything else, none.
  [[nodiscard]] std::vector<JsonValue> items() const;
  struct Member;
  /// The members of an object, in the order of the text; of anything else, none.
  [[nodiscard]] std::vector<Member> members() const;

 private:
  friend class JsonDocument;
  friend struct JsonAccess;
  const void* document_ = nullptr;
  std::size_t index_ = 0;
};

struct JsonValue::Member {
  std::string_view key;
  JsonValue value;
};

/// A parsed JSON text (RFC 8259). Owns what its values point to.
class JsonDocument {
 public:
  static constexpr std::size_t max_depth = 128;
  static constexpr std::size_t max_bytes = 512U << 20U;

  /// Deeper than max_depth and longer than max_bytes is a `limit` error. A byte order mark is skipped.
  static Result<JsonDocument> parse(Bytes text);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  [[nodiscard]] JsonValue root() const;

 private:
  struct Impl;
  explicit JsonDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace doorman::base
