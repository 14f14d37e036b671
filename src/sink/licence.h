// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doorman::sink {

/// The expression in its canonical spelling (`mit or apache-2.0` gives `MIT OR Apache-2.0`), or empty when it
/// is no SPDX expression over listed identifiers: LicenseRef- names need a text that packages do not give.
/// At most 64 parentheses deep and 4096 bytes long. Source: SPDX 2.3, annex D.
std::string spdx_expression(std::string_view text);

/// All of a package's licences as one expression joined by AND; empty unless each is an SPDX expression.
std::string spdx_conjunction(const std::vector<std::string>& licences);

}  // namespace doorman::sink
