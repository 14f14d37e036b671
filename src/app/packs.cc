// SPDX-License-Identifier: Apache-2.0
#include "app/packs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/nearest.h"

extern "C" {
// Made by cmake/packs.cmake: for each file its path's and its content's size, then both.
extern const char doorman_packs_begin[];
extern const char doorman_packs_end[];
}

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string_view pack_of(const BuiltInFile& file) { return file.path.substr(0, file.path.find('/')); }
std::string_view folder_of(const BuiltInFile& file) { return file.path.substr(0, file.path.rfind('/')); }
// Rules lie in the pack's folder itself, cases in its folder tests.
bool is_rules(const BuiltInFile& file) { return folder_of(file) == pack_of(file); }
bool is_cases(const BuiltInFile& file) { return folder_of(file) == fmt::format("{}/tests", pack_of(file)); }

/// Sorted by path.
const std::vector<BuiltInFile>& built_in() {
  static const auto all = [] {
    std::vector<BuiltInFile> found;
    base::Bytes rest(doorman_packs_begin, static_cast<std::size_t>(doorman_packs_end - doorman_packs_begin));
    while (!rest.empty()) {
      std::array<std::uint32_t, 2> sizes{};
      std::memcpy(sizes.data(), rest.data(), sizeof sizes);
      rest.remove_prefix(sizeof sizes);
      found.push_back({rest.substr(0, sizes[0]), rest.substr(sizes[0], sizes[1])});
      rest.remove_prefix(std::size_t{sizes[0]} + sizes[1]);
    }
    return found;
  }();
  return all;
}

bool is_rule_file(const std::filesystem::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

Result<policy::SourceText> read_text(const std::string& path) {
  DOORMAN_TRY(std::string text, base::read_file(path, max_rule_file_bytes));
  return policy::SourceText{path, std::move(text)};
}

/// The rule files in the folder, by name; none where there is no such folder.
Result<std::vector<policy::SourceText>> read_folder(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_rule_file(entry->path())) paths.push_back(entry->path().string());
    if (paths.size() > max_pack_files) {
      return Error(ErrorCode::limit, fmt::format("{}: more than {} rule files", folder, max_pack_files));
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Error(ErrorCode::io, fmt::format("{}: {}", folder, error.message()));
  }
  std::ranges::sort(paths);
  std::vector<policy::SourceText> texts;
  for (const std::string& path : paths) {
    DOORMAN_TRY(policy::SourceText text, read_text(path));
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<Pack> open_folder(const std::string& folder) {
  Pack pack{.name = folder, .rules = {}, .cases = {}};
  DOORMAN_TRY(pack.rules, read_folder(folder));
  if (pack.rules.empty()) return Error(ErrorCode::not_found, folder + ": no rule file (*.yaml) in this folder");
  DOORMAN_TRY(pack.cases, read_folder((std::filesystem::path(folder) / "tests").string()));
  return pack;
}

}  // namespace

std::vector<std::string_view> pack_names() {
  std::vector<std::string_view> names;
  for (const BuiltInFile& file : built_in()) {
    if (is_rules(file) && (names.empty() || names.back() != pack_of(file))) names.push_back(pack_of(file));
  }
  return names;
}

std::optional<Pack> find_pack(std::string_view name) {
  Pack pack{.name = fmt::format("{} (built in)", name), .rules = {}, .cases = {}};
  for (const BuiltInFile& file : built_in()) {
    if (pack_of(file) != name) continue;
    policy::SourceText text{std::string(file.path), std::string(file.text)};
    if (is_rules(file)) pack.rules.push_back(std::move(text));
    else if (is_cases(file)) pack.cases.push_back(std::move(text));
  }
  if (pack.rules.empty()) return std::nullopt;
  return pack;
}

std::vector<BuiltInFile> built_in_files(std::string_view folder) {
  std::vector<BuiltInFile> found;
  std::ranges::copy_if(built_in(), std::back_inserter(found),
                       [&](const BuiltInFile& file) { return folder_of(file) == folder; });
  return found;
}

Result<Pack> open_pack(const std::string& what) {
  if (auto pack = find_pack(what)) return std::move(*pack);
  std::error_code error;
  const auto status = std::filesystem::status(what, error);
  if (std::filesystem::is_directory(status)) return open_folder(what);
  if (status.type() == std::filesystem::file_type::not_found) {
    return Error(ErrorCode::not_found,
                 fmt::format("{}: no built-in pack ({}), no file and no folder of that name{}", what,
                             fmt::join(pack_names(), ", "), base::did_you_mean(what, pack_names())));
  }
  DOORMAN_TRY(policy::SourceText text, read_text(what));
  Pack pack{.name = what, .rules = {}, .cases = {}};
  pack.rules.push_back(std::move(text));
  return pack;
}

Result<OpenedPacks> open_packs(const std::vector<std::string>& what, std::string_view option) {
  OpenedPacks opened;
  for (const std::string& each : what) {
    DOORMAN_TRY(Pack pack, open_pack(each).in(option));
    opened.names.push_back(std::move(pack.name));
    std::ranges::move(pack.rules, std::back_inserter(opened.rules));
  }
  return opened;
}

}  // namespace doorman::app
