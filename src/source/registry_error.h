// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace doorman::source {

/// What the JSON body of a refusal says, for people, in one printable line: `MANIFEST_UNKNOWN: manifest unknown`.
/// Empty when it says nothing that we understand. Read: a registry's errors (OCI distribution-spec v1.1, section
/// Error Codes), a token server's (RFC 6749, section 5.2) and an engine's `message`.
std::string describe_error_body(std::string_view body);

}  // namespace doorman::source
