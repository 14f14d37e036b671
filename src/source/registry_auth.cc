// SPDX-License-Identifier: Apache-2.0
#include "source/registry_auth.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "base/json.h"
#include "net/url.h"
#include "source/registry_error.h"

namespace doorman::source {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::size_t max_token_answer_bytes = 256U << 10U;

std::string basic(const Credentials& credentials) {
  return "Basic " + base::base64_encode(credentials.username + ":" + credentials.password);
}

const net::AuthChallenge* find_scheme(const std::vector<net::AuthChallenge>& challenges, std::string_view scheme) {
  const auto found = std::ranges::find(challenges, scheme, &net::AuthChallenge::scheme);
  return found == challenges.end() ? nullptr : &*found;
}

Result<std::string> token_of(std::string_view answer) {
  const auto document = base::JsonDocument::parse(answer);
  if (!document.ok()) return Error(ErrorCode::invalid, "the answer is no JSON");
  const auto root = document->root();
  const std::string_view token = root["token"].string_or(root["access_token"].string_or(""));
  if (token.empty()) return Error(ErrorCode::invalid, "the answer holds no token");
  return "Bearer " + std::string(token);
}

}  // namespace

RegistryAuth::Ticket RegistryAuth::ticket() const {
  const std::lock_guard lock(mutex_);
  return ticket_;
}

std::string RegistryAuth::hint() const {
  const std::lock_guard lock(mutex_);
  if (!found_) return {};
  std::string text = found_->credentials ? "" : "; no login is known for it (docker login, podman login)";
  for (const std::string& problem : found_->problems) text += "; " + problem;
  return text;
}

void RegistryAuth::find_once() {
  if (!found_) found_ = find_();
}

Status RegistryAuth::renew(const std::vector<std::string_view>& headers, unsigned generation, bool secure) {
  std::vector<net::AuthChallenge> challenges;
  for (const std::string_view header : headers)
    std::ranges::move(net::parse_challenges(header), std::back_inserter(challenges));

  const std::lock_guard lock(mutex_);
  if (generation != ticket_.generation) return {};
  find_once();
  std::string authorization;
  if (const auto* bearer = find_scheme(challenges, "bearer")) {
    DOORMAN_TRY(authorization, fetch_token(*bearer, secure).in("token server"));
  } else if (find_scheme(challenges, "basic") != nullptr) {
    if (!found_->credentials || found_->credentials->username.empty()) {
      return Error(ErrorCode::denied, "it wants a login");
    }
    authorization = basic(*found_->credentials);
  } else {
    return Error(ErrorCode::denied, "it asks for no way to log in that we know (Bearer, Basic)");
  }
  ticket_ = {std::move(authorization), generation + 1};
  return {};
}

Result<std::string> RegistryAuth::fetch_token(const net::AuthChallenge& challenge, bool secure) {
  auto realm = net::parse_url(challenge.parameter("realm"));
  if (!realm.ok()) return realm.error().in("realm");
  if (secure && !realm->is_https()) {
    return Error(ErrorCode::denied, "its address is plain http, the registry's is not");
  }

  // The scope is ours, not the challenge's: a token that can push is nothing to hand out.
  const std::string scope = "repository:" + repository_ + ":pull";
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  if (const auto service = challenge.parameter("service"); !service.empty()) {
    fields.emplace_back("service", service);
  }
  fields.emplace_back("scope", scope);
  net::HttpRequest request;
  if (found_->credentials && !found_->credentials->identity_token.empty()) {
    fields.emplace_back("client_id", "doorman");
    fields.emplace_back("grant_type", "refresh_token");
    fields.emplace_back("refresh_token", found_->credentials->identity_token);
    request.url = realm->text;
    request.form = net::encode_query(fields);
  } else {
    if (found_->credentials) {
      fields.emplace_back("account", found_->credentials->username);
      request.authorization = basic(*found_->credentials);
    }
    request.url =
        realm->text + (realm->text.find('?') == std::string::npos ? "?" : "&") + net::encode_query(fields);
  }
  DOORMAN_TRY(auto response, net::send_patiently(client_, request, retry_));
  DOORMAN_TRY(const std::string answer, response.read_all(max_token_answer_bytes));
  if (response.status() == 200) return token_of(answer).in(realm->without_query());
  const bool refused = response.status() >= 400 && response.status() < 500 && response.status() != 429;
  const std::string said = describe_error_body(answer);
  return Error(
      refused ? ErrorCode::denied : ErrorCode::network,
      fmt::format("{}: status {}{}{}", realm->without_query(), response.status(), said.empty() ? "" : ": ", said));
}

}  // namespace doorman::source
