// SPDX-License-Identifier: Apache-2.0
#include "parse/package/java.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/path.h"
#include "base/text.h"
#include "parse/binary/zip.h"
#include "parse/package/all.h"
#include "parse/package/java_manifest.h"
#include "parse/package/java_name.h"
#include "parse/package/notes.h"

// Java archives: .jar .war .ear and their kin. Each archive's packages (java_name.h says how they are named), then
// those of every archive nested in it, in the order of its directory, with the inner path `BOOT-INF/lib/a.jar`, or
// `a.war!/WEB-INF/lib/b.jar` where archives are nested more than once. Only what names packages is inflated. What
// cannot be read is noted; what only a limit keeps us from reading is named by its file name where that tells
// enough.

namespace doorman::parse::package {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using binary::Zip;
using binary::ZipMember;

constexpr auto wants = std::to_array<Pattern>({
    {Pattern::Kind::suffix, ".jar"},
    {Pattern::Kind::suffix, ".war"},
    {Pattern::Kind::suffix, ".ear"},
    {Pattern::Kind::suffix, ".par"},
    {Pattern::Kind::suffix, ".hpi"},
    {Pattern::Kind::suffix, ".jpi"},
    {Pattern::Kind::suffix, ".kar"},
    {Pattern::Kind::suffix, ".aar"},
});

constexpr std::size_t max_name_bytes = 4096;
constexpr std::size_t max_pom_paths = 10'000;
constexpr std::size_t extension_bytes = 4;
constexpr std::uint64_t most_dense = 1032;  // deflate's own limit, plain to packed

bool is_archive_name(std::string_view name) {
  if (name.size() <= extension_bytes) return false;
  const std::string extension = base::to_lower(name.substr(name.size() - extension_bytes));
  return std::ranges::any_of(wants, [&](const Pattern& pattern) { return pattern.text == extension; });
}

bool is_manifest_name(std::string_view name) {
  constexpr std::string_view manifest = "meta-inf/manifest.mf";
  return name.size() == manifest.size() && base::to_lower(name) == manifest;
}

/// `META-INF/maven/GROUP/ARTIFACT/FILE`, at the top or, as in WEB-INF/classes, below it.
struct MavenMember {
  std::string_view group, artifact, file;
};

std::optional<MavenMember> maven_member(std::string_view name) {
  constexpr std::string_view folder = "META-INF/maven/";
  const std::size_t at = name.find(folder);
  if (at == std::string_view::npos || (at > 0 && name[at - 1] != '/')) return {};
  const std::vector<std::string_view> parts = base::split(name.substr(at + folder.size()), '/');
  if (parts.size() != 3) return {};
  return MavenMember{parts[0], parts[1], parts[2]};
}

/// One file and everything nested in it.
class ArchiveReader {
 public:
  ArchiveReader(std::string_view path, model::FileFacts& facts) : path_(path), facts_(facts) {}

  Status read(Bytes archive) { return read_archive(archive, path_, "", 0); }

 private:
  /// What the directory of one archive has for us.
  struct Found {
    JarClues clues;
    std::vector<ZipMember> nested;
  };

  Status read_archive(Bytes archive, std::string_view name, const std::string& inner, std::size_t depth) {
    DOORMAN_TRY(const Zip zip, Zip::open(archive));
    Found found;
    found.clues.path = name;
    const Status walked = walk(zip, inner, found);
    std::ranges::sort(found.clues.poms);
    const auto twice = std::ranges::unique(found.clues.poms);
    found.clues.poms.erase(twice.begin(), twice.end());
    for (model::Package& package : name_jar(found.clues)) {
      package.inner_path = inner;
      facts_.packages.push_back(std::move(package));
    }
    for (const ZipMember& member : found.nested) read_nested(zip, member, inner, depth);
    return walked;
  }

  Status walk(const Zip& zip, const std::string& inner, Found& found) {
    Zip::Cursor cursor = zip.members();
    for (ZipMember member; cursor.next(member);) {
      if (++members_seen_ > JavaLimits::members_seen) {
        return Error(ErrorCode::limit,
                     "more members than the limit of " + std::to_string(JavaLimits::members_seen));
      }
      if (member.name.size() > max_name_bytes) continue;
      if (is_archive_name(member.name)) {
        if (found.nested.size() >= JavaLimits::members_read) return Error(ErrorCode::limit, limit_reached());
        found.nested.push_back(member);
      } else if (is_manifest_name(member.name)) {
        if (const auto text = read_text(zip, member, inner)) found.clues.manifest = parse_java_manifest(*text);
      } else if (const auto maven = maven_member(member.name)) {
        read_maven(zip, member, *maven, inner, found.clues);
      }
      if (exhausted()) return Error(ErrorCode::limit, limit_reached());
    }
    return cursor.status();
  }

