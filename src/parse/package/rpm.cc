// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "parse/package/all.h"
#include "parse/package/file_list.h"
#include "parse/package/notes.h"
#include "parse/package/rpm_container.h"
#include "parse/package/rpm_header.h"

namespace doorman::parse::package {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;

constexpr std::uint64_t max_file_bytes = 512U << 20U;
constexpr std::size_t max_packages = 200'000;

constexpr std::array<Pattern, 9> wants = {{
    {Pattern::Kind::path, "var/lib/rpm/Packages"},
    {Pattern::Kind::path, "var/lib/rpm/Packages.db"},
    {Pattern::Kind::path, "var/lib/rpm/rpmdb.sqlite"},
    {Pattern::Kind::path, "usr/lib/sysimage/rpm/Packages"},
    {Pattern::Kind::path, "usr/lib/sysimage/rpm/Packages.db"},
    {Pattern::Kind::path, "usr/lib/sysimage/rpm/rpmdb.sqlite"},
    {Pattern::Kind::path, "usr/share/rpm/Packages"},
    {Pattern::Kind::path, "usr/share/rpm/Packages.db"},
    {Pattern::Kind::path, "usr/share/rpm/rpmdb.sqlite"},
}};

/// By its content: the name does not tell which database it is.
base::Status read_headers(Bytes database, const EachRpmHeader& each) {
  if (is_rpm_sqlite(database)) return read_rpm_sqlite(database, each);
  if (is_rpm_ndb(database)) return read_rpm_ndb(database, each);
  if (is_rpm_bdb(database)) return read_rpm_bdb(database, each);
  return Error(ErrorCode::unsupported, "no rpm database of a known kind");
}

base::Status parse_rpm(const File& file, model::FileFacts& facts) {
  if (file.content.empty()) return {};
  FileList files;
  std::size_t count = 0;
  base::Status read = read_headers(file.content, [&](base::Result<Bytes> header) {
    if (++count > max_packages) return false;
    const base::Status parsed =
        std::move(header).and_then([&](Bytes blob) { return parse_rpm_header(blob, files, facts); });
    if (!parsed.ok()) add_note(facts, fmt::format("{}: package {}", file.path, count), parsed.error().message());
    return !files.full();
  });
  if (count > max_packages) return Error(ErrorCode::limit, fmt::format("more than {} packages", max_packages));
  if (files.full()) return Error(ErrorCode::limit, fmt::format("more than {} files", FileList::max_files));
  return read;
}

}  // namespace

const Parser rpm_parser = {"rpm", wants, max_file_bytes, parse_rpm};

}  // namespace doorman::parse::package
