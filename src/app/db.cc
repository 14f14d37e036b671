// SPDX-License-Identifier: Apache-2.0
#include "app/db.h"

#include <fmt/format.h>

#include <utility>

#include "app/compile_advisories.h"
#include "base/text.h"
#include "base/time.h"
#include "store/advisory_file.h"

extern "C" {
// src/app/snapshot/snapshot.S
extern const char doorman_snapshot_begin[];
extern const char doorman_snapshot_end[];
}

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using derive::advisory_db::Reader;
using derive::advisory_db::Section;

void append_sources(std::string& text, const model::DatabaseInfo& info) {
  std::size_t width = 0;
  for (const auto& source : info.sources) width = std::max(width, source.name.size());
  for (const auto& source : info.sources) {
    fmt::format_to(std::back_inserter(text), "  {:<{}}  {:>9}  {:<10}  {}\n", base::printable(source.name), width,
                   source.records, source.newest ? base::format_date(*source.newest) : "-",
                   base::printable(source.licence));
  }
}

}  // namespace

Result<Database> Database::open_file(const std::string& path) {
  DOORMAN_TRY(base::MappedFile mapping, base::MappedFile::open(path));
  auto reader = Reader::open(mapping.bytes());
  if (!reader.ok()) return reader.error().in(path);
  return Database(*reader, std::move(mapping), path);
}

Result<Database> Database::open_built_in() {
  const base::Bytes bytes(doorman_snapshot_begin,
                          static_cast<std::size_t>(doorman_snapshot_end - doorman_snapshot_begin));
  DOORMAN_TRY(const Reader reader, std::move(Reader::open(bytes)).in("built-in advisories"));
  return Database(reader, std::nullopt, {});
}

Result<Database> Database::choose(const std::string& path, const std::string& state_dir) {
  if (!path.empty()) return open_file(path);
  if (state_dir.empty()) return open_built_in();
  const std::string built = store::advisory_file_path(state_dir);
  DOORMAN_TRY(std::optional<base::MappedFile> mapping, store::map_advisory_file(built));
  if (!mapping) return open_built_in();
  auto reader = Reader::open(mapping->bytes());
  // The built-in facts in the place of a broken file would look like a clean image.
  if (!reader.ok()) return reader.error().in(built);
  return Database(*reader, std::move(mapping), built);
}

model::DatabaseInfo Database::info() const {
  model::DatabaseInfo info = reader_.info();
  info.built_in = !mapping_.has_value();
  return info;
}

Result<DatabaseBuild> build_database(const std::string& folder, const std::string& output,
                                     const std::string& state_dir) {
  DOORMAN_TRY(CompiledAdvisories compiled, compile_advisories(folder, true));
  source::FolderSummary& summary = compiled.summary;
  if (summary.files == 0) return Error(ErrorCode::usage, "no advisories that could be read").in(folder);
  DatabaseBuild build;
  build.path = output.empty() ? store::advisory_file_path(state_dir) : output;
  DOORMAN_TRY(const Reader reader, Reader::open(compiled.file));
  DOORMAN_CHECK(reader.verify());
  DOORMAN_CHECK(store::replace_advisory_file(build.path, compiled.file));
  build.bytes = compiled.file.size();
  build.files = summary.files;
  build.records = summary.records;
  build.withdrawn = summary.withdrawn;
  build.packages = reader.count(Section::packages);
  build.vulnerabilities = reader.count(Section::vulnerabilities);
  build.skipped = std::move(summary.skipped);
  build.notes = std::move(summary.notes);
  build.info = reader.info();
  return build;
}

std::string describe(const DatabaseBuild& build) {
  std::string text = fmt::format("{}: {:.1f} MB, {} vulnerabilities of {} packages, from {} records in {} files",
                                 build.path, static_cast<double>(build.bytes) / 1e6, build.vulnerabilities,
                                 build.packages, build.records, build.files);
  text += build.info.date ? fmt::format(", as of {}\n", base::format_date(*build.info.date)) : "\n";
  append_sources(text, build.info);
  if (build.withdrawn > 0) text += fmt::format("{} withdrawn records left out\n", build.withdrawn);
  if (!build.skipped.empty()) {
    text += "left out, of ecosystems that are not judged:";
    for (const auto& [ecosystem, count] : build.skipped)
      text += fmt::format(" {} ({})", base::printable(ecosystem), count);
    text += '\n';
  }
  for (const model::Note& note : build.notes)
    text += fmt::format("not read: {}: {}\n", base::printable(note.place), base::printable(note.message));
  return text;
}

std::string describe(const Database& database) {
  const model::DatabaseInfo info = database.info();
  std::string text =
      fmt::format("{}, {} vulnerabilities of {} packages", info.built_in ? "built-in facts" : database.path(),
                  database.reader().count(Section::vulnerabilities), database.reader().count(Section::packages));
  text += info.date ? fmt::format(", as of {}\n", base::format_date(*info.date)) : "\n";
  append_sources(text, info);
  return text;
}

}  // namespace doorman::app
