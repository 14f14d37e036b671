// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doorman::base {

std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);  ///< ASCII only
/// Pieces between the separators; n separators give n + 1 pieces, empty ones included.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
/// The whole of `text` as an unsigned decimal number, or nothing.
std::optional<std::uint64_t> to_number(std::string_view text);
bool is_digit(char c);
bool is_alpha(char c);  ///< ASCII

/// In double quotes, with a backslash before each double quote and backslash.
std::string quoted(std::string_view text);

/// Cuts the next line off `rest` (without its \n or \r\n); false when nothing is left.
bool next_line(std::string_view& rest, std::string_view& line);

/// Bytes of the well-formed UTF-8 sequence at the front of a text that is not empty, or 0 (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text);
/// The bytes of a code point, which is none of the surrogates.
void append_utf8(std::string& text, std::uint32_t code);

/// Valid UTF-8 with control characters written as \xNN: what may be shown on a terminal or put into JSON.
/// Bytes that are no UTF-8 become \xNN as well.
std::string printable(std::string_view text);

}  // namespace doorman::base
