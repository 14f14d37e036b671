// SPDX-License-Identifier: Apache-2.0
#include "net/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace doorman::net {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t max_idle_connections = 8;
constexpr long receive_buffer_bytes = 128L << 10U;
constexpr std::size_t max_pending_bytes = 256U << 10U;
constexpr milliseconds longest_turn{1000};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; });
}

ErrorCode code_of(CURLcode code, std::string_view message) {
  switch (code) {  // NOLINT(bugprone-switch-missing-default-case): libcurl's list is open
    case CURLE_PARTIAL_FILE:
      return ErrorCode::truncated;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return ErrorCode::denied;
    case CURLE_SSL_CONNECT_ERROR: {
      const bool cut = message.find("SYSCALL") != message.npos || message.find("reset") != message.npos ||
                       message.find("unexpected eof") != message.npos;
      return cut ? ErrorCode::network : ErrorCode::unsupported;
    }
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return ErrorCode::invalid;
    case CURLE_URL_MALFORMAT:
      return ErrorCode::usage;
    default:
      return ErrorCode::network;
  }
}

}  // namespace

Multi Connections::borrow() const {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return Multi(curl().multi_init());
  Multi multi = std::move(idle_.back());
  idle_.pop_back();
  return multi;
}

void Connections::give_back(Multi multi) const {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < max_idle_connections) idle_.push_back(std::move(multi));
}

Transfer::Transfer(std::shared_ptr<const Connections> connections, Url url)
    : connections_(std::move(connections)), url_(std::move(url)), multi_(connections_->borrow()) {}

Transfer::~Transfer() {
  if (easy_ != nullptr) {
    curl().multi_remove_handle(multi_.get(), easy_);
    curl().easy_cleanup(easy_);
  }
  curl().slist_free_all(request_headers_);
  connections_->give_back(std::move(multi_));
}

Result<std::unique_ptr<Transfer>> Transfer::start(std::shared_ptr<const Connections> connections, Url url,
                                                  const HttpRequest& request, bool with_authorization) {
  std::unique_ptr<Transfer> transfer(new Transfer(std::move(connections), std::move(url)));
  DOORMAN_CHECK(transfer->prepare(request, with_authorization));
  DOORMAN_CHECK(transfer->receive_head());
  return transfer;
}

Status Transfer::prepare(const HttpRequest& request, bool with_authorization) {
  const HttpOptions& options = connections_->options();
  easy_ = curl().easy_init();
  curl().easy_setopt(easy_, CURLOPT_URL, url_.text.c_str());
  curl().easy_setopt(easy_, CURLOPT_ERRORBUFFER, curl_message_);
  curl().easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl().easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl().easy_setopt(easy_, CURLOPT_USERAGENT, "doorman/" DOORMAN_VERSION);
  curl().easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl().easy_setopt(easy_, CURLOPT_BUFFERSIZE, receive_buffer_bytes);
  curl().easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl().easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl().easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl().easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl().easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  set_security();
  if (!options.unix_socket.empty()) {
    curl().easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket.c_str());
  }
  if (!options.unix_socket.empty() || is_loopback(url_.host)) curl().easy_setopt(easy_, CURLOPT_PROXY, "");
  if (request.form) {
    curl().easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.form->size()));
    curl().easy_setopt(easy_, CURLOPT_COPYPOSTFIELDS, request.form->c_str());
  }

  HttpHeaders headers = request.headers;
  if (with_authorization && !request.authorization.empty()) {
    headers.emplace_back("Authorization", request.authorization);
  }
  if (request.range_from > 0) headers.emplace_back("Range", fmt::format("bytes={}-", request.range_from));
  if (request.form) headers.emplace_back("Expect", "");  // do not wait for a 100 that may never come
  for (const auto& [name, value] : headers) {
    if (has_control(name) || has_control(value)) {
      return Error(ErrorCode::usage, "control character in header " + name);
    }
    const std::string line = fmt::format("{}:{}{}", name, value.empty() ? "" : " ", value);
    request_headers_ = curl().slist_append(request_headers_, line.c_str());
  }
  curl().easy_setopt(easy_, CURLOPT_HTTPHEADER, request_headers_);
  curl().multi_add_handle(multi_.get(), easy_);
  return {};
}

void Transfer::set_security() {
  const HttpOptions& options = connections_->options();
  curl().easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl().easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl().easy_setopt(easy_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl().easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (options.insecure) {
    curl().easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
    curl().easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!connections_->authorities().empty()) {
    // The blob takes the place of the bundle file only; the system's folder of authorities stays trusted.
    std::string& pem = const_cast<std::string&>(connections_->authorities());
    curl_blob blob{pem.data(), pem.size(), CURL_BLOB_NOCOPY};
    curl().easy_setopt(easy_, CURLOPT_CAINFO_BLOB, &blob);
  }
}

Error Transfer::fail(ErrorCode code, std::string message) {
  error_.emplace(code, std::move(message));
  return *error_;
}

Status Transfer::receive_head() {
  const auto limit = connections_->options().head_timeout;
  const auto deadline = steady_clock::now() + limit;
  while (!head_complete_ && !finished_) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left <= milliseconds::zero()) {
      return fail(ErrorCode::network, fmt::format("no answer within {} ms", limit.count()));
    }
    DOORMAN_CHECK(turn(std::min(left, longest_turn)));
  }
  if (!head_complete_) {
    DOORMAN_CHECK(outcome());
    return fail(ErrorCode::invalid, "an answer without headers");
  }
  return {};
}

