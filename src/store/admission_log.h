// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::store {

/// What the door told, one line of JSON each, in the state folder: any number of doors write at once, and nobody
/// need run.
///
///     STATE/admission.log     the newest
///     STATE/admission.log.1   … .3, older and older; what is older still is gone
///     STATE/break-glass.log   what was let in although refused: kept for ever
class AdmissionLog {
 public:
  static constexpr std::uint64_t max_file_bytes = 8U << 20U;
  static constexpr int old_files = 3;
  static constexpr std::size_t max_line_bytes = 1U << 20U;

  enum class Keep : std::uint8_t { a_while, for_ever };

  explicit AdmissionLog(std::string state_folder, std::uint64_t file_bytes = max_file_bytes)
      : folder_(std::move(state_folder)), file_bytes_(file_bytes) {}

  /// Appends a line, which ends with a line feed, in one write: lines of doors that write at the same time never
  /// mix. Behind a line that somebody could not finish it begins a new one. Never waits for anybody.
  [[nodiscard]] base::Status append(std::string_view line, Keep keep) const;

 private:
  void rotate() const;

  std::string folder_;
  std::uint64_t file_bytes_;
};

/// Reads what is there, and then what comes. Lines of one file are in the order in which they were written; the
/// files that are for ever come first.
class AdmissionLogReader {
 public:
  /// A folder without such files holds no lines; so does a file that cannot be opened, which is noted.
  static AdmissionLogReader open(const std::string& state_folder);

  /// The whole lines, without their line feeds, that were not given before: at most so many bytes at a time, none
  /// when there is nothing more now. Lines that are too long are left out.
  [[nodiscard]] base::Result<std::vector<std::string>> read();
  /// What could not be read, once.
  [[nodiscard]] std::vector<std::string> take_notes();

 private:
  static constexpr std::size_t max_read_bytes = 64U << 20U;
  struct File {
    std::string path;
    base::Fd fd;
    std::uint64_t inode = 0, offset = 0;
    bool is_newest = false;     ///< it may be given another name while it is read
    bool in_long_line = false;  ///< of which the rest is passed over
  };

  void add(const std::string& path, bool is_newest);
  base::Status read_file(File& file, std::vector<std::string>& lines);
  void follow();

  std::string folder_;
  std::vector<File> files_;
  std::vector<std::string> notes_;
};

}  // namespace doorman::store
