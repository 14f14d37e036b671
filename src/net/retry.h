// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace doorman::net {

/// How long to go on asking a server that is busy, silent or breaks off. Waits double from first_wait to max_wait;
/// a server's Retry-After lengthens them. Several threads may use one policy.
struct RetryPolicy {
  int max_tries = 6;
  std::chrono::milliseconds first_wait{500};
  std::chrono::milliseconds max_wait{30'000};
  std::chrono::milliseconds max_total{120'000};  ///< no wait begins that would end later than this
  /// Sleeps; a test puts its own in place.
  std::function<void(std::chrono::milliseconds)> sleep;
};

/// The waits of one operation under a policy, which must outlive it.
class Backoff {
 public:
  explicit Backoff(const RetryPolicy& policy)
      : policy_(&policy), begun_(std::chrono::steady_clock::now()), next_(policy.first_wait) {}

  /// Waits before another try, at least `asked` long where the server said so, and logs `why` when people would
  /// notice. False without waiting when the tries or the time are used up.
  bool wait(std::string_view why, std::optional<std::chrono::milliseconds> asked = std::nullopt);
  [[nodiscard]] int tries() const { return tries_; }  ///< made so far, the one that just failed included

 private:
  const RetryPolicy* policy_;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::milliseconds next_;
  std::chrono::milliseconds waited_{0};
  int tries_ = 1;
};

/// Errors of code network and truncated.
bool worth_another_try(const base::Error& error);
/// 408, 429 and the 5xx that pass: 500, 502, 503, 504.
bool worth_another_try(int status);
/// Retry-After as seconds or as a date (RFC 9110, section 10.2.3).
std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response);

/// Sends until the answer is final. A status that was worth another try to the end is returned as it is.
base::Result<HttpResponse> send_patiently(const HttpClient& client, const HttpRequest& request,
                                          const RetryPolicy& policy);

}  // namespace doorman::net
