// SPDX-License-Identifier: Apache-2.0
#include "parse/package/rpm_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doorman::parse::package {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;

// rpm's own limits for a header.
constexpr std::uint32_t max_entries = 0xffff;
constexpr std::uint32_t max_data_bytes = 0x0fffffff;
constexpr std::uint32_t max_strings = 1'000'000;
constexpr std::size_t max_value_bytes = 4096;
constexpr std::size_t entry_bytes = 16;

enum class Type : std::uint32_t { int32 = 4, string = 6, string_array = 8, i18n_string = 9 };

enum class Tag : std::uint32_t {
  name = 1000,
  version = 1001,
  release = 1002,
  epoch = 1003,
  license = 1014,
  arch = 1022,
  old_filenames = 1027,  // whole paths, in packages of rpm 3
  source_rpm = 1044,
  dir_indexes = 1116,
  basenames = 1117,
  dirnames = 1118,
};

constexpr std::array tags_read = {Tag::name,        Tag::version,   Tag::release,       Tag::epoch,
                                  Tag::license,     Tag::arch,      Tag::old_filenames, Tag::source_rpm,
                                  Tag::dir_indexes, Tag::basenames, Tag::dirnames};

/// The index of a header, as far as we read it, over the bytes of its data.
class Header {
 public:
  static Result<Header> parse(Bytes blob) {
    base::ByteReader reader(blob, std::endian::big);
    const std::uint32_t entries = reader.u32();
    const std::uint32_t data_bytes = reader.u32();
    if (entries > max_entries) return Error(ErrorCode::limit, fmt::format("more than {} tags", max_entries));
    if (data_bytes > max_data_bytes)
      return Error(ErrorCode::limit, fmt::format("more than {} bytes", max_data_bytes));
    base::ByteReader index(reader.take(entry_bytes * entries), std::endian::big);
    Header header;
    header.data_ = reader.take(data_bytes);
    if (!reader.ok()) return Error(ErrorCode::truncated, "the header ends too early");
    for (std::uint32_t i = 0; i < entries; ++i) {
      const auto tag = static_cast<Tag>(index.u32());
      Entry entry;
      entry.type = static_cast<Type>(index.u32());
      entry.offset = index.u32();
      entry.count = index.u32();
      // What rpm changed while it installed stands behind the original, and counts.
      if (const std::size_t place = place_of(tag); place < tags_read.size()) header.entries_[place] = entry;
    }
    return header;
  }

  [[nodiscard]] std::string_view string(Tag tag) const {
    const Entry* entry = find(tag);
    if (entry == nullptr) return {};
    if (entry->type != Type::string && entry->type != Type::string_array && entry->type != Type::i18n_string)
      return {};
    const Bytes rest = data_from(*entry);
    const std::string_view text = rest.substr(0, rest.find('\0'));
    return text.size() <= max_value_bytes ? text : std::string_view();
  }

