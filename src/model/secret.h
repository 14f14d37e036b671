// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/vulnerability.h"

namespace doorman::model {

/// A secret that somebody left in an image, told so that a report gives it to nobody.
struct Secret {
  /// What holds it.
  enum class Where : std::uint8_t {
    file,
    environment,  ///< a variable of the image's settings
    history,      ///< a build step
    label,
  };

  Where where = Where::file;
  std::string path;        ///< canonical, of the file; empty elsewhere
  std::string name;        ///< of the variable or label; the number of the build step, from 1; empty for a file
  std::uint32_t line = 0;  ///< of its beginning, from 1; 0 where there are no lines
  std::string rule;        ///< id of the rule that found it: `aws-access-key`
  std::string title;       ///< what it is, for people: `AWS access key`
  Severity severity = Severity::unknown;
  std::string masked;       ///< at most its first four characters, and its length: `AKIA… (20 characters)`
  std::string fingerprint;  ///< sixteen hex digits that are the same for the same secret; empty for one that could
                            ///< be guessed from them
  bool checked = false;     ///< its form was checked beyond the pattern: a checksum, a decoded part

  auto operator<=>(const Secret&) const = default;
};
std::string_view to_text(Secret::Where where);
/// Where it is, on one line: `etc/app.env:3`, `config: env DB_PASSWORD`, `history 7`, `config: label token`.
std::string place_of(const Secret& secret);

}  // namespace doorman::model
