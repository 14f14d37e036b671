// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "base/digest.h"

namespace doorman::model {

/// Whom a fact, a finding, a verdict or an event is about. There is no default subject: what is attributed
/// to nobody does not compile. Workload and process join when the doors that know them do.
class Subject {
 public:
  enum class Kind : std::uint8_t {
    image,  ///< by its config digest
    root,   ///< a folder that holds a root file system, by the digest of what was found in it
    host,   ///< this machine, likewise
  };

  static Subject image(base::Digest config) { return {Kind::image, config}; }
  static Subject root(base::Digest content) { return {Kind::root, content}; }
  static Subject host(base::Digest content) { return {Kind::host, content}; }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const base::Digest& digest() const { return digest_; }

  auto operator<=>(const Subject&) const = default;

 private:
  Subject(Kind kind, base::Digest digest) : kind_(kind), digest_(digest) {}

  Kind kind_;
  base::Digest digest_;
};

}  // namespace doorman::model
