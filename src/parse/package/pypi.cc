// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/notes.h"
#include "parse/package/python.h"

// Installed Python distributions, by their metadata. Sources: packaging.python.org "Core metadata specifications"
// and "Recording installed projects"; setuptools' "The internal structure of Python eggs" for the older forms.

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 16U << 20U;
constexpr std::size_t max_headers = 10'000;

constexpr Pattern wants[] = {
    {Pattern::Kind::basename, "METADATA"},
    {Pattern::Kind::basename, "PKG-INFO"},
    {Pattern::Kind::suffix, ".egg-info"},
};

/// Where the importer looks decides what is installed: the name of a `.dist-info` or `.egg-info` in a folder of
/// packages, and that folder. `NAME.egg/EGG-INFO/PKG-INFO` is an egg in such a folder.
struct Place {
  std::string_view folder;
  std::string_view name;
};

Place place_of(std::string_view path) {
  const std::string_view parent = base::parent_of(path);
  const std::string_view file = base::basename_of(path);
  const std::string_view record = base::basename_of(parent);
  const auto within = [](std::string_view holder) {
    return Place{base::parent_of(holder), base::basename_of(holder)};
  };
  if (file == "METADATA") return record.ends_with(".dist-info") ? within(parent) : Place{};
  if (file != "PKG-INFO") return within(path);
  if (record == "EGG-INFO") return within(base::parent_of(parent));
  return record.ends_with(".egg-info") ? within(parent) : Place{};
}

enum class Standing { installed, vendored, other };

/// Below site-packages only its own entries can be imported by their names. A copy that another package keeps for
/// itself (`setuptools/_vendor`) is there all the same; test data is not.
Standing standing_of(const Place& place) {
  static constexpr std::string_view vendor_folders[] = {"_vendored", "vendor", "vendored", "extern"};
  // pip renames a distribution to ~ame while it replaces it, and lists it no more.
  if (place.name.empty() || place.name.starts_with('~')) return Standing::other;
  const std::string_view last = base::basename_of(place.folder);
  if (last == "_vendor") return Standing::vendored;
  const bool deeper = has_folder(place.folder, "site-packages") || has_folder(place.folder, "dist-packages");
  if (!deeper) return Standing::installed;
  return std::ranges::find(vendor_folders, last) != std::end(vendor_folders) ? Standing::vendored : Standing::other;
}

struct Metadata {
  std::string_view name, version, license, expression;
  std::vector<std::string> classified;
};

void take_header(std::string_view key, std::string_view value, Metadata& metadata) {
  constexpr std::string_view classifier = "License ::";
  constexpr std::string_view approved = "License :: OSI Approved";
  const auto first = [&](std::string_view& field) {
    if (field.empty()) field = value;
  };
  if (key == "name") first(metadata.name);
  else if (key == "version") first(metadata.version);
  else if (key == "license") first(metadata.license);
  else if (key == "license-expression") first(metadata.expression);
  else if (key == "classifier" && value.starts_with(classifier) && value != approved) {
    metadata.classified.emplace_back(base::trim(value.substr(value.rfind("::") + 2)));
  }
}

/// The headers up to the first empty line; what follows is the description. A folded license is its whole text,
/// which names nothing.
Metadata read_headers(base::Bytes text) {
  Metadata metadata;
  std::string_view line;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::size_t count = 0; count < max_headers && base::next_line(text, line) && !line.empty(); ++count) {
    if (line.front() == ' ' || line.front() == '\t') continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) break;
    const std::string key = base::to_lower(line.substr(0, colon));
    const bool folded = text.starts_with(' ') || text.starts_with('\t');
    if (key == "license" && folded) continue;
    take_header(key, base::trim(line.substr(colon + 1)), metadata);
  }
  return metadata;
}

base::Status parse_pypi(const File& file, model::FileFacts& facts) {
  const Standing standing = standing_of(place_of(file.path));
  if (standing == Standing::other) return {};
  Metadata metadata = read_headers(file.content);
  if (metadata.name.empty() || metadata.version.empty()) {
    add_note(facts, std::string(file.path), "no Name and Version: not counted");
    return {};
  }
  model::Package package;
  package.type = model::PackageType::pypi;
  package.name = normal_python_name(metadata.name);
  package.version = metadata.version;
  if (standing == Standing::vendored) package.evidence = model::Evidence::embedded;
  if (!metadata.expression.empty()) package.licenses.emplace_back(metadata.expression);
  else if (!metadata.license.empty() && metadata.license != "UNKNOWN")
    package.licenses.emplace_back(metadata.license);
  else package.licenses = std::move(metadata.classified);
  add_installed(file, facts, std::move(package));
  return {};
}

}  // namespace

std::string normal_python_name(std::string_view name) {
  std::string normal;
  normal.reserve(name.size());
  bool separator = false;
  for (const char c : base::to_lower(name)) {
    const bool is_separator = c == '-' || c == '_' || c == '.';
    if (!is_separator) normal += c;
    else if (!separator) normal += '-';
    separator = is_separator;
  }
  return normal;
}

const Parser pypi_parser = {"pypi", wants, max_file_bytes, parse_pypi};

}  // namespace doorman::parse::package
