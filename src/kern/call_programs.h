// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kern/call_filter.h"
#include "kern/pins.h"
#include "kern/ring.h"

namespace doorman::kern {

/// bpf/calls.bpf.c: system calls when they return. While this is attached every system call of the machine costs a
/// little more, so it goes when no rule needs it.
class CallPrograms {
 public:
  static constexpr std::string_view family = "calls";  ///< as Pins names its links

  /// For another filter others are loaded, and these go when those are attached: what both want is told twice in
  /// between, and nothing is missed. `limit`: more forms, filters or paths than the maps hold.
  static base::Result<CallPrograms> load(const Pins& pins, const CallFilter& filter);
  CallPrograms(CallPrograms&&) noexcept;
  CallPrograms& operator=(CallPrograms&&) noexcept;
  ~CallPrograms();

  base::Status attach(const Pins& pins, bool pinned);

  /// A flood in one leaves the others as they are: calls that change privileges, those on paths that a rule names,
  /// and the rest.
  [[nodiscard]] base::Result<Ring> privileges() const;
  [[nodiscard]] base::Result<Ring> watched() const;
  [[nodiscard]] base::Result<Ring> calls() const;

 private:
  struct Loaded;
  explicit CallPrograms(std::unique_ptr<Loaded> loaded);
  std::unique_ptr<Loaded> loaded_;
};

/// What the trie of path filters holds: each text with the filters of every text that it begins with. A whole path
/// ends with NUL. Sorted.
std::vector<PathFilter> trie_of(std::vector<PathFilter> paths, std::size_t most_bytes);

/// What is longer than that in the trie may have any last name.
LeafFilters leaves_of(const std::vector<PathFilter>& paths, std::size_t most_bytes);

}  // namespace doorman::kern
