// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace doorman::sink {

/// The identifier as the SPDX licence list writes it (`apache-2.0` gives `Apache-2.0`), or empty when it is
/// not on the list. Source: https://spdx.org/licenses/.
std::string_view spdx_licence(std::string_view text);
/// The same for what may follow WITH.
std::string_view spdx_exception(std::string_view text);

std::span<const std::string_view> all_spdx_licences();
std::span<const std::string_view> all_spdx_exceptions();

}  // namespace doorman::sink
