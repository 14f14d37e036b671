// SPDX-License-Identifier: Apache-2.0
#include "parse/package/gobuild.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.h"
#include "parse/package/language.h"
#include "parse/package/notes.h"

namespace doorman::parse::package {
namespace {

using base::ByteReader;
using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using model::Evidence;
using model::Package;
using model::PackageType;

constexpr std::string_view magic = "\xff Go buildinf:";
constexpr std::size_t header_bytes = 32;
constexpr std::size_t alignment = 16;
constexpr std::size_t max_search_bytes = 1U << 20U;  // the linker puts it first, or nearly so
constexpr std::size_t max_info_bytes = 16U << 20U;
constexpr std::size_t max_modules = 100'000;
constexpr std::size_t mark_bytes = 16;  // random bytes around the module list

/// From the build info's header to the end of what may hold it.
Bytes find_header(const binary::Elf& elf) {
  Bytes data = elf.section(".go.buildinfo");
  if (data.empty()) {
    // Every Go program has the section, unless somebody took away all of them.
    if (elf.has_sections() && elf.go_build_id().empty()) return {};
    for (const binary::Segment& segment : elf.segments()) {
      if (segment.type != binary::Segment::load || (segment.flags & binary::Segment::writable) == 0) continue;
      data = segment.content;
      break;
    }
  }
  const Bytes searched = data.substr(0, max_search_bytes);
  for (std::size_t at = searched.find(magic); at != Bytes::npos; at = searched.find(magic, at + 1)) {
    if (at % alignment == 0) return data.substr(at);
  }
  return {};
}

std::uint64_t pointer(ByteReader& from, std::size_t size) { return size == 4 ? from.u32() : from.u64(); }

/// A Go string header at an address: pointer and length. Empty where either leads nowhere.
Bytes pointed_string(const binary::Elf& elf, std::uint64_t address, std::size_t size, std::endian order) {
  ByteReader header(elf.at(address), order);
  const std::uint64_t data = pointer(header, size);
  const std::uint64_t length = pointer(header, size);
  if (!header.ok() || length > max_info_bytes) return {};
  const Bytes bytes = elf.at(data);
  return bytes.size() < length ? Bytes() : bytes.substr(0, length);
}

/// The text between two marks of sixteen bytes, which begins a line and ends one.
std::string_view between_marks(Bytes text) {
  if (text.size() <= 2 * mark_bytes || text[text.size() - mark_bytes - 1] != '\n') return {};
  return text.substr(mark_bytes, text.size() - 2 * mark_bytes);
}

bool is_folder(std::string_view module_path) {
  return module_path.starts_with('.') || module_path.starts_with('/');
}

/// Undoes Go's strconv.Quote as far as build settings use it.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

/// `1.2`, `v1.2.3`, `v1.2.3-rc.1+meta`: what a release is called, and nothing else.
bool is_release(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  std::size_t dots = 0;
  std::size_t i = 0;
  while (i < text.size() && base::is_digit(text[i])) {
    while (i < text.size() && base::is_digit(text[i])) ++i;
    if (i + 1 >= text.size() || text[i] != '.' || !base::is_digit(text[i + 1])) break;
    ++dots;
    ++i;
  }
  if (dots == 0 || dots > 2) return false;
  return i == text.size() || ((text[i] == '-' || text[i] == '+') && i + 1 < text.size());
}

/// `-X main.version=1.2.3`, without the flag: does it set the version of the program itself?
bool names_own_version(std::string_view variable, std::string_view main_module) {
  static constexpr std::array<std::string_view, 8> words = {
      "version", "ver", "appversion", "buildversion", "gitversion", "releaseversion", "currentversion", "semver"};
  const std::size_t dot = variable.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view package = variable.substr(0, dot);
  const std::string name = base::to_lower(variable.substr(dot + 1));
  if (std::ranges::find(words, name) == words.end()) return false;
  if (package == "main") return true;
  return !main_module.empty() && package.starts_with(main_module) &&
         (package.size() == main_module.size() || package[main_module.size()] == '/');
}

/// Words separated by spaces; quotes of either kind hold a word together, as in the go command's flags.
std::vector<std::string> flag_words(std::string_view flags) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (const char c : flags) {
    if (quote != 0) {
      if (c == quote) quote = 0;
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      inside = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (inside) words.push_back(std::exchange(word, {}));
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words.push_back(std::move(word));
  return words;
}

std::string version_of_flags(std::string_view flags, std::string_view main_module) {
  std::string found;
  bool next_is_setting = false;
  for (std::string_view word : flag_words(flags)) {
    const bool attached = word.starts_with("-X=") || word.starts_with("--X=");
    if (word == "-X" || word == "--X") {
      next_is_setting = true;
      continue;
    }
    if (!std::exchange(next_is_setting, false) && !attached) continue;
    if (attached) word.remove_prefix(word.find('=') + 1);
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || !names_own_version(word.substr(0, equals), main_module)) continue;
    const std::string_view value = word.substr(equals + 1);
    if (!is_release(value) || !is_token(value)) continue;
    const std::string version = value.starts_with('v') ? std::string(value) : "v" + std::string(value);
    if (!found.empty() && found != version) return {};
    found = version;
  }
  return found;
}

/// One line of the list: `dep<TAB>path<TAB>version<TAB>sum`.
struct Line {
  std::string_view kind, path, version;
};

Line split_line(std::string_view text) {
  Line line;
  for (std::string_view* field : {&line.kind, &line.path, &line.version}) {
    const std::size_t tab = text.find('\t');
    *field = text.substr(0, tab);
    if (tab == std::string_view::npos) break;
    text.remove_prefix(tab + 1);
  }
  return line;
}

class ModuleList {
 public:
  ModuleList(std::string_view path, model::FileFacts& facts) : place_(path), facts_(facts) {}

