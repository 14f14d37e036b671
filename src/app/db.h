// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "derive/advisory_db/reader.h"
#include "model/layer_facts.h"
#include "model/report.h"

namespace doorman::app {

/// An open advisory database and what keeps its bytes. Moves freely; the reader looks into the mapping.
class Database {
 public:
  [[nodiscard]] const derive::advisory_db::Reader& reader() const { return reader_; }
  [[nodiscard]] model::DatabaseInfo info() const;
  [[nodiscard]] const std::string& path() const { return path_; }  ///< empty for the built-in one

  /// The file that is named. One that is damaged, or of another version, is an error that says so.
  static base::Result<Database> open_file(const std::string& path);
  /// The facts that the program carries (data/snapshot).
  static base::Result<Database> open_built_in();
  /// `path` if it is not empty; else the one that `db build` put into the state folder, if there is a state folder;
  /// else the built-in one.
  static base::Result<Database> choose(const std::string& path, const std::string& state_dir);

 private:
  Database(derive::advisory_db::Reader reader, std::optional<base::MappedFile> mapping, std::string path)
      : mapping_(std::move(mapping)), reader_(reader), path_(std::move(path)) {}

  std::optional<base::MappedFile> mapping_;  ///< nothing for the built-in one
  derive::advisory_db::Reader reader_;
  std::string path_;
};

struct DatabaseBuild {
  std::string path;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0, records = 0, withdrawn = 0;
  std::uint64_t packages = 0, vulnerabilities = 0;
  std::map<std::string, std::uint64_t> skipped;  ///< packages of ecosystems that are not judged
  std::vector<model::Note> notes;                ///< what could not be read; the build went on without it
  model::DatabaseInfo info;
};

/// Compiles the folder's advisories into the file `output`, or into the state folder where that is empty; reads the
/// file again and verifies it before it takes the old one's place. A `usage` error when nothing could be read.
base::Result<DatabaseBuild> build_database(const std::string& folder, const std::string& output,
                                           const std::string& state_dir);

/// For people: what was built, what was left out and why.
std::string describe(const DatabaseBuild& build);

/// For people: the date, the sources and their licences.
std::string describe(const Database& database);

}  // namespace doorman::app
