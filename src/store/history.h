// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/image_past.h"

namespace doorman::store {

/// What is remembered of images longer than the event log keeps records: STATE/history.db, a SQLite database
/// (docs/event-log.md has its tables). One writer at a time, any number of readers meanwhile.
///
/// The log can be read without it: a history that is damaged is moved aside to STATE/history.db.bad, which replaces
/// an earlier one, and begun anew. One of another version is an `unsupported` error and stays as it is. Not for use
/// from several threads.
class History {
 public:
  static constexpr int version = 1;

  struct Limits {
    std::chrono::hours max_age{std::chrono::hours(400 * 24)};  ///< since an image was last seen
    std::size_t images = 4096;                                 ///< the one that was seen last of all goes last
    std::size_t rows = 1024;                                   ///< of each list of one image, likewise
    std::uint64_t bytes = 256U << 20U;
  };

  static base::Result<History> open(const std::string& state_folder, Limits limits);
  static base::Result<History> open(const std::string& state_folder) { return open(state_folder, Limits()); }
  ~History();
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;

  /// Adds what is new, in one transaction, and takes away what is beyond the limits: counts to counts, the first
  /// time is the earliest, the last the latest. Digests that are none are passed over. After an error nothing was
  /// added, and it may be tried again.
  base::Status add(std::span<const model::ImagePast> news);
  /// The same, and sets the mark.
  base::Status add(std::span<const model::ImagePast> news, std::string_view mark, std::uint64_t value);
  /// What was set last; 0: nothing was.
  [[nodiscard]] base::Result<std::uint64_t> mark(std::string_view name);
  /// Removes images that are too old.
  base::Status prune(base::Time now);

  /// What was moved aside, and why, for people; each once.
  std::optional<std::string> take_note();

 private:
  class Writer;
  explicit History(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

/// Reads what there is. A folder from which one may only read is enough.
class HistoryReader {
 public:
  /// Nothing when there is no history; `unsupported` for one of another version.
  static base::Result<std::optional<HistoryReader>> open(const std::string& state_folder);
  ~HistoryReader();
  HistoryReader(HistoryReader&&) noexcept;
  HistoryReader& operator=(HistoryReader&&) noexcept;

  /// Nothing when it tells of no such image. Lists stand in the order of their first times.
  [[nodiscard]] base::Result<std::optional<model::ImagePast>> find(std::string_view image);
  /// When a container of each image was last there, in nanoseconds since 1970, by digest.
  [[nodiscard]] base::Result<std::map<std::string, std::uint64_t, std::less<>>> last_used();
  /// The containers that were seen last, at most so many, each with its image's digest.
  [[nodiscard]] base::Result<std::vector<std::pair<std::string, model::PastContainer>>> containers(
      std::size_t most);

 private:
  class Reader;
  explicit HistoryReader(std::unique_ptr<Reader> reader);
  std::unique_ptr<Reader> reader_;
};

}  // namespace doorman::store
