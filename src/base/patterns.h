// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::base {

/// One of many patterns that are looked for together.
struct SearchPattern {
  std::string text;
  bool literal = true;    ///< stands for itself; otherwise an expression of Vectorscan
  bool caseless = false;  ///< ASCII
};

/// Many patterns compiled into one automaton, which reads a text once, however many they are. Time is linear in the
/// text for literals and for expressions alike; to compile expressions of a stranger may take long.
/// Immutable, and may be shared between threads.
class PatternSet {
 public:
  static constexpr std::size_t max_patterns = 20'000;
  static constexpr std::size_t max_pattern_bytes = 4096;
  static constexpr std::size_t max_block_bytes = 1U << 30U;

  /// An error names the pattern by its position. None at all, an empty one, and one that matches the empty text are
  /// errors too.
  static Result<PatternSet> compile(std::span<const SearchPattern> patterns);
  PatternSet(PatternSet&&) noexcept;
  PatternSet& operator=(PatternSet&&) noexcept;
  ~PatternSet();

  /// The memory that a search works in: one for each thread. It must not outlive its set.
  class Searcher {
   public:
    Searcher(Searcher&&) noexcept;
    Searcher& operator=(Searcher&&) noexcept;
    ~Searcher();

    /// Calls `hit(pattern, end)` for each match: the pattern's position and the offset after the match's last byte,
    /// in rising order of `end`. A pattern that matches from several beginnings to one end is told once. Stops
    /// where `hit` returns false. At most max_block_bytes are searched.
    template <typename Hit>
    Status search(Bytes block, Hit&& hit) const {
      const auto call = [](void* context, std::uint32_t pattern, std::size_t end) {
        return (*static_cast<std::remove_reference_t<Hit>*>(context))(pattern, end);
      };
      return search(block, call, std::addressof(hit));
    }

   private:
    friend class PatternSet;
    struct Scratch;
    explicit Searcher(std::unique_ptr<Scratch> scratch);
    Status search(Bytes block, bool (*hit)(void*, std::uint32_t, std::size_t), void* context) const;
    std::unique_ptr<Scratch> scratch_;
  };
  [[nodiscard]] Result<Searcher> searcher() const;

 private:
  struct Database;
  explicit PatternSet(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace doorman::base
