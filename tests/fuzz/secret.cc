// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

#include "fuzz/fuzz.h"
#include "parse/secret/scanner.h"

namespace doorman::fuzz {
namespace {

constexpr std::string_view pack = R"(
rules:
  - {id: key, title: A, severity: high, keywords: [key_, k-y], regex: '\b(key_[a-z0-9]{4,20})\b', entropy: 1, after: 64}
  - {id: pem, title: B, severity: high, keywords: ['-----BEGIN '], also: [KEY-----], check: pem_key, after: 9000,
     regex: '(-----BEGIN (?:RSA )?PRIVATE KEY-----[\sA-Za-z0-9+/=\\]+(?:-----END)?)'}
  - {id: jwt, title: C, severity: low, keywords: [eyJ], regex: '(eyJ[\w-]+\.[\w-]+\.[\w-]*)', check: jwt}
  - {id: basic, title: D, severity: low, keywords: [auth], caseless: true, check: basic_auth, regex: '(?i)auth=(\S+)'}
  - {id: sum, title: E, severity: low, keywords: [npm_], regex: 'npm_(\w+)', check: crc32, stopwords: [EXAMPLE]}
  - {id: whole, title: F, severity: low, regex: '\A(\d+)', paths: ['*/pin'], guessable: true}
)";

const parse::secret::SecretRules& rules() {
  static const parse::secret::SecretRules parsed = [] {
    const parse::secret::RuleText text{"pack", pack};
    auto read = parse::secret::SecretRules::parse({&text, 1});
    if (!read.ok() || !read->check().ok()) std::abort();
    return std::move(read).value();
  }();
  return parsed;
}

/// Nothing when a limit was reached: it counts work, which is not the same in all ways of looking.
std::optional<std::vector<model::Secret>> search(parse::secret::SecretScanner& scanner, base::Bytes text,
                                                 std::size_t piece) {
  scanner.begin("a/pin", text.size());
  // The first piece decides what kind of file it is, so it is never short.
  for (std::size_t next = parse::secret::SecretScanner::head_bytes; !text.empty(); next = piece) {
    if (!scanner.feed(text.substr(0, next)).ok()) std::abort();
    text.remove_prefix(std::min(text.size(), next));
  }
  auto found = scanner.end();
  if (!found.ok()) std::abort();
  for (const model::Secret& secret : found->secrets) {
    if (secret.masked.size() > 64) std::abort();
  }
  if (!found->complete) return std::nullopt;
  return std::move(found)->secrets;
}

}  // namespace

/// A file, whole and in pieces; the settings' way of looking finds the same.
void secret(base::Bytes input) {
  using parse::secret::SecretScanner;
  auto files = SecretScanner::make(rules());
  auto few = SecretScanner::make(rules(), SecretScanner::Amount::few_texts);
  if (!files.ok() || !few.ok()) std::abort();
  const auto whole = search(*files, input, input.size() + 1);
  const auto same = [&](const auto& other) { return !whole || !other || *whole == *other; };
  if (!same(search(*few, input, input.size() + 1)) || !same(search(*files, input, 333))) std::abort();
}

}  // namespace doorman::fuzz
