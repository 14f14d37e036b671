// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "app/runtime/engine_settings.h"
#include "base/text.h"
#include "base/toml.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::TomlDocument;
using base::TomlSection;
using base::TomlValue;
using Path = std::vector<std::string>;

constexpr std::string_view last_line = "# End of what `doorman runtime install` wrote.\n";
// A line of somebody else's that waits for `remove`, and one of ours in its place.
constexpr std::string_view laid_aside = "#doorman# ", ours_mark = " #doorman#";
constexpr std::string_view default_key = "default_runtime_name", version_line = "version = 2\n";

Error unsafe(std::string_view why) { return {ErrorCode::unsupported, std::string(why)}; }

std::string header(const Path& path) {
  std::string text = "[";
  for (const std::string& part : path) {
    const bool is_bare = std::ranges::all_of(
        part, [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_' || c == '-'; });
    text += (text.size() == 1 ? "" : ".") + (is_bare ? part : "\"" + part + "\"");
  }
  return text + "]\n";
}

/// A value as TOML writes it; nothing for a table.
std::optional<std::string> toml_text(TomlValue value) {
  if (const auto text = value.string()) return base::quoted(*text);
  if (const auto literal = value.literal()) return std::string(*literal);
  if (!value.is_array()) return std::nullopt;
  std::string text = "[";
  for (const TomlValue item : value.items()) {
    const auto element = toml_text(item);
    if (!element) return std::nullopt;
    text += (text.size() == 1 ? "" : ", ") + *element;
  }
  return text + "]";
}

class Settings {
 public:
  explicit Settings(const TomlDocument& document) : document_(document) {}

  /// What would be written behind the file.
  Result<std::string> block(const RuntimeSettings& settings) {
    DOORMAN_CHECK(read_version());
    DOORMAN_CHECK(check_cri());
    DOORMAN_CHECK(check_path());
    std::string text(install_mark);
    if (is_empty_) text += version_line;
    if (settings.is_default && find(containerd_) == nullptr) {
      text += header(containerd_) + fmt::format("{} = \"{}\"\n", default_key, runtime_name);
    }
    const Path runtimes = below(containerd_, "runtimes"), runc = below(runtimes, "runc"),
               own = below(runtimes, std::string(runtime_name));
    text += header(own);
    if (find(runc) == nullptr || !find(runc)->table["runtime_type"].exists()) {
      text += "runtime_type = \"io.containerd.runc.v2\"\n";
    }
    DOORMAN_TRY(const std::string members, copied(runc));
    DOORMAN_TRY(const std::string options, copied(below(runc, "options")));
    text += members + header(below(own, "options")) + options;
    text += fmt::format("BinaryName = {}\n", base::quoted(settings.program));
    return text + std::string(last_line);
  }

  /// The section that says which runtime is the default; nullptr: none does.
  [[nodiscard]] const TomlSection* default_section() const { return find(containerd_); }

 private:
  static Path below(Path path, std::string name) {
    path.push_back(std::move(name));
    return path;
  }

  [[nodiscard]] const TomlSection* find(const Path& path) const {
    const auto found = std::ranges::find(document_.sections(), path, &TomlSection::path);
    return found == document_.sections().end() ? nullptr : &*found;
  }

  base::Status read_version() {
    const TomlSection* const top = find({});
    is_empty_ = std::ranges::all_of(document_.sections(), [](const TomlSection& section) {
      return section.path.empty() && section.table.members().empty();
    });
    const auto version = top == nullptr ? std::nullopt : top->table["version"].literal();
    if (!is_empty_ && version != "2" && version != "3") {
      return unsafe("is not of version 2 or 3: `containerd config migrate` gives one that is");
    }
    const bool is_third = version == "3";
    containerd_ = {"plugins", is_third ? "io.containerd.cri.v1.runtime" : "io.containerd.grpc.v1.cri",
                   "containerd"};
    return {};
  }

  [[nodiscard]] base::Status check_cri() const {
    const TomlSection* const top = find({});
    if (top == nullptr) return {};
    for (const TomlValue item : top->table["disabled_plugins"].items()) {
      const std::string_view name = item.string_or("");
      if (name != "cri" && name != containerd_[1] && name != "io.containerd.grpc.v1.cri") continue;
      return unsafe(
          "has the CRI plugin among disabled_plugins, and nobody else reads runtimes from this file: "
          "clients name doorman-runtime themselves, as in `ctr run --runc-binary`");
    }
    return {};
  }

  /// What one table holds as a value cannot be gone on with in another.
  [[nodiscard]] base::Status check_path() const {
    Path path = containerd_;
    path.insert(path.end(), {"runtimes", std::string(runtime_name)});
    for (const TomlSection& section : document_.sections()) {
      const std::size_t length = section.path.size();
      if (length > path.size() || !std::equal(section.path.begin(), section.path.end(), path.begin())) continue;
      if (length == path.size()) return unsafe(fmt::format("has a runtime `{}` already", runtime_name));
      if (!section.element && !section.table[path[length]].exists()) continue;
      return unsafe(fmt::format("line {}: has {} in a form that cannot be added to; write it as a table of its own",
                                section.table.line(), base::join(path, ".")));
    }
    return {};
  }

  /// The members of one of runc's tables, but for the program.
  [[nodiscard]] Result<std::string> copied(const Path& path) const {
    std::string text;
    const TomlSection* const section = find(path);
    if (section == nullptr) return text;
    for (const auto& [key, value] : section->table.members()) {
      if (key == "BinaryName") {
        if (value.string_or("").empty() || value.string_or("").ends_with("/runc")) continue;
        return unsafe(
            fmt::format("line {}: runc is {}; lay a link to that at /etc/doorman/runtime, and write the "
                        "runtime into the file by hand",
                        value.line(), value.string_or("")));
      }
      const auto written = toml_text(value);
      if (!written) return unsafe(fmt::format("line {}: {} is a table within a value", value.line(), key));
      text += fmt::format("{} = {}\n", key, *written);
    }
    return text;
  }

  const TomlDocument& document_;
  Path containerd_;
  bool is_empty_ = false;
};

/// Where line `number` (from 1) begins and ends, its line feed included.
std::pair<std::size_t, std::size_t> line_at(std::string_view text, std::size_t number) {
  std::size_t begin = 0;
  for (std::size_t line = 1; line < number && begin != text.npos; ++line) {
    begin = text.find('\n', begin);
    if (begin != text.npos) ++begin;
  }
  if (begin == text.npos) return {text.size(), text.size()};
  const std::size_t end = text.find('\n', begin);
  return {begin, end == text.npos ? text.size() : end + 1};
}

/// Makes ours the default in a section that is there: a line below its header, or in the place of runc's.
base::Status set_default(std::string& text, const TomlSection& section) {
  const TomlValue there = section.table[default_key];
  const std::string ours = fmt::format("{} = \"{}\"{}\n", default_key, runtime_name, ours_mark);
  if (!there.exists()) {
    const auto [begin, end] = line_at(text, section.table.line());
    if (!base::trim(std::string_view(text).substr(begin, end - begin)).starts_with('[') ||
        !text.substr(begin, end - begin).ends_with('\n')) {
      return unsafe(fmt::format("line {}: no header of a table", section.table.line()));
    }
    text.insert(end, ours);
    return {};
  }
  const auto [begin, end] = line_at(text, there.line());
  const std::string_view line = std::string_view(text).substr(begin, end - begin);
  if (there.string() != "runc" || !base::trim(line).starts_with(default_key) || !line.ends_with('\n')) {
    return unsafe(
        fmt::format("line {}: the default is {} already: take the line out first. doorman-runtime then "
                    "starts runc, or what /etc/doorman/runtime leads to",
                    there.line(), there.string_or("written in another form")));
  }
  text.insert(end, ours);
  text.insert(begin, laid_aside);
  return {};
}

}  // namespace

Result<std::string> containerd_with(const SettingsText& text, const RuntimeSettings& settings) {
  SettingsText plain;
  if (text) {
    DOORMAN_TRY(plain, containerd_without(*text));
  }
  std::string edited = plain.value_or("");
  for (const std::string_view mark : {install_mark, last_line, base::trim(ours_mark)}) {
    if (edited.find(mark) != edited.npos)
      return unsafe(fmt::format("holds a part of an earlier installation: {}", base::trim(mark)));
  }
  DOORMAN_TRY(const auto document, TomlDocument::parse(edited));
  Settings there(document);
  DOORMAN_TRY(const std::string block, there.block(settings));
  if (settings.is_default && there.default_section() != nullptr) {
    DOORMAN_CHECK(set_default(edited, *there.default_section()));
  }
  // One that was there begins with a line feed, be it empty: so `remove` knows it from one that was not.
  if (plain) edited += '\n';
  edited += block;
  // A text that does not end where it seems to takes in what is written behind it.
  const auto back = containerd_without(edited);
  if (!back.ok() || *back != plain) return unsafe("could not be given back as it is");
  return edited;
}

Result<SettingsText> containerd_without(std::string text) {
  DOORMAN_CHECK(TomlDocument::parse(text));
  const std::size_t begin = text.find(install_mark);
  if (begin == text.npos) return SettingsText(std::move(text));
  const std::size_t last = text.find(last_line, begin);
  if (last == text.npos) return unsafe("lacks the last line of what `runtime install` wrote");
  const std::size_t end = last + last_line.size();
  if (begin == 0 && end == text.size()) return SettingsText();
  // What somebody wrote behind it still needs the version that stands in it.
  const bool says_version = text.substr(begin, end - begin).find(version_line) != text.npos;
  const bool is_needed = says_version && end != text.size();
  const std::size_t from = begin != 0 && text[begin - 1] == '\n' ? begin - 1 : begin;
  text.replace(from, end - from, is_needed ? version_line : "");
  std::string plain;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.find('\n'), rest.size() - 1) + 1;
    std::string_view line = rest.substr(0, length);
    rest.remove_prefix(length);
    if (line.ends_with(std::string(ours_mark) + "\n")) continue;
    if (line.starts_with(laid_aside)) line.remove_prefix(laid_aside.size());
    plain += line;
  }
  return SettingsText(std::move(plain));
}

}  // namespace doorman::app
