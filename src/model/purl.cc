// SPDX-License-Identifier: Apache-2.0
#include "model/purl.h"

#include <algorithm>

#include "base/text.h"
#include "model/purl_types.h"

namespace doorman::model {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error invalid(std::string message) { return {ErrorCode::invalid, std::move(message)}; }

bool is_alnum(char c) { return base::is_digit(c) || base::is_alpha(c); }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char folded = static_cast<char>(c | 0x20);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

Result<std::string> decode(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return invalid("purl: a % without two hex digits");
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

bool stands_as_it_is(char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '~' || c == ':'; }

void encode(std::string& into, std::string_view plain) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  while (!plain.empty()) {
    const auto* const end = std::ranges::find_if_not(plain, stands_as_it_is);
    const auto length = static_cast<std::size_t>(end - plain.begin());
    into += plain.substr(0, length);
    plain.remove_prefix(length);
    if (plain.empty()) return;
    const auto byte = static_cast<unsigned char>(plain.front());
    into += '%';
    into += hex[byte >> 4U];
    into += hex[byte & 15U];
    plain.remove_prefix(1);
  }
}

void encode_segments(std::string& into, std::string_view path) {
  for (std::size_t start = 0;;) {
    const std::size_t slash = std::min(path.find('/', start), path.size());
    encode(into, path.substr(start, slash - start));
    if (slash == path.size()) return;
    into += '/';
    start = slash + 1;
  }
}

/// Cuts what stands behind the last `separator` off `rest`.
std::string_view cut_behind_last(std::string_view& rest, char separator) {
  const std::size_t at = rest.rfind(separator);
  if (at == std::string_view::npos) return {};
  const std::string_view behind = rest.substr(at + 1);
  rest = rest.substr(0, at);
  return behind;
}

std::string_view strip_slashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

bool is_dots(std::string_view segment) { return segment == "." || segment == ".."; }

/// Decodes each segment; drops empty ones, and `.` and `..` where `is_subpath`.
Result<std::string> decode_segments(std::string_view path, bool is_subpath) {
  std::string result;
  for (const std::string_view piece : base::split(path, '/')) {
    DOORMAN_TRY(const std::string segment, decode(piece));
    if (segment.find('/') != std::string::npos) return invalid("purl: a segment contains a slash");
    if (segment.empty() || (is_subpath && is_dots(segment))) continue;
    if (!result.empty()) result += '/';
    result += segment;
  }
  return result;
}

base::Status read_qualifiers(std::string_view text, PackageUrl& purl) {
  if (static_cast<std::size_t>(std::ranges::count(text, '&')) >= max_purl_qualifiers) {
    return Error(ErrorCode::limit, "purl: more qualifiers than max_purl_qualifiers");
  }
  for (const std::string_view pair : base::split(text, '&')) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    DOORMAN_TRY(std::string value, decode(pair.substr(std::min(equals + 1, pair.size()))));
    purl.qualifiers.emplace_back(std::string(pair.substr(0, equals)), std::move(value));
  }
  return {};
}

/// The `@` before the version: the last one, but not the one that begins an npm scope (`@babel/core`).
std::size_t version_mark(std::string_view path) {
  const std::size_t at = path.rfind('@');
  if (at == std::string_view::npos) return at;
  const bool begins_segment = at == 0 || path[at - 1] == '/';
  return begins_segment && path.find('/', at) != std::string_view::npos ? std::string_view::npos : at;
}

base::Status read_path(std::string_view path, PackageUrl& purl) {
  if (const std::size_t at = version_mark(path); at != std::string_view::npos) {
    DOORMAN_TRY(purl.version, decode(path.substr(at + 1)));
    path = path.substr(0, at);
    if (path.ends_with('/')) return invalid("purl: no name");
  }
  path = strip_slashes(path);
  // The name of a git repository is all of its path on the host.
  const std::size_t slash = purl.type == "git" ? path.find('/') : path.rfind('/');
  if (slash != std::string_view::npos) {
    DOORMAN_TRY(purl.name_space, decode_segments(path.substr(0, slash), false));
    path.remove_prefix(slash + 1);
  }
  DOORMAN_TRY(purl.name, purl.type == "git" ? decode_segments(path, false) : decode(path));
  return {};
}

