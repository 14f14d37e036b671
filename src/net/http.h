// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/stream.h"

namespace doorman::net {

/// Where plain http (no TLS) may go. A redirect is held to the same rule, and never leads from https to http.
enum class PlainHttp : std::uint8_t { loopback_only, anywhere };

/// How an HttpClient behaves towards every server. A proxy is taken from the environment, as curl takes it, but not
/// for this machine itself: what goes there in plain text must not leave it.
struct HttpOptions {
  std::string unix_socket;  ///< talk to this socket whatever the URL's host; then no proxy and no http limit
  std::string ca_path;      ///< PEM file, or a folder of *.crt and *.pem: trusted besides the system's authorities
  bool insecure = false;    ///< accept any certificate
  PlainHttp plain_http = PlainHttp::loopback_only;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds head_timeout{30'000};   ///< from the request to the last response header
  std::chrono::milliseconds stall_timeout{30'000};  ///< within so much waiting, min_progress bytes must come
  std::uint64_t min_progress = 1024;
  std::size_t max_header_bytes = 64U << 10U;  ///< of one response, all headers together
  int max_redirects = 5;
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string url;
  HttpHeaders headers = {};
  /// The value of `Authorization`. Not sent on to another scheme, host or port.
  std::string authorization = {};
  /// A form (application/x-www-form-urlencoded) turns the GET into a POST, which follows no redirect.
  std::optional<std::string> form = {};
  /// Ask for the body from this byte on. The answer may ignore it: see the status, 206 or 200.
  std::uint64_t range_from = 0;
};

class Connections;
class Transfer;

/// A response whose headers are there and whose body comes as it is read. One thread at a time.
class HttpResponse {
 public:
  HttpResponse(HttpResponse&&) noexcept;
  HttpResponse& operator=(HttpResponse&&) noexcept;
  ~HttpResponse();

  [[nodiscard]] int status() const;
  [[nodiscard]] const std::string& url() const;  ///< that answered, after redirects
  /// The first header of that name (compared without case).
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> headers(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;

  /// The body as it was sent (no content coding is undone). A body shorter than its Content-Length or cut
  /// within a chunk is a `truncated` error; what a server sends beyond Content-Length is never seen.
  [[nodiscard]] base::ByteStream& body();
  /// The rest of the body, or a `limit` error when it is longer.
  base::Result<std::string> read_all(std::size_t max_bytes);

 private:
  friend class HttpClient;
  explicit HttpResponse(std::unique_ptr<Transfer> transfer);
  std::unique_ptr<Transfer> transfer_;
};

/// Speaks HTTP/1.1. Several threads may send at a time; connections are kept and used again.
///
/// Errors by code:
/// - network: no connection, a reset, a time-out: worth another try
/// - truncated: the body ended early: worth another try
/// - denied: the server's certificate is not trusted
/// - unsupported: the server does not speak TLS
/// - invalid: what it speaks is no HTTP, or a redirect leads nowhere
/// - limit: headers, redirects
/// - usage: the URL, or plain http to where it may not go
/// A status of 400 and above is no error here. Messages name the URL without its query, which may hold secrets.
class HttpClient {
 public:
  /// Fails when the CA path cannot be read.
  static base::Result<HttpClient> make(HttpOptions options = {});
  /// Follows redirects, and returns when the headers are there. The response may outlive the client.
  [[nodiscard]] base::Result<HttpResponse> send(const HttpRequest& request) const;

 private:
  explicit HttpClient(std::shared_ptr<const Connections> connections) : connections_(std::move(connections)) {}
  std::shared_ptr<const Connections> connections_;
};

}  // namespace doorman::net
