// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/auth_challenge.h"
#include "net/http.h"
#include "net/retry.h"
#include "source/credentials.h"

namespace doorman::source {

/// The Authorization that one repository is read with. Shared by the threads that read it: one renews, the
/// others then use what it got.
class RegistryAuth {
 public:
  struct Ticket {
    std::string authorization;  ///< empty before the registry demanded any
    unsigned generation = 0;
  };

  /// `client` and `retry` are borrowed. `find` is called once, at the first demand.
  RegistryAuth(const net::HttpClient& client, const net::RetryPolicy& retry, std::string repository,
               std::function<FoundCredentials()> find)
      : client_(client), retry_(retry), repository_(std::move(repository)), find_(std::move(find)) {}

  [[nodiscard]] Ticket ticket() const;
  /// Answers the WWW-Authenticate headers of a 401 that was given to the ticket of that generation, by `denied`
  /// when there is no answer. A registry with TLS (`secure`) may not name a token server without.
  base::Status renew(const std::vector<std::string_view>& headers, unsigned generation, bool secure);
  /// What to tell besides a refusal: no login, a helper that failed.
  [[nodiscard]] std::string hint() const;

 private:
  base::Result<std::string> fetch_token(const net::AuthChallenge& challenge, bool secure);
  void find_once();

  const net::HttpClient& client_;
  const net::RetryPolicy& retry_;
  std::string repository_;
  std::function<FoundCredentials()> find_;

  mutable std::mutex mutex_;
  Ticket ticket_;
  std::optional<FoundCredentials> found_;
};

}  // namespace doorman::source
