// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "model/vulnerability.h"

namespace doorman::model {

/// How an image of a host is used.
enum class ImageState : std::uint8_t {
  running,     ///< a container of it runs
  stale,       ///< one runs, but its name leads to another image here by now: made anew, it would be that one
  stopped,     ///< there is a container of it, and none runs
  superseded,  ///< none runs, and the name that it had leads to another image here
  unused,      ///< there is no container of it
};
std::string_view to_text(ImageState state);

/// Flaws by severity; one that several packages of one source share counts once. In the order of comparison.
struct FlawCounts {
  std::uint64_t exploited = 0;  ///< of all of them, those that are known to be exploited
  std::uint64_t critical = 0, high = 0, medium = 0, low = 0, other = 0;

  void add(const Vulnerability& flaw);
  void add(const FlawCounts& more);
  [[nodiscard]] std::uint64_t total() const { return critical + high + medium + low + other; }
  auto operator<=>(const FlawCounts&) const = default;
};

/// What an image was built on.
struct ImageBase {
  std::string name;                    ///< of an image here, or as a label of the image says; may be empty
  std::optional<base::Digest> digest;  ///< of the image here that has the same lower layers
  std::optional<base::Time> created;   ///< of that image; else of the lowest layer, as the history says
  bool replaced = false;               ///< its name leads to another image here by now
};

/// One image of a host: who runs it, how old it is, what an update would repair.
struct ImageOverview {
  explicit ImageOverview(base::Digest which) : digest(which) {}

  base::Digest digest;  ///< of the configuration
  std::vector<std::string> names, engines;
  std::vector<std::string> former_names;  ///< that it had, or that a container was made from, and has no more
  bool stored = false;                    ///< an engine has it; else only a container of it is known
  ImageState state = ImageState::unused;
  std::optional<base::Digest> replaced_by;  ///< where its name leads by now
  std::vector<std::string> running;         ///< names of its containers that run, sorted
  std::uint64_t containers = 0;             ///< all that there are, running ones too
  std::uint64_t children = 0;               ///< images here that are built on it
  std::optional<base::Time> created;
  std::optional<ImageBase> base;
  std::uint64_t last_used = 0;  ///< when a container of it was last there, nanoseconds since 1970; 0: not known
  bool scanned = false;
  FlawCounts flaws, fixable;  ///< by the database at hand; none of an image that was not scanned
};

/// What to do so that running containers lose flaws for which there is a fix. A container is never patched.
struct RebuildStep {
  enum class Action : std::uint8_t {
    rebuild,   ///< the image, from updated packages
    recreate,  ///< its containers only: the newer image is here already
  };
  explicit RebuildStep(base::Digest which) : image(which) {}

  Action action = Action::rebuild;
  base::Digest image;
  std::string name;                     ///< for people; may be empty
  FlawCounts clears;                    ///< in images that run, once for each image
  std::vector<base::Digest> images;     ///< that run and lose them, sorted
  std::vector<std::string> containers;  ///< of these, sorted
  bool compared = true;           ///< false: of a newer image that nobody scanned; what it clears is not known
  std::vector<std::string> then;  ///< images that must be rebuilt on it afterwards, by name or digest
};
std::string_view to_text(RebuildStep::Action action);

struct HostImages {
  std::vector<ImageOverview> images;   ///< those that run first, then by name and digest
  std::vector<RebuildStep> steps;      ///< what clears most first
  bool knows_running = false;          ///< otherwise nothing is told as running
  std::uint64_t nameless_running = 0;  ///< containers that run, of images that are not known
};

}  // namespace doorman::model
