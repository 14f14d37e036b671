// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/md5.h"
#include "model/host_file.h"

namespace doorman::derive {

/// Which programs of the host are its packages'. Paths are kept as 64-bit names, which is enough for what only
/// tells.
class HostBaseline {
 public:
  enum class Answer : std::uint8_t {
    of_package,
    of_nobody,  ///< no package brought it
    changed,    ///< its content is not what the package brought
  };

  /// The content's sum, when it is asked for.
  using ReadMd5 = std::function<std::optional<base::Md5>()>;

  void add(const model::HostPackage& package);
  /// Once all packages were added.
  void finish();
  [[nodiscard]] bool empty() const { return files_.empty(); }
  [[nodiscard]] std::size_t size() const { return files_.size(); }

  /// Of a program by its absolute path, links followed. `ctime` (nanoseconds since 1970) tells whether the file may
  /// have changed since its package was installed; only then is its content read. A file without a sum, or that
  /// cannot be read, is its package's.
  [[nodiscard]] Answer judge(std::string_view path, std::uint64_t ctime, const ReadMd5& read_md5) const;

  /// True once for each state of each file: what was judged needs no second look. Forgets when it knows max_seen.
  bool is_first_sighting(std::uint32_t device, std::uint64_t inode, std::uint64_t ctime);
  static constexpr std::size_t max_seen = 65536;

 private:
  struct File {
    base::PathId path;
    std::uint64_t installed;
    base::Md5 md5;
    bool has_md5;
  };
  std::vector<File> files_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace doorman::derive
