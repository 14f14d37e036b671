// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/fd.h"
#include "base/text.h"
#include "net/curl_library.h"
#include "net/transfer.h"
#include "net/url.h"

namespace doorman::net {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::uint64_t max_ca_file_bytes = 4U << 20U;
constexpr std::size_t max_ca_files = 1000;

Result<std::string> read_authorities(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed)) return base::read_file(path, max_ca_file_bytes);
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(path, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string extension = entry->path().extension().string();
    if (extension == ".crt" || extension == ".pem") files.push_back(entry->path().string());
    if (files.size() > max_ca_files) return Error(ErrorCode::limit, path + ": over 1000 certificate files");
  }
  if (failed) return Error(ErrorCode::io, path + ": " + failed.message());
  if (files.empty()) return Error(ErrorCode::usage, path + ": no *.crt or *.pem in this folder");
  std::sort(files.begin(), files.end());
  std::string all;
  for (const std::string& file : files) {
    DOORMAN_TRY(const std::string pem, base::read_file(file, max_ca_file_bytes));
    all.append(pem).append("\n");
  }
  return all;
}

Status check_plain_http(const Url& url, const HttpOptions& options) {
  if (url.is_https() || !options.unix_socket.empty() || options.plain_http == PlainHttp::anywhere) return {};
  if (is_loopback(url.host)) return {};
  return Error(ErrorCode::usage, "plain http is refused, except to this machine itself");
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::optional<std::string_view> find_header(const HttpHeaders& headers, std::string_view name) {
  const std::string wanted = base::to_lower(name);
  for (const auto& [key, value] : headers) {
    if (key == wanted) return value;
  }
  return std::nullopt;
}

}  // namespace

HttpResponse::HttpResponse(std::unique_ptr<Transfer> transfer) : transfer_(std::move(transfer)) {}
HttpResponse::HttpResponse(HttpResponse&&) noexcept = default;
HttpResponse& HttpResponse::operator=(HttpResponse&&) noexcept = default;
HttpResponse::~HttpResponse() = default;

int HttpResponse::status() const { return transfer_->status(); }
const std::string& HttpResponse::url() const { return transfer_->url().text; }
base::ByteStream& HttpResponse::body() { return *transfer_; }

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  return find_header(transfer_->headers(), name);
}

std::vector<std::string_view> HttpResponse::headers(std::string_view name) const {
  const std::string wanted = base::to_lower(name);
  std::vector<std::string_view> values;
  for (const auto& [key, value] : transfer_->headers()) {
    if (key == wanted) values.push_back(value);
  }
  return values;
}

std::optional<std::uint64_t> HttpResponse::content_length() const {
  const auto text = header("content-length");
  return text ? base::to_number(*text) : std::nullopt;
}

Result<std::string> HttpResponse::read_all(std::size_t max_bytes) {
  constexpr std::size_t step = 16U << 10U;
  std::string body;
  for (;;) {
    const std::size_t before = body.size();
    body.resize(before + step);
    DOORMAN_TRY(const std::size_t count, transfer_->read(std::span(body).subspan(before)));
    body.resize(before + count);
    if (count == 0) return body;
    if (body.size() > max_bytes) return Error(ErrorCode::limit, fmt::format("answer over {} bytes", max_bytes));
  }
}

Result<HttpClient> HttpClient::make(HttpOptions options) {
  DOORMAN_CHECK(load_curl());
  std::string authorities;
  if (!options.ca_path.empty()) {
    DOORMAN_TRY(authorities, read_authorities(options.ca_path).in("certificate authorities"));
  }
  return HttpClient(std::make_shared<const Connections>(std::move(options), std::move(authorities)));
}

Result<HttpResponse> HttpClient::send(const HttpRequest& request) const {
  const HttpOptions& options = connections_->options();
  DOORMAN_TRY(Url url, parse_url(request.url));
  bool with_authorization = true;
  for (int redirects = 0;; ++redirects) {
    const std::string place(url.without_query());
    DOORMAN_CHECK(check_plain_http(url, options).in(place));
    auto started = Transfer::start(connections_, url, request, with_authorization);
    if (!started.ok()) return started.error().in(place);
    HttpResponse response(std::move(started).value());
    const auto location = response.header("location");
    if (!is_redirect(response.status()) || !location || request.form) return response;

    if (redirects == options.max_redirects) {
      return Error(ErrorCode::limit, fmt::format("more than {} redirects", options.max_redirects)).in(place);
    }
    auto next = resolve_url(url, *location);
    if (!next.ok()) return Error(ErrorCode::invalid, "redirect to " + next.error().message()).in(place);
    if (url.is_https() && !next->is_https()) {
      return Error(ErrorCode::usage, "a redirect from https to http is refused").in(place);
    }
    with_authorization = with_authorization && url.same_origin(*next);
    url = std::move(next).value();
  }
}

}  // namespace doorman::net