Status Transfer::turn(milliseconds longest) {
  const std::uint64_t before = received_ + header_bytes_;
  int running = 0;
  if (const CURLMcode code = curl().multi_perform(multi_.get(), &running); code != CURLM_OK) {
    return fail(ErrorCode::network, curl().multi_strerror(code));
  }
  int left = 0;
  while (const CURLMsg* message = curl().multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) finished_ = message->data.result;
  }
  if (error_) return *error_;
  if (finished_ || received_ + header_bytes_ != before) return {};
  if (const CURLMcode code =
          curl().multi_poll(multi_.get(), nullptr, 0, static_cast<int>(longest.count()), nullptr);
      code != CURLM_OK) {
    return fail(ErrorCode::network, curl().multi_strerror(code));
  }
  return {};
}

Status Transfer::outcome() const {
  if (error_) return *error_;
  if (!finished_ || *finished_ == CURLE_OK) return {};
  const std::string_view detail = curl_message_[0] != '\0' ? curl_message_ : curl().easy_strerror(*finished_);
  return Error(code_of(*finished_, detail), base::printable(detail));
}

Result<std::size_t> Transfer::read(std::span<char> into) {
  if (into.empty()) return std::size_t{0};
  if (pending_at_ < pending_.size()) {
    const std::size_t count = std::min(into.size(), pending_.size() - pending_at_);
    std::memcpy(into.data(), pending_.data() + pending_at_, count);
    pending_at_ += count;
    return count;
  }
  pending_.clear();
  pending_at_ = 0;
  target_ = into;
  filled_ = 0;
  if (paused_ && !finished_) {
    paused_ = false;
    curl().easy_pause(easy_, CURLPAUSE_CONT);
  }
  const HttpOptions& options = connections_->options();
  while (filled_ == 0 && !finished_ && !error_) {
    const auto begin = steady_clock::now();
    const Status turned = turn(std::min(longest_turn, options.stall_timeout));
    waited_ += steady_clock::now() - begin;
    if (!turned.ok()) break;
    if (waited_ < options.stall_timeout) continue;
    if (received_ - received_before_wait_ < options.min_progress && filled_ == 0 && !finished_) {
      (void)fail(ErrorCode::network,
                 fmt::format("stalled: {} bytes in {} ms, after {} in all", received_ - received_before_wait_,
                             options.stall_timeout.count(), received_));
    }
    waited_ = {};
    received_before_wait_ = received_;
  }
  target_ = {};
  if (filled_ > 0) return filled_;
  DOORMAN_CHECK(outcome());
  return std::size_t{0};
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->take_header({data, size * count}) ? size * count : 0;
}

bool Transfer::take_header(base::Bytes line) {
  header_bytes_ += line.size();
  const std::size_t max_bytes = connections_->options().max_header_bytes;
  if (header_bytes_ > max_bytes) {
    (void)fail(ErrorCode::limit, fmt::format("response headers over {} bytes", max_bytes));
    return false;
  }
  if (head_complete_) return true;  // trailers of a chunked body
  const std::string_view text = base::trim(line);
  if (text.starts_with("HTTP/")) {
    headers_.clear();  // those of a 1xx answer before
    const std::string_view code = text.substr(std::min(text.find(' '), text.size() - 1) + 1);
    status_ = static_cast<int>(base::to_number(code.substr(0, 3)).value_or(0));
  } else if (text.empty()) {
    head_complete_ = status_ >= 200;
  } else if (const std::size_t colon = text.find(':'); colon != text.npos) {
    headers_.emplace_back(base::to_lower(text.substr(0, colon)), base::trim(text.substr(colon + 1)));
  }
  return true;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->take_body({data, size * count}) ? size * count : CURL_WRITEFUNC_PAUSE;
}

bool Transfer::take_body(base::Bytes data) {
  const std::size_t direct = std::min(data.size(), target_.size() - filled_);
  const bool fits = pending_.empty() || pending_.size() + data.size() - direct <= max_pending_bytes;
  if (!fits) {
    paused_ = true;
    return false;
  }
  if (direct > 0) std::memcpy(target_.data() + filled_, data.data(), direct);
  filled_ += direct;
  pending_.append(data.substr(direct));
  received_ += data.size();
  return true;
}

}  // namespace doorman::net