  [[nodiscard]] Result<std::vector<std::string_view>> strings(Tag tag) const {
    std::vector<std::string_view> found;
    const Entry* entry = find(tag);
    if (entry == nullptr || entry->type != Type::string_array) return found;
    if (entry->count > max_strings)
      return Error(ErrorCode::limit, fmt::format("more than {} file names", max_strings));
    Bytes rest = data_from(*entry);
    for (std::uint32_t i = 0; i < entry->count; ++i) {
      const std::size_t end = rest.find('\0');
      if (end == Bytes::npos) return Error(ErrorCode::truncated, "the file names end too early");
      found.push_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    return found;
  }

  /// Big-endian numbers of 32 bits, or an empty run.
  [[nodiscard]] base::ByteReader numbers(Tag tag) const {
    const Entry* entry = find(tag);
    const Bytes bytes = entry != nullptr && entry->type == Type::int32 ? data_from(*entry) : Bytes();
    return base::ByteReader(bytes.substr(0, entry == nullptr ? 0 : std::size_t{4} * entry->count),
                            std::endian::big);
  }

 private:
  struct Entry {
    Type type{};
    std::uint32_t offset = 0, count = 0;
  };

  [[nodiscard]] Bytes data_from(const Entry& entry) const {
    return entry.offset <= data_.size() ? data_.substr(entry.offset) : Bytes();
  }
  static std::size_t place_of(Tag tag) {
    return static_cast<std::size_t>(std::find(tags_read.begin(), tags_read.end(), tag) - tags_read.begin());
  }
  [[nodiscard]] const Entry* find(Tag tag) const {
    const Entry& entry = entries_[place_of(tag)];
    return entry.count == 0 ? nullptr : &entry;
  }

  Bytes data_;
  std::array<Entry, tags_read.size()> entries_{};
};

std::string full_version(const Header& header, std::string_view version) {
  std::string text;
  base::ByteReader epoch = header.numbers(Tag::epoch);
  if (const std::uint32_t number = epoch.u32(); number != 0) text = fmt::format("{}:", number);
  text.append(version);
  if (const std::string_view release = header.string(Tag::release); !release.empty()) {
    text.append("-").append(release);
  }
  return text;
}

/// `bash-5.1.8-6.el9.src.rpm`: name, version and release never hold the dashes that part them. The file's name
/// does not tell the epoch; it is the binary package's in all but a few.
void set_source(model::Package& package, std::string_view file_name) {
  for (const std::string_view suffix : {".src.rpm", ".nosrc.rpm"}) {
    if (!file_name.ends_with(suffix)) continue;
    file_name.remove_suffix(suffix.size());
    const std::size_t release = file_name.rfind('-');
    if (release == std::string_view::npos || release == 0) return;
    const std::size_t version = file_name.rfind('-', release - 1);
    if (version == std::string_view::npos || version == 0) return;
    const std::string_view name = file_name.substr(0, version);
    std::string source_version = package.version.substr(0, package.version.find(':') + 1);
    source_version.append(file_name.substr(version + 1));
    if (name != package.name) package.source_name = name;
    if (source_version != package.version) package.source_version = std::move(source_version);
    return;
  }
}

base::Status list_files(const Header& header, FileList& files) {
  DOORMAN_TRY(const auto whole_paths, header.strings(Tag::old_filenames));
  for (const std::string_view path : whole_paths) files.add(path);
  DOORMAN_TRY(const auto names, header.strings(Tag::basenames));
  DOORMAN_TRY(const auto folders, header.strings(Tag::dirnames));
  base::ByteReader folder_of = header.numbers(Tag::dir_indexes);
  for (const std::string_view name : names) {
    const std::uint32_t folder = folder_of.u32();
    if (!folder_of.ok() || folder >= folders.size()) return Error(ErrorCode::invalid, "a file is in no folder");
    files.add(folders[folder], name);
  }
  return {};
}

}  // namespace

base::Status parse_rpm_header(Bytes blob, FileList& files, model::FileFacts& facts) {
  DOORMAN_TRY(const Header header, Header::parse(blob));
  const std::string_view name = header.string(Tag::name);
  const std::string_view version = header.string(Tag::version);
  if (name.empty()) return Error(ErrorCode::invalid, "no name");
  if (name == "gpg-pubkey") return {};
  if (version.empty()) return Error(ErrorCode::invalid, fmt::format("{}: no version", name));

  model::Package package;
  package.type = model::PackageType::rpm;
  package.name = name;
  package.version = full_version(header, version);
  package.architecture = header.string(Tag::arch);
  set_source(package, header.string(Tag::source_rpm));
  if (const std::string_view license = header.string(Tag::license); !license.empty()) {
    package.licenses.emplace_back(license);
  }
  facts.packages.push_back(std::move(package));

  const base::Status listed = list_files(header, files);
  model::Ownership owned = files.take(name);
  if (!owned.files.empty()) facts.owned.push_back(std::move(owned));
  return listed.ok() ? base::Status{} : base::Status(listed.error().in(name));
}

}  // namespace doorman::parse::package
