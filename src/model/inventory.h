// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/image.h"
#include "model/layer_facts.h"
#include "model/notable.h"
#include "model/package.h"
#include "model/secret.h"
#include "model/subject.h"

namespace doorman::model {

/// Whether a distribution's release still gets security fixes.
struct Support {
  enum class State : std::uint8_t { unknown, supported, extended, ended };
  State state = State::unknown;
  std::string until;  ///< last day, `2026-06-10`; empty where none is known
};
std::string_view to_text(Support::State state);

/// A package of the whole image, after higher layers had their say.
struct FoundPackage {
  static constexpr std::uint32_t none = 0xffffffff;

  Package package;
  std::string purl;
  std::vector<std::string> paths;  ///< of the files that told it, sorted; `app.jar!/BOOT-INF/lib/a.jar` when nested
  std::uint32_t layer = none;      ///< that brought this version: index into Inventory::layers
  std::uint32_t owner = none;      ///< the operating-system package that owns its files: index into packages
  std::optional<bool> needed;      ///< whether something in the image needs it; nothing: it cannot be told
  /// The files that an operating-system package brought, as Ownership has them, sorted.
  std::vector<base::PathId> files = {};
};

struct FoundProgram {
  ProgramFile file;
  std::uint32_t layer = FoundPackage::none;
  std::uint32_t owner = FoundPackage::none;
};

/// A secret in any layer or in the settings. A file that a later layer deletes or replaces is still in the image.
struct FoundSecret {
  Secret secret;
  bool deleted = false;                      ///< no container sees it, but who has the image has it
  std::uint32_t layer = FoundPackage::none;  ///< lowest one that holds it; none for the settings
  std::uint32_t owner = FoundPackage::none;  ///< the operating-system package that owns the file
};

/// A notable file that is still to be seen from the top.
struct FoundNotable {
  NotableFile file;
  std::uint32_t layer = FoundPackage::none;
  std::uint32_t owner = FoundPackage::none;
};

struct LayerSummary {
  std::optional<base::Digest> blob, diff_id;
  std::uint64_t stored_bytes = 0, plain_bytes = 0, entries = 0;
  std::string created_by;  ///< the build step, where the history tells it
};

/// What an image, a root folder or a host holds: the answer of the build door before any judgement.
struct Inventory {
  explicit Inventory(Subject whom) : subject(whom) {}

  Subject subject;
  std::string target;  ///< as the user named it
  std::optional<ImageIdentity> identity;
  std::optional<ImageConfig> config;
  bool verified = true;  ///< false for a source whose content no digest vouches for (an engine's storage, a folder)
  std::optional<Distribution> distribution;
  Support support;
  std::vector<LayerSummary> layers;    ///< bottom first; a folder or host has one
  std::vector<FoundPackage> packages;  ///< sorted by type, name, version, architecture
  std::vector<FoundProgram> programs;  ///< sorted by path
  bool secrets_sought = false;         ///< otherwise `secrets` says nothing of the files
  std::vector<FoundSecret> secrets;    ///< sorted by secret
  std::vector<FoundNotable> notable;   ///< sorted by path and reason
  std::vector<Note> notes;             ///< sorted
};

}  // namespace doorman::model
