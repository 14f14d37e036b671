// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace doorman::base {

/// Standard alphabet, with padding. Source: RFC 4648, section 4.
std::string base64_encode(std::string_view bytes);
/// Nothing when the text holds anything else, is padded wrongly or has stray bits; missing padding is taken.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace doorman::base
