// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/stream.h"
#include "net/curl_library.h"
#include "net/http.h"
#include "net/url.h"

// Inside the room only: the one place that knows libcurl's transfers.
namespace doorman::net {

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

/// What all requests of one client share. libcurl's own sharing of connections between threads is not safe, so
/// each running transfer borrows a multi handle, and with it the connections that earlier ones left open.
class Connections {
 public:
  Connections(HttpOptions options, std::string authorities)
      : options_(std::move(options)), authorities_(std::move(authorities)) {}

  [[nodiscard]] const HttpOptions& options() const { return options_; }
  [[nodiscard]] const std::string& authorities() const { return authorities_; }  ///< PEM, or empty

  [[nodiscard]] Multi borrow() const;
  void give_back(Multi multi) const;

 private:
  HttpOptions options_;
  std::string authorities_;
  mutable std::mutex mutex_;
  mutable std::vector<Multi> idle_;
};

/// One request and its response, driven by whoever reads: no thread and no more memory than one buffer.
class Transfer final : public base::ByteStream {
 public:
  /// Runs until the response's headers are there; redirects are the caller's.
  static base::Result<std::unique_ptr<Transfer>> start(std::shared_ptr<const Connections> connections, Url url,
                                                       const HttpRequest& request, bool with_authorization);
  ~Transfer() override;

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const Url& url() const { return url_; }
  [[nodiscard]] const HttpHeaders& headers() const { return headers_; }

  base::Result<std::size_t> read(std::span<char> into) override;

 private:
  Transfer(std::shared_ptr<const Connections> connections, Url url);
  base::Status prepare(const HttpRequest& request, bool with_authorization);
  void set_security();
  base::Status receive_head();
  base::Status turn(std::chrono::milliseconds longest);
  [[nodiscard]] base::Status outcome() const;
  base::Error fail(base::ErrorCode code, std::string message);

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  bool take_header(base::Bytes line);
  bool take_body(base::Bytes data);

  std::shared_ptr<const Connections> connections_;
  Url url_;
  Multi multi_;
  CURL* easy_ = nullptr;
  curl_slist* request_headers_ = nullptr;
  char curl_message_[CURL_ERROR_SIZE] = {};

  int status_ = 0;
  HttpHeaders headers_;
  std::size_t header_bytes_ = 0;
  bool head_complete_ = false;

  std::span<char> target_;  ///< where the reader wants the next bytes
  std::size_t filled_ = 0;  ///< of target_
  std::string pending_;     ///< came when the target was full
  std::size_t pending_at_ = 0;
  bool paused_ = false;
  std::uint64_t received_ = 0;

  std::chrono::steady_clock::duration waited_{};  ///< in the present window of the stall limit
  std::uint64_t received_before_wait_ = 0;

  std::optional<CURLcode> finished_;
  std::optional<base::Error> error_;
};

}  // namespace doorman::net
