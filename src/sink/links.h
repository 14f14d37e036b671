// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace doorman::sink {

/// Where people read about a vulnerability: NVD for CVEs, the source's own page for others.
std::string advisory_url(std::string_view id);
/// Who gave the id: `NVD`, `GitHub`, `Go`, `Debian`, else `OSV`.
std::string_view advisory_publisher(std::string_view id);

/// A path as a relative URI reference: everything but unreserved characters and `/` percent-encoded (RFC 3986).
std::string path_to_uri(std::string_view path);

/// A UUID made from the text: in the form of version 5 (RFC 9562), but from SHA-256.
std::string uuid_of(std::string_view text);
/// Replaces the first occurrence of `placeholder` by uuid_of(document): a document that names itself.
std::string with_own_uuid(std::string document, std::string_view placeholder);
inline constexpr std::string_view nil_uuid = "00000000-0000-0000-0000-000000000000";

}  // namespace doorman::sink
