// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace doorman::base {

/// How many bytes from the front mean themselves inside a JSON string: up to a quote, a backslash, a control
/// character (DEL among them, which JSON would let stand) or what is no UTF-8.
std::size_t plain_json_bytes(std::string_view text);

}  // namespace doorman::base