base::Status check_type(std::string_view type) {
  const bool good = !type.empty() && base::is_alpha(type.front()) &&
                    std::ranges::all_of(type, [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
  if (!good) return invalid("purl: bad type");
  return {};
}

base::Status normalize_qualifiers(PackageUrl& purl) {
  std::erase_if(purl.qualifiers, [](const auto& pair) { return pair.second.empty(); });
  for (auto& [key, value] : purl.qualifiers) {
    key = base::to_lower(key);
    const bool good = !key.empty() && base::is_alpha(key.front()) && std::ranges::all_of(key, [](char c) {
      return is_alnum(c) || c == '.' || c == '-' || c == '_';
    });
    if (!good) return invalid("purl: bad qualifier '" + base::printable(key) + "'");
  }
  std::ranges::sort(purl.qualifiers);
  const auto twice = std::ranges::adjacent_find(purl.qualifiers, {}, [](const auto& pair) { return pair.first; });
  if (twice != purl.qualifiers.end()) return invalid("purl: qualifier '" + twice->first + "' stands twice");
  return {};
}

/// `/a//b/` → `a/b`, without `.` and `..` in a subpath. Most are clean as they are.
void clean_segments(std::string& path, bool is_subpath) {
  if (path.empty()) return;
  const bool slashes = path.front() == '/' || path.back() == '/' || path.find("//") != std::string::npos;
  if (!slashes && (!is_subpath || path.find('.') == std::string::npos)) return;
  std::string result;
  for (const std::string_view segment : base::split(path, '/')) {
    if (segment.empty() || (is_subpath && is_dots(segment))) continue;
    if (!result.empty()) result += '/';
    result += segment;
  }
  path = std::move(result);
}

}  // namespace

base::Result<PackageUrl> parse_purl(std::string_view text) {
  if (text.size() > max_purl_bytes) return Error(ErrorCode::limit, "purl: longer than max_purl_bytes");
  PackageUrl purl;
  DOORMAN_TRY(purl.subpath, decode_segments(cut_behind_last(text, '#'), true));
  DOORMAN_CHECK(read_qualifiers(cut_behind_last(text, '?'), purl));
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || base::to_lower(text.substr(0, colon)) != "pkg") {
    return invalid("purl: does not begin with pkg:");
  }
  text.remove_prefix(colon + 1);
  while (text.starts_with('/')) text.remove_prefix(1);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return invalid("purl: no name");
  purl.type = base::to_lower(text.substr(0, slash));
  DOORMAN_CHECK(read_path(text.substr(slash + 1), purl));
  return canonical_purl(std::move(purl));
}

base::Result<PackageUrl> canonical_purl(PackageUrl parts) {
  DOORMAN_CHECK(check_type(parts.type));
  parts.type = base::to_lower(parts.type);
  clean_segments(parts.name_space, false);
  if (parts.name.starts_with('/') || parts.name.ends_with('/')) parts.name = std::string(strip_slashes(parts.name));
  clean_segments(parts.subpath, true);
  DOORMAN_CHECK(normalize_qualifiers(parts));
  DOORMAN_CHECK(apply_type_rules(parts));
  if (parts.name.empty()) return invalid("purl: no name");
  return parts;
}

std::string to_text(const PackageUrl& purl) {
  std::string text;
  text.reserve(64 + purl.name_space.size() + purl.name.size() + purl.version.size());
  text.append("pkg:").append(purl.type).append("/");
  if (!purl.name_space.empty()) {
    encode_segments(text, purl.name_space);
    text += '/';
  }
  if (purl.type == "git") encode_segments(text, purl.name);
  else encode(text, purl.name);
  if (!purl.version.empty()) {
    text += '@';
    encode(text, purl.version);
  }
  char separator = '?';
  for (const auto& [key, value] : purl.qualifiers) {
    text.append(1, separator).append(key).append(1, '=');
    encode(text, value);
    separator = '&';
  }
  if (!purl.subpath.empty()) {
    text += '#';
    encode_segments(text, purl.subpath);
  }
  return text;
}

}  // namespace doorman::model
