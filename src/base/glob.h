// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace doorman::base {

enum class Case : std::uint8_t { as_written, ignored };

/// Whether the whole text fits a pattern of the shell: `*`, `?`, `[a-z]`, `[!a]`, `[[:digit:]]`, `\` before what
/// shall stand for itself. No character is special in the text, `/` and a leading `.` neither. Bytes, not
/// characters; case is that of ASCII. Source: POSIX.1-2024 (XCU 2.14.1), as fnmatch reads it in the C locale. Takes
/// at most the product of both lengths.
bool matches_glob(std::string_view pattern, std::string_view text, Case how = Case::as_written);

}  // namespace doorman::base
