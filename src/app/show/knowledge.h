// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/parse.h"
#include "app/db.h"
#include "base/digest.h"
#include "base/result.h"
#include "derive/container_histories.h"
#include "derive/host_images.h"
#include "derive/used_files.h"
#include "model/container_life.h"
#include "model/scan_record.h"
#include "model/vulnerability.h"
#include "sink/options.h"
#include "source/local_images.h"

namespace doorman::app {

/// What the event log tells of containers, all of it.
struct LogStory {
  bool is_there = false;    ///< the log has a record
  std::uint64_t as_of = 0;  ///< its last moment, nanoseconds since 1970
  derive::ContainerHistories kept;
  derive::UsedFiles used;
  std::vector<const model::ContainerHistory*> histories;  ///< into `kept`
};
/// What is wrong with the log is told on standard error.
base::Status read_log_story(const std::string& state_folder, LogStory& story);

/// What a scan left of an image, and the findings of the database at hand.
struct KnownScan {
  model::ScanRecord record;
  std::vector<model::Finding> findings;
};

/// What --root names, without a slash at its end; empty: this host's own.
std::string host_root(const cli::ParsedCommand& command);

/// The engines of this host, or of the one at --root, whose containers run as far as the event log tells.
source::LocalImages read_engines(const cli::ParsedCommand& command);

/// What scans left in a state folder, matched with a database. Nothing is read before it is asked for.
class KnownScans {
 public:
  KnownScans(const std::string& state_folder, const Database& database)
      : state_folder_(state_folder), database_(database) {}

  /// nullptr: nobody scanned it, or what was left cannot be read, which is told on standard error.
  const KnownScan* find(const base::Digest& image);

 private:
  std::string state_folder_;
  const Database& database_;
  std::map<base::Digest, std::optional<KnownScan>> known_;
};

/// How the tables of these verbs are laid out.
sink::Options table_layout(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app
