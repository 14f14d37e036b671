// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/java_name.h"
#include "parse/package/notes.h"

// The file `release` at the top of a Java installation: JAVA_VERSION="17.0.9" becomes openjdk, type generic, as
// libjvm.so beside it tells too. Other files of that name tell nothing. Source: the file as JDK 8 and later write
// it.

namespace doorman::parse::package {
namespace {

constexpr auto wants = std::to_array<Pattern>({{Pattern::Kind::basename, "release"}});
constexpr std::uint64_t max_bytes = 1U << 20U;

base::Status parse_java_release(const File& file, model::FileFacts& facts) {
  constexpr std::string_view key = "JAVA_VERSION=\"";
  std::string_view rest = file.content;
  std::string_view line;
  while (base::next_line(rest, line)) {
    if (!line.starts_with(key)) continue;
    const std::string_view version = line.substr(key.size(), line.find('"', key.size()) - key.size());
    if (!is_maven_version(version)) {
      add_note(facts, std::string(file.path), "JAVA_VERSION is no version");
      return {};
    }
    model::Package package;
    package.type = model::PackageType::generic;
    package.name = "openjdk";
    package.version = version;
    facts.packages.push_back(std::move(package));
    return {};
  }
  return {};
}

}  // namespace

const Parser java_release_parser = {"java-release", wants, max_bytes, parse_java_release};

}  // namespace doorman::parse::package
