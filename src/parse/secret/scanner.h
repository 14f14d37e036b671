// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/image.h"
#include "model/secret.h"
#include "parse/secret/rules.h"

namespace doorman::parse::secret {

/// Looks for secrets in one file after the other, as their bytes arrive. Keeps no more of a file than a block.
///
/// A file that holds a NUL among its first bytes is no text and is not searched: programs, archives, images, texts
/// in UTF-16. In what is searched, the keywords of all rules are looked for at once; only around a hit is the
/// rule's expression tried.
class SecretScanner {
 public:
  static constexpr std::size_t head_bytes = 4096;  ///< that decide whether it is text
  static constexpr std::uint64_t max_binary_bytes = 1U << 20U;
  static constexpr std::size_t block_bytes = 256U << 10U;  ///< searched at once, where a file comes in pieces
  static constexpr std::size_t max_found = 200;            ///< in one file
  /// Bytes that expressions may look at: so many for any file, and so many times the file.
  static constexpr std::uint64_t free_work = 256U << 10U, work_per_byte = 4;

  enum class Amount : std::uint8_t {
    files,      ///< prepares for gigabytes
    few_texts,  ///< prepares nothing, and takes longer for each
  };
  /// `rules` is borrowed. One scanner for each thread.
  static base::Result<SecretScanner> make(const SecretRules& rules, Amount amount = Amount::files);
  SecretScanner(SecretScanner&&) noexcept;
  SecretScanner& operator=(SecretScanner&&) noexcept;
  ~SecretScanner();

  /// Begins a file of so many bytes; the path (canonical) decides which rules look at it.
  void begin(std::string_view path, std::uint64_t size);
  /// The next piece of it; the first one has at least head_bytes, or all.
  base::Status feed(base::Bytes piece);
  /// Whether the rest of the file is of any use.
  [[nodiscard]] bool wants_more() const;

  struct Found {
    std::vector<model::Secret> secrets;  ///< in the order of the file; the same one only once
    std::vector<std::pair<std::uint64_t, std::uint64_t>>
        places;            ///< of each: from and up to which byte of the file
    bool complete = true;  ///< otherwise a limit was reached: max_found or the work for its size
  };
  /// What was found in it, as secrets in a file.
  base::Result<Found> end();

 private:
  struct Work;
  explicit SecretScanner(std::unique_ptr<Work> work);
  std::unique_ptr<Work> work_;
};

/// Secrets in the environment, the labels and the history of an image's settings, in this order; there and wherever
/// else the settings hold the same text, their masked form takes their place, so that no report shows them. A rule
/// that looks only into some files takes these texts for files named environment.env, label.env and history.sh.
base::Result<std::vector<model::Secret>> find_and_hide(const SecretRules& rules, model::ImageConfig& config);

}  // namespace doorman::parse::secret
