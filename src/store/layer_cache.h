// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/result.h"
#include "base/time.h"
#include "model/layer_facts.h"

namespace doorman::store {

/// Facts of layers that were read before, one file each, below the state folder:
///
///     layers/v<codec>-<parsers>-<secret rules>/sha256/<hex of the layer's digest>
///
/// The key is a digest that was computed, never one that was only announced. Several processes may use the
/// same folder at once: files appear whole or not at all, and whoever loses a race wrote the same bytes.
/// No failure here is fatal to a scan: a read-only or full folder costs time, not answers.
class LayerCache {
 public:
  static constexpr std::uint64_t max_file_bytes = 512U << 20U;

  explicit LayerCache(const std::string& state_folder) : folder_(state_folder + "/layers") {}

  /// By what facts were found: other versions find others.
  struct Version {
    std::uint32_t parsers = 0;
    std::uint64_t secret_rules = 0;  ///< LayerFacts::secret_rules; 0 where no secrets are sought
  };

  /// The facts, or nothing where they are not known by that version. A file that is corrupt is removed and counts
  /// as not known. A hit renews the time of last use.
  [[nodiscard]] base::Result<std::optional<model::LayerFacts>> get(const base::Digest& layer,
                                                                   const Version& version) const;
  [[nodiscard]] base::Status put(const base::Digest& layer, std::uint32_t parsers_version,
                                 const model::LayerFacts& facts) const;
  /// Whether this object has put anything: what did not grow need not be pruned.
  [[nodiscard]] bool grew() const { return grew_; }

  /// Of a number of cached layers.
  struct Size {
    std::uint64_t files = 0, bytes = 0;
    void add(std::uint64_t more) {
      ++files;
      bytes += more;
    }
  };
  [[nodiscard]] base::Result<Size> size() const;

  struct Limits {
    std::uint64_t max_bytes = 1ULL << 30U;
    std::chrono::hours max_age{30 * 24};  ///< since the last use
  };
  /// Removes what was not used for too long, then the least recently used until the rest fits; files of
  /// other versions and those that a killed process left are treated alike.
  [[nodiscard]] base::Result<Size> prune(const Limits& limits, base::Time now) const;

 private:
  [[nodiscard]] std::string file_of(const base::Digest& layer, const Version& version) const;

  std::string folder_;
  mutable std::atomic<bool> grew_ = false;
};

}  // namespace doorman::store
