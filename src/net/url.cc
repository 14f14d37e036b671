// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "net/curl_library.h"

namespace doorman::net {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t max_url_bytes = 8U << 10U;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl().url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlDeleter>;

Error bad_url(std::string_view text, std::string_view why) {
  return {ErrorCode::usage,
          fmt::format("{}: {}", base::printable(text.substr(0, text.find('?')).substr(0, 200)), why)};
}

Result<std::string> part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (const CURLUcode code = curl().url_get(url, part, &text, flags); code != CURLUE_OK) {
    return Error(ErrorCode::usage, curl().url_strerror(code));
  }
  std::string copy(text);
  curl().free(text);
  return copy;
}

Result<Url> described(CURLU* handle) {
  Url url;
  DOORMAN_TRY(url.scheme, part_of(handle, CURLUPART_SCHEME));
  if (url.scheme != "http" && url.scheme != "https") return Error(ErrorCode::usage, "not http or https");
  DOORMAN_TRY(const std::string host, part_of(handle, CURLUPART_HOST));
  url.host = base::to_lower(host);
  DOORMAN_TRY(const std::string port, part_of(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT));
  url.port = static_cast<std::uint16_t>(base::to_number(port).value_or(0));
  if (curl().url_set(handle, CURLUPART_FRAGMENT, nullptr, 0) != CURLUE_OK) {
    return Error(ErrorCode::usage, "not a URL");
  }
  DOORMAN_TRY(url.text, part_of(handle, CURLUPART_URL));
  return url;
}

Result<Url> set_url(CURLU* handle, std::string_view text) {
  if (text.size() > max_url_bytes) return bad_url(text, "URL longer than 8 KiB");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (std::any_of(text.begin(), text.end(), is_control)) return bad_url(text, "white space in a URL");
  const CURLUcode code = curl().url_set(handle, CURLUPART_URL, std::string(text).c_str(), CURLU_DISALLOW_USER);
  if (code == CURLUE_USER_NOT_ALLOWED) return Error(ErrorCode::usage, "a URL with a user name is refused");
  if (code != CURLUE_OK) return bad_url(text, curl().url_strerror(code));
  auto url = described(handle);
  if (!url.ok()) return bad_url(text, url.error().message());
  return url;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  DOORMAN_CHECK(load_curl());
  const UrlHandle handle(curl().url());
  return set_url(handle.get(), text);
}

Result<Url> resolve_url(const Url& from, std::string_view reference) {
  DOORMAN_CHECK(load_curl());
  const UrlHandle handle(curl().url());
  DOORMAN_CHECK(set_url(handle.get(), from.text));
  return set_url(handle.get(), reference);
}

bool is_loopback(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (base::to_lower(host) == "localhost") return true;
  const std::string text(host);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool unreserved = base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) out.push_back(c);
    else fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string encode_query(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out.push_back('&');
    out.append(percent_encode(name)).append("=").append(percent_encode(value));
  }
  return out;
}

}  // namespace doorman::net
