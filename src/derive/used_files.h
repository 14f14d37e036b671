// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "derive/event_stream.h"
#include "model/event_record.h"
#include "model/file_use.h"
#include "model/inventory.h"

namespace doorman::derive {

/// Which files of which images a log tells of as executed, mapped or opened: of each file the first sighting, and
/// no more.
class UsedFiles {
 public:
  struct Limits {
    std::size_t images = 1U << 14U;
    std::size_t files = 1U << 16U;  ///< of one image; more are counted, not kept
  };
  explicit UsedFiles(Limits limits) : limits_(limits) {}
  UsedFiles() : UsedFiles(Limits()) {}

  /// What a record tells; `time` is in nanoseconds since 1970, 0 of what was so before. A file that the container
  /// itself wrote (the upper layer of an overlay) is not the image's, and is passed over; so is what the host does.
  void add(const EventStream::Seen& seen, const model::EventRecord& record, std::uint64_t time);

  /// Of the image with that digest; nullptr where the log tells of none.
  [[nodiscard]] const model::FileUses* of(std::string_view image_id) const;
  [[nodiscard]] std::uint64_t not_kept() const { return not_kept_; }

 private:
  void add(const model::Container& container, std::string_view path, model::FileUse::How how, std::uint64_t time);

  Limits limits_;
  std::map<std::string, model::FileUses, std::less<>> by_image_;
  std::uint64_t not_kept_ = 0;
};

/// For each package of the inventory the first sighting of one of its files; nullptr: none was seen.
///
/// A file belongs to the operating-system package that brought it, be it a program, a library or anything else, and
/// to what is a file itself or packed into one: a program with Go or Rust modules, a jar, a program that no package
/// owns. Of npm, PyPI and gem
/// packages it is every file in the package's own folder; what PyPI calls `Some-Name` is sought in `some_name`.
/// What a lock file declares has no files here.
struct PackageUse {
  const model::FileUse* use = nullptr;
  std::string_view path;  ///< a key of `uses`
};
std::vector<PackageUse> packages_in_use(const model::Inventory& inventory, const model::FileUses& uses);

}  // namespace doorman::derive
