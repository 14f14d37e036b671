// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace doorman::model {

/// Who is there, as those see him who share a kernel with him.
struct Resident {
  std::string id, name;
  std::string image;                   ///< registry and repository, or as it was asked for
  std::string pod;                     ///< id of its sandbox; residents of one pod are one workload. Empty: in none
  std::optional<std::uint32_t> trust;  ///< 0 to 100; nothing: nobody said
  std::vector<std::string> host_paths, writable_paths;  ///< of the host, that are mounted; sorted

  bool operator==(const Resident&) const = default;
};

/// What a container finds beside it on a host.
struct Neighbours {
  /// The one whose trust differs most from its own.
  struct Farthest {
    std::string name;
    std::uint32_t distance = 0;
  };

  std::uint64_t count = 0;
  std::vector<std::string> names, images;  ///< sorted, each once
  std::optional<std::uint32_t> lowest_trust, highest_trust;
  std::optional<Farthest> farthest;       ///< nothing: its own trust is not known, or nobody's
  std::vector<std::string> shared_paths;  ///< that it and one of them mount, and that either may write; sorted
};

}  // namespace doorman::model
