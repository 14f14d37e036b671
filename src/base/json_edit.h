// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace doorman::base {

/// A JSON text in which members are set, added and taken away while every other byte stays as it is: what a reader
/// makes of members that are not known here stays the same too.
///
/// A path names members from the root on. Of members of the same name the first is meant; who lets others decide by
/// the last must look for such first. New values are JSON text themselves, which is not checked.
class JsonText {
 public:
  using Path = std::initializer_list<std::string_view>;

  /// Errors are those of JsonDocument::parse.
  static Result<JsonText> parse(std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string take() && { return std::move(text_); }

  /// The text of that value; nothing where there is none.
  [[nodiscard]] std::optional<std::string_view> find(Path path) const;

  /// Puts a value in the place of the one that is there, or adds it in front of its object's members. Objects on
  /// the way that are missing or null are made; anything else in their place is an `invalid` error.
  /// `lead` stands before a member that is added: a line feed and blanks, where people read the text.
  Status set(Path path, std::string_view value, std::string_view lead = "");
  /// Adds an element behind those of an array, which is made as `set` does where there is none.
  Status append(Path path, std::string_view value);
  /// Takes a member away, with its comma and the blanks before it; false where it is not there.
  bool erase(Path path);

 private:
  struct Span {
    std::size_t begin = 0, end = 0;
  };
  struct Member {
    Span key, value;  ///< the key with its quotes
  };

  explicit JsonText(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] Span root() const;
  [[nodiscard]] std::size_t skip_blanks(std::size_t at) const;
  [[nodiscard]] std::size_t skip_string(std::size_t at) const;
  [[nodiscard]] std::size_t skip_value(std::size_t at) const;
  [[nodiscard]] bool is_key(Span key, std::string_view name) const;
  [[nodiscard]] std::optional<Member> member(std::size_t object, std::string_view name) const;

  std::string text_;
};

}  // namespace doorman::base
