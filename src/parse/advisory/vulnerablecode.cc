// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/vulnerablecode.h"

#include <array>
#include <charconv>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace doorman::parse::advisory {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using model::Ecosystem;

constexpr std::size_t max_line = 16 * 1024;
constexpr std::size_t max_aliases = 200;

struct TypeName {
  std::string_view prefix;  ///< of the package URL, with what it says of the distribution
  Ecosystem ecosystem;
};
constexpr std::array type_names{
    TypeName{"deb/debian/", Ecosystem::debian},  TypeName{"deb/ubuntu/", Ecosystem::ubuntu},
    TypeName{"apk/alpine/", Ecosystem::alpine},  TypeName{"npm/", Ecosystem::npm},
    TypeName{"pypi/", Ecosystem::pypi},          TypeName{"golang/", Ecosystem::go},
    TypeName{"maven/", Ecosystem::maven},        TypeName{"gem/", Ecosystem::rubygems},
    TypeName{"composer/", Ecosystem::packagist}, TypeName{"cargo/", Ecosystem::crates_io},
    TypeName{"nuget/", Ecosystem::nuget},
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool decode_percent(std::string_view text, std::string& into) {
  into.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      into += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return false;
    into += static_cast<char>((high << 4) | low);
    i += 2;
  }
  return true;
}

/// The value of `name` among `a=1&b=2`, still encoded.
std::string_view qualifier(std::string_view qualifiers, std::string_view name) {
  while (!qualifiers.empty()) {
    const std::size_t end = qualifiers.find('&');
    const std::string_view pair = qualifiers.substr(0, end);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
    if (end == std::string_view::npos) break;
    qualifiers.remove_prefix(end + 1);
  }
  return {};
}

std::string release_of(Ecosystem ecosystem, std::string_view qualifiers) {
  if (ecosystem == Ecosystem::debian) {
    const std::string_view distro = qualifier(qualifiers, "distro");
    return std::string(model::debian_release(distro).value_or(distro));
  }
  if (ecosystem == Ecosystem::alpine) {
    std::string_view version = qualifier(qualifiers, "distroversion");
    if (version.starts_with('v')) version.remove_prefix(1);
    return std::string(version);
  }
  return {};
}

/// Cuts the next column off.
std::string_view column(std::string_view& line) {
  const std::size_t tab = line.find('\t');
  const std::string_view field = line.substr(0, tab);
  line = tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1);
  return field;
}

Status check_line(std::string_view line) {
  if (line.size() <= max_line) return {};
  return Error(ErrorCode::limit, "a line is longer than 16 KiB");
}

}  // namespace

Status VulnerableCodeRows::decode(std::string_view purl) {
  const Error broken(ErrorCode::invalid, "no package URL with a version: " + base::printable(purl.substr(0, 200)));
  judged_ = false;
  purl_ = purl;
  if (!purl.starts_with("pkg:")) return broken;
  std::string_view rest = purl.substr(4);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t question = rest.find('?');
  const std::string_view qualifiers = question == std::string_view::npos ? "" : rest.substr(question + 1);
  rest = rest.substr(0, question);
  const std::size_t at = rest.rfind('@');
  if (at == std::string_view::npos || at + 1 == rest.size()) return broken;
  const std::string_view path = rest.substr(0, at);
  for (const auto& [prefix, ecosystem] : type_names) {
    if (!path.starts_with(prefix)) continue;
    if (!decode_percent(path.substr(prefix.size()), name_) || name_.empty()) return broken;
    if (!decode_percent(rest.substr(at + 1), version_)) return broken;
    ecosystem_ = {.ecosystem = ecosystem, .release = release_of(ecosystem, qualifiers)};
    const std::size_t slash = ecosystem == Ecosystem::maven ? name_.rfind('/') : std::string::npos;
    if (slash != std::string::npos) name_[slash] = ':';
    judged_ = true;
    return {};
  }
  return {};
}

Result<std::optional<model::ListedVersion>> VulnerableCodeRows::package(std::string_view line) {
  using Row = std::optional<model::ListedVersion>;
  if (line.empty() || line[0] == '#') return Row();
  DOORMAN_CHECK(check_line(line));
  const std::string_view purl = column(line);
  const std::string_view state = column(line);
  const std::string_view vulnerability = column(line);
  if ((state != "A" && state != "F") || vulnerability.empty()) {
    return Error(ErrorCode::invalid, "a row needs package URL, A or F, and an id between tabs");
  }
  if (purl != purl_) DOORMAN_CHECK(decode(purl));
  if (!judged_) return Row();
  return Row(model::ListedVersion{.ecosystem = ecosystem_,
                                  .name = name_,
                                  .version = version_,
                                  .vulnerability = vulnerability,
                                  .affected = state == "A"});
}

Result<std::optional<model::ListedVulnerability>> VulnerableCodeRows::vulnerability(std::string_view line) {
  using Row = std::optional<model::ListedVulnerability>;
  if (line.empty() || line[0] == '#') return Row();
  DOORMAN_CHECK(check_line(line));
  model::ListedVulnerability row;
  row.id = column(line);
  if (row.id.empty()) return Error(ErrorCode::invalid, "a row without an id");
  for (const std::string_view alias : base::split(column(line), ',')) {
    if (alias.empty()) continue;
    if (row.aliases.size() == max_aliases) return Error(ErrorCode::limit, "more than 200 aliases");
    row.aliases.push_back(alias);
  }
  row.cvss = column(line);
  const std::string_view epss = column(line);
  double score = 0;
  const auto [end, code] = std::from_chars(epss.data(), epss.data() + epss.size(), score);
  if (code == std::errc() && end == epss.data() + epss.size() && score >= 0 && score <= 1) row.epss = score;
  row.date = base::parse_time(column(line));
  return Row(row);
}

}  // namespace doorman::parse::advisory
