// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "policy/diagnostic.h"

namespace doorman::policy {

/// What an exception may name. The text is the key in the file.
enum class SubjectKey : std::uint8_t {
  image,          ///< the target as it was given, a name of the image with or without its tag
  digest,         ///< of the image: its configuration's, manifest's or index's
  package,        ///< the package's own name, or that of the source it was built from
  version,        ///< of the package
  vulnerability,  ///< the finding's id or one of its aliases
  path,           ///< of a file, or of the file that told a package
  secret,         ///< the id of the kind of secret, or its fingerprint
};
inline constexpr std::size_t subject_key_count = 7;
std::string_view to_text(SubjectKey key);

/// That some matches of some rules do not count, why, and until when.
struct Exception {
  struct Part {
    SubjectKey key;
    std::vector<std::string> values;  ///< any of them, each a pattern of base/glob.h
  };

  std::string name, reason;
  std::vector<std::string> rule_names;  ///< as they were written
  std::vector<bool> rules;              ///< whether it speaks of RuleSet::rules[i]
  std::vector<Part> subject;            ///< all of them must hold; empty for a wide one, which says so itself
  std::optional<base::Date> last_day;   ///< on which it counts; nothing: it never ends
  Place place;
};

/// Whether a value is a pattern of base/glob.h rather than a text that stands for itself.
bool is_pattern(std::string_view text);
/// As a report shows it: `package=openssl,libssl3 image=shop*`, or `any`.
std::string subject_text(const Exception& exception);
std::string rules_text(const Exception& exception);  ///< the names, with commas between them

}  // namespace doorman::policy
