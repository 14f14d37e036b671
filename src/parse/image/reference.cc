// SPDX-License-Identifier: Apache-2.0
#include "parse/image/reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace doorman::parse::image {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t max_tag_bytes = 128;
constexpr std::size_t max_text_bytes = 1024;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || base::is_digit(c); }
bool is_alnum(char c) { return base::is_alpha(c) || base::is_digit(c); }
bool is_hex_digit(char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); }

template <typename Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         (!text.empty() && all_of(text, [](char c) { return c == '-'; }));
}

bool is_path_component(std::string_view text) {
  if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) return false;
  for (std::size_t at = 0; at < text.size();) {
    if (is_lower_or_digit(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (!is_lower_or_digit(text[end])) ++end;
    if (!is_separator(text.substr(at, end - at))) return false;
    at = end;
  }
  return true;
}

bool is_host_label(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         all_of(text, [](char c) { return is_alnum(c) || c == '-'; });
}

bool names_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:[") != component.npos ||
         std::any_of(component.begin(), component.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Error bad_reference(std::string_view text, std::string_view why) {
  return {ErrorCode::usage, fmt::format("{}: {}", base::printable(text.substr(0, 200)), why)};
}

void complete(Reference& reference) {
  if (reference.registry.empty() || reference.registry == "index.docker.io") reference.registry = "docker.io";
  if (reference.registry == "docker.io" && reference.repository.find('/') == std::string::npos) {
    reference.repository.insert(0, "library/");
  }
  if (reference.tag.empty() && !reference.digest) reference.tag = "latest";
}

}  // namespace

bool is_repository(std::string_view text) {
  const auto components = base::split(text, '/');
  return std::all_of(components.begin(), components.end(), is_path_component);
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= max_tag_bytes && (is_alnum(text.front()) || text.front() == '_') &&
         all_of(text, [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_registry(std::string_view text) {
  std::string_view host = text;
  const std::size_t colon = text.rfind(':');
  if (colon != text.npos && text.find(']', colon) == text.npos) {
    const auto port = base::to_number(text.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535 || text.size() - colon > 6) return false;
    host = text.substr(0, colon);
  }
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') && all_of(host.substr(1, host.size() - 2), [](char c) {
             return is_hex_digit(c) || (c >= 'A' && c <= 'F') || c == ':';
           });
  }
  const auto labels = base::split(host, '.');
  return std::all_of(labels.begin(), labels.end(), is_host_label);
}

std::string Reference::text() const {
  std::string out = name();
  if (!tag.empty()) out.append(":").append(tag);
  if (digest) out.append("@").append(digest->text());
  return out;
}

Result<Reference> parse_reference(std::string_view text) {
  if (text.size() > max_text_bytes) return bad_reference(text, "not an image reference: over 1024 bytes");
  if (text.size() == 64 && all_of(text, is_hex_digit)) return bad_reference(text, "an image id, not a reference");

  Reference reference;
  std::string_view rest = text;
  if (const std::size_t at = rest.find('@'); at != rest.npos) {
    auto digest = base::Digest::parse(rest.substr(at + 1));
    if (!digest.ok()) return bad_reference(text, "after the @ stands no digest (sha256: and 64 hex digits)");
    reference.digest = *digest;
    rest = rest.substr(0, at);
  }
  const std::size_t slash = rest.find('/');
  if (slash != rest.npos && names_registry(rest.substr(0, slash))) {
    reference.registry = std::string(rest.substr(0, slash));
    if (!is_registry(reference.registry)) return bad_reference(text, "what stands before the first / is no host");
    rest = rest.substr(slash + 1);
  }
  if (const std::size_t colon = rest.rfind(':'); colon != rest.npos) {
    reference.tag = std::string(rest.substr(colon + 1));
    if (!is_tag(reference.tag)) return bad_reference(text, "the tag may hold letters, digits, _ . -, at most 128");
    rest = rest.substr(0, colon);
  }
  reference.repository = std::string(rest);
  if (!is_repository(rest)) {
    return bad_reference(text, "the name may hold lower-case letters and digits, parted by / . _ __ -");
  }
  complete(reference);
  if (reference.name().size() > max_reference_name_bytes) return bad_reference(text, "name over 255 bytes");
  return reference;
}

}  // namespace doorman::parse::image