  void read(std::string_view text) {
    std::string_view line;
    for (std::size_t number = 1; base::next_line(text, line); ++number) {
      if (modules_.size() > max_modules)
        return note("more modules than the limit of " + std::to_string(max_modules));
      read_line(split_line(line), number);
    }
  }

  void finish() {
    if (broken_ > 0) {
      note(std::to_string(broken_) + " lines are no modules, the first is line " + std::to_string(first_broken_));
    }
    if (main_ < modules_.size() && modules_[main_].version.empty()) {
      modules_[main_].version = version_of_flags(linker_flags_, modules_[main_].name);
    }
    std::ranges::move(modules_, std::back_inserter(facts_.packages));
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  void note(std::string message) { add_note(facts_, place_, "Go build info: " + std::move(message)); }

  void read_line(const Line& line, std::size_t number) {
    if (line.kind == "mod" || line.kind == "dep" || line.kind == "=>") {
      if (!(line.path.empty() || is_token(line.path)) || !(line.version.empty() || is_token(line.version))) {
        if (first_broken_ == 0) first_broken_ = number;
        ++broken_;
        return;
      }
    }
    // Old linkers list the main package's own module as a dependency without a path.
    if (line.kind == "mod" && !line.path.empty()) {
      main_ = modules_.size();
      add(line);
    } else if (line.kind == "dep" && !line.path.empty()) {
      add(line);
    } else if (line.kind == "=>" && !modules_.empty()) {
      replace_last(line);
    } else if (line.kind == "build" && line.path.starts_with("-ldflags=")) {
      linker_flags_ = unquoted(line.path.substr(line.path.find('=') + 1));
    }
  }

  void add(const Line& line) {
    Package package;
    package.type = PackageType::golang;
    package.name = line.path;
    if (line.version != "(devel)") package.version = line.version;
    package.evidence = Evidence::embedded;
    modules_.push_back(std::move(package));
  }

  void replace_last(const Line& line) {
    Package& package = modules_.back();
    package.version.clear();
    if (is_folder(line.path) || line.path.empty()) return;
    package.name = line.path;
    if (line.version != "(devel)") package.version = line.version;
  }

  std::string place_;
  model::FileFacts& facts_;
  std::vector<Package> modules_;
  std::size_t main_ = none;
  std::size_t broken_ = 0, first_broken_ = 0;
  std::string linker_flags_;
};

}  // namespace

Result<std::optional<GoBuildInfo>> find_go_build_info(const binary::Elf& elf) {
  const Bytes data = find_header(elf);
  if (data.empty()) return std::optional<GoBuildInfo>();
  if (data.size() < header_bytes) return Error(ErrorCode::truncated, "Go build info: ends within its header");
  const auto pointer_size = static_cast<unsigned char>(data[14]);
  const auto flags = static_cast<unsigned char>(data[15]);
  GoBuildInfo info;
  Bytes modules;
  if ((flags & 2U) != 0) {
    ByteReader reader(data);
    reader.skip(header_bytes);
    info.toolchain = reader.take(reader.uvarint());
    if (!reader.ok()) return Error(ErrorCode::truncated, "Go build info: ends within the toolchain's name");
    modules = reader.take(reader.uvarint());
    if (!reader.ok()) return Error(ErrorCode::truncated, "Go build info: ends within the list of modules");
  } else {
    if (pointer_size != 4 && pointer_size != 8) {
      return Error(ErrorCode::invalid, "Go build info: pointers of " + std::to_string(pointer_size) + " bytes");
    }
    const std::endian order = (flags & 1U) != 0 ? std::endian::big : std::endian::little;
    ByteReader reader(data, order);
    reader.skip(16);
    const std::uint64_t toolchain = pointer(reader, pointer_size);
    const std::uint64_t list = pointer(reader, pointer_size);
    info.toolchain = pointed_string(elf, toolchain, pointer_size, order);
    modules = pointed_string(elf, list, pointer_size, order);
  }
  if (info.toolchain.empty()) return Error(ErrorCode::invalid, "Go build info: names no toolchain");
  if (modules.size() > max_info_bytes) {
    return Error(ErrorCode::limit,
                 "Go build info: longer than the limit of " + std::to_string(max_info_bytes) + " bytes");
  }
  info.modules = between_marks(modules);
  return std::optional<GoBuildInfo>(info);
}

std::string go_stdlib_version(std::string_view toolchain) {
  if (!toolchain.starts_with("go")) return {};
  toolchain.remove_prefix(2);
  std::array<std::string_view, 3> numbers = {"", "", "0"};
  std::size_t count = 0;
  for (std::string_view& number : numbers) {
    std::size_t digits = 0;
    while (digits < toolchain.size() && base::is_digit(toolchain[digits])) ++digits;
    if (digits == 0) break;
    number = toolchain.substr(0, digits);
    toolchain.remove_prefix(digits);
    ++count;
    if (count == 3 || !toolchain.starts_with('.')) break;
    toolchain.remove_prefix(1);
  }
  if (count < 2) return {};
  std::string version =
      "v" + std::string(numbers[0]) + "." + std::string(numbers[1]) + "." + std::string(numbers[2]);
  for (const std::string_view stage : {"rc", "beta"}) {
    if (!toolchain.starts_with(stage)) continue;
    std::size_t digits = stage.size();
    while (digits < toolchain.size() && base::is_digit(toolchain[digits])) ++digits;
    if (digits == stage.size()) break;
    version.append("-").append(stage).append(".").append(toolchain.substr(stage.size(), digits - stage.size()));
  }
  return version;
}

void add_go_packages(const GoBuildInfo& info, std::string_view path, model::FileFacts& facts) {
  if (std::string version = go_stdlib_version(info.toolchain); is_token(version)) {
    Package stdlib;
    stdlib.type = PackageType::golang;
    stdlib.name = "stdlib";
    stdlib.version = std::move(version);
    stdlib.evidence = Evidence::embedded;
    facts.packages.push_back(std::move(stdlib));
  }
  ModuleList modules(path, facts);
  modules.read(info.modules);
  modules.finish();
}

base::Status read_go_program(const binary::Elf& elf, std::string_view path, model::FileFacts& facts) {
  DOORMAN_TRY(const std::optional<GoBuildInfo> info, find_go_build_info(elf));
  if (info) add_go_packages(*info, path, facts);
  return {};
}

}  // namespace doorman::parse::package
