// SPDX-License-Identifier: Apache-2.0
#include "net/retry.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "base/time.h"
#include "net/curl_library.h"

namespace doorman::net {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds noticeable{3000};

std::string why_again(const base::Result<HttpResponse>& response) {
  return response.ok() ? fmt::format("{}: status {}", response->url().substr(0, response->url().find('?')),
                                     response->status())
                       : response.error().message();
}

}  // namespace

bool Backoff::wait(std::string_view why, std::optional<milliseconds> asked) {
  const milliseconds length = std::max(next_, asked.value_or(milliseconds::zero()));
  const auto running = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun_);
  const milliseconds spent = std::max(running, waited_);  // a test's sleep takes no time
  if (tries_ >= policy_->max_tries || length > policy_->max_total - spent) return false;
  if (length >= noticeable) {
    base::log(base::LogLevel::info,
              fmt::format("{}; next try in {:%Q} s", why, std::chrono::ceil<std::chrono::seconds>(length)));
  }
  if (policy_->sleep) policy_->sleep(length);
  else std::this_thread::sleep_for(length);
  waited_ += length;
  next_ = std::min(next_ * 2, policy_->max_wait);
  ++tries_;
  return true;
}

bool worth_another_try(const base::Error& error) {
  return error.code() == base::ErrorCode::network || error.code() == base::ErrorCode::truncated;
}

bool worth_another_try(int status) {
  return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

std::optional<milliseconds> retry_after(const HttpResponse& response) {
  constexpr std::uint64_t longest_seconds = 365ULL * 24 * 3600;
  const auto text = response.header("retry-after");
  if (!text) return std::nullopt;
  if (const auto seconds = base::to_number(*text)) {
    return std::chrono::seconds(static_cast<std::int64_t>(std::min(*seconds, longest_seconds)));
  }
  const time_t date = curl().getdate(std::string(*text).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  const auto left = base::Time(std::chrono::seconds(date)) - base::now();
  return std::clamp<milliseconds>(left, milliseconds::zero(), std::chrono::seconds(longest_seconds));
}

base::Result<HttpResponse> send_patiently(const HttpClient& client, const HttpRequest& request,
                                          const RetryPolicy& policy) {
  Backoff backoff(policy);
  for (;;) {
    auto response = client.send(request);
    if (response.ok() && !worth_another_try(response->status())) return response;
    if (!response.ok() && !worth_another_try(response.error())) return response;
    if (backoff.wait(why_again(response), response.ok() ? retry_after(*response) : std::nullopt)) continue;
    if (response.ok() || backoff.tries() == 1) return response;
    return response.error().in(fmt::format("after {} tries", backoff.tries()));
  }
}

}  // namespace doorman::net