  void read_maven(const Zip& zip, const ZipMember& member, const MavenMember& place, const std::string& inner,
                  JarClues& clues) {
    if (clues.pom_paths.size() >= max_pom_paths) return;
    if (place.file == "pom.xml" && is_maven_id(place.group) && is_maven_id(place.artifact)) {
      clues.pom_paths.push_back({std::string(place.group), std::string(place.artifact), ""});
    }
    if (place.file != "pom.properties") return;
    const auto text = read_text(zip, member, inner);
    if (!text) return;
    PomProperties properties = parse_pom_properties(*text);
    MavenName pom{std::move(properties.group), std::move(properties.artifact), std::move(properties.version)};
    if (!is_maven_id(pom.group)) pom.group = place.group;
    if (!is_maven_id(pom.artifact)) pom.artifact = place.artifact;
    if (!is_maven_id(pom.group) || !is_maven_id(pom.artifact)) return;
    if (!is_maven_version(pom.version)) {
      clues.pom_paths.push_back({std::move(pom.group), std::move(pom.artifact), ""});
      return;
    }
    clues.poms.push_back(std::move(pom));
  }

  void read_nested(const Zip& zip, const ZipMember& member, const std::string& outer, std::size_t depth) {
    const std::string inner = inner_path(outer, member.name);
    const std::size_t packages_before = facts_.packages.size();
    const std::uint64_t held_before = held_bytes_;
    const Status status = open_nested(zip, member, inner, depth + 1);
    held_bytes_ = held_before;
    if (status.ok()) return;
    note(inner, status.error().message());
    const bool is_there =
        status.error().code() == ErrorCode::limit || status.error().code() == ErrorCode::unsupported;
    if (is_there && facts_.packages.size() == packages_before) name_unread(member.name, inner);
  }

  Status open_nested(const Zip& zip, const ZipMember& member, const std::string& inner, std::size_t depth) {
    if (exhausted()) return Error(ErrorCode::limit, limit_reached());
    if (depth > JavaLimits::depth) {
      return Error(ErrorCode::limit,
                   "not read: nested deeper than the limit of " + std::to_string(JavaLimits::depth));
    }
    if (member.method == ZipMember::stored) {
      ++members_read_;
      DOORMAN_TRY(const Bytes content, zip.packed(member));
      return read_archive(content, member.name, inner, depth);
    }
    DOORMAN_TRY(const std::string content, inflate(zip, member, JavaLimits::held_bytes - held_bytes_));
    held_bytes_ += content.size();
    return read_archive(content, member.name, inner, depth);
  }

  /// Inflates, and counts the work: also that of a member which breaks its promise only at the end.
  Result<std::string> inflate(const Zip& zip, const ZipMember& member, std::uint64_t max_bytes) {
    ++members_read_;
    Result<std::string> content = zip.inflate(member, max_bytes);
    if (content.ok()) inflated_bytes_ += content->size();
    else inflated_bytes_ += std::min(max_bytes, std::min(member.packed_size, max_bytes) * most_dense);
    return content;
  }

  /// What a limit keeps us from reading is there all the same, and its file name may tell what it is.
  void name_unread(std::string_view name, const std::string& inner) {
    for (model::Package& package : name_jar({.path = name, .manifest = {}, .poms = {}, .pom_paths = {}})) {
      package.inner_path = inner;
      facts_.packages.push_back(std::move(package));
    }
  }

  std::optional<std::string> read_text(const Zip& zip, const ZipMember& member, const std::string& inner) {
    Result<std::string> text = inflate(zip, member, JavaLimits::text_bytes);
    if (text.ok()) return std::move(text).value();
    note(inner_path(inner, member.name), text.error().message());
    return {};
  }

  static std::string inner_path(const std::string& outer, std::string_view name) {
    std::string inner = base::printable(name);
    return outer.empty() ? inner : outer + "!/" + inner;
  }

  [[nodiscard]] bool exhausted() const {
    return members_read_ >= JavaLimits::members_read || inflated_bytes_ >= JavaLimits::inflated_bytes;
  }
  [[nodiscard]] std::string limit_reached() const {
    if (inflated_bytes_ >= JavaLimits::inflated_bytes) {
      return "not read: the file inflates to more than the limit of " + std::to_string(JavaLimits::inflated_bytes) +
             " bytes";
    }
    return "not read: the file holds more than the limit of " + std::to_string(JavaLimits::members_read) +
           " archives and descriptions";
  }

  void note(const std::string& inner, std::string message) {
    add_note(facts_, std::string(path_) + "!/" + inner, std::move(message));
  }

  std::string_view path_;
  model::FileFacts& facts_;
  std::uint64_t members_seen_ = 0;
  std::uint64_t held_bytes_ = 0, inflated_bytes_ = 0;
  std::size_t members_read_ = 0;
};

Status parse_java(const File& file, model::FileFacts& facts) {
  return ArchiveReader(file.path, facts).read(file.content);
}

}  // namespace

const Parser java_parser = {"java", wants, 4ULL << 30U, parse_java};

}  // namespace doorman::parse::package
