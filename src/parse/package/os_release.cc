// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/notes.h"

// Which distribution this is. Source: os-release(5). The older files, of one line each, have no written form;
// what is read of them is what Debian, Alpine and the Red Hat family have put there.

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 64U << 10U;
constexpr std::size_t max_value_bytes = 1024;

constexpr std::array<Pattern, 6> wants = {{
    {Pattern::Kind::path, "etc/os-release"},
    {Pattern::Kind::path, "usr/lib/os-release"},
    {Pattern::Kind::path, "etc/debian_version"},
    {Pattern::Kind::path, "etc/alpine-release"},
    {Pattern::Kind::path, "etc/redhat-release"},
    {Pattern::Kind::path, "etc/centos-release"},
}};

/// The value of a shell assignment: plain, in single or in double quotes, or pieces of these side by side.
/// False when a quote is left open.
bool unquote(std::string_view text, std::string& value) {
  value.clear();
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      // Within double quotes the shell keeps a backslash that escapes nothing special.
      const char escaped = text[++i];
      if (quote == '"' && std::string_view("$\"\\`").find(escaped) == std::string_view::npos) value.push_back(c);
      value.push_back(escaped);
    } else {
      value.push_back(c);
    }
  }
  return quote == 0;
}

base::Status parse_os_release(const File& file, model::FileFacts& facts) {
  model::Distribution distribution;
  const std::array<std::pair<std::string_view, std::string*>, 4> keys = {{
      {"ID", &distribution.id},
      {"VERSION_ID", &distribution.version_id},
      {"VERSION_CODENAME", &distribution.codename},
      {"PRETTY_NAME", &distribution.pretty_name},
  }};
  base::Bytes rest = file.content;
  std::string_view line;
  std::string value;
  for (std::size_t number = 1; base::next_line(rest, line); ++number) {
    line = base::trim(line);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    for (const auto& [key, into] : keys) {
      if (line.substr(0, equals) != key) continue;
      if (equals == std::string_view::npos) note_line(facts, file.path, number, "no value");
      else if (!unquote(line.substr(equals + 1), value))
        note_line(facts, file.path, number, "a quote is left open");
      else if (value.size() > max_value_bytes) note_line(facts, file.path, number, "the value is too long");
      else *into = value;
    }
  }
  if (distribution.id.empty()) {
    add_note(facts, std::string(file.path), "no ID");
    return {};
  }
  facts.distribution = std::move(distribution);
  return {};
}

/// `12.5` while a release is stable; `trixie/sid` before.
model::Distribution from_debian_version(std::string_view text) {
  model::Distribution debian{"debian", "", "", "Debian GNU/Linux " + std::string(text)};
  if (base::is_digit(text.front())) debian.version_id = text.substr(0, text.find('.'));
  else debian.codename = text.substr(0, text.find('/'));
  return debian;
}

/// `Rocky Linux release 9.3 (Blue Onyx)`.
model::Distribution from_redhat_release(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> vendors = {{
      {"Red Hat Enterprise Linux", "rhel"},
      {"CentOS", "centos"},
      {"Rocky Linux", "rocky"},
      {"AlmaLinux", "almalinux"},
      {"Oracle Linux", "ol"},
      {"Fedora", "fedora"},
      {"Amazon Linux", "amzn"},
      {"Scientific Linux", "scientific"},
  }};
  constexpr std::string_view release = " release ";
  model::Distribution found;
  found.pretty_name = text;
  for (const auto& [name, id] : vendors) {
    if (text.starts_with(name)) found.id = id;
  }
  if (const std::size_t at = text.find(release); at != std::string_view::npos) {
    const std::string_view version = text.substr(at + release.size());
    found.version_id = version.substr(0, version.find(' '));
  }
  const std::size_t open = text.rfind('(');
  if (open != std::string_view::npos && text.ends_with(')')) {
    found.codename = text.substr(open + 1, text.size() - open - 2);
  }
  return found;
}

base::Status parse_one_line(const File& file, model::FileFacts& facts) {
  base::Bytes rest = file.content;
  std::string_view line;
  base::next_line(rest, line);
  line = base::trim(line);
  if (line.empty() || line.size() > max_value_bytes) {
    note_line(facts, file.path, 1, "no version");
    return {};
  }
  const std::string_view name = base::basename_of(file.path);
  model::Distribution found;
  if (name == "debian_version") found = from_debian_version(line);
  else if (name == "alpine-release") found = {"alpine", std::string(line), "", "Alpine Linux " + std::string(line)};
  else found = from_redhat_release(line);
  if (found.id.empty()) note_line(facts, file.path, 1, "no known distribution");
  else facts.distribution = std::move(found);
  return {};
}

base::Status parse(const File& file, model::FileFacts& facts) {
  return base::basename_of(file.path) == "os-release" ? parse_os_release(file, facts) : parse_one_line(file, facts);
}

}  // namespace

const Parser os_release_parser = {"os-release", wants, max_file_bytes, parse};

}  // namespace doorman::parse::package
