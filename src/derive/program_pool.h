// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "derive/shared_pool.h"
#include "model/process.h"

namespace doorman::derive {

/// The programs of a machine's processes, each content once: the same command run again finds what was made of it.
class ProgramPool {
 public:
  using Node = SharedPool<model::Program>::Node;

  /// With more bytes of text than these, arguments and environments that are not there yet are not kept.
  explicit ProgramPool(std::size_t text_bytes);

  /// The program of which nothing is known.
  [[nodiscard]] Node* unknown() const { return unknown_; }

  /// What a change tells, and of the rest what was there before.
  Node* program_of(const model::ProcessChange& change, const model::Program& before);

  static void hold(Node* node) { ++node->users; }
  void drop(Node* node) {
    if (--node->users == 0) forget(node);
  }

  [[nodiscard]] std::uint64_t texts_not_kept() const { return texts_not_kept_; }

 private:
  struct Texts;
  [[nodiscard]] Node* find(const Texts& texts, std::uint64_t hash) const;
  void forget(Node* node);

  SharedPool<model::Program> pool_;
  std::size_t most_bytes_, bytes_ = 0;
  std::uint64_t last_id_ = 0, texts_not_kept_ = 0;
  Node* unknown_ = nullptr;
};

}  // namespace doorman::derive
