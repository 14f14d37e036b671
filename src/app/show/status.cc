// SPDX-License-Identifier: Apache-2.0
#include "app/show/status.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>

#include "app/policy/tell.h"
#include "app/runtime/engine_doors.h"
#include "app/show/admissions.h"
#include "app/show/guard_process.h"
#include "app/show/knowledge.h"
#include "app/state.h"
#include "app/watch/event_feed.h"
#include "base/log.h"
#include "base/nanoseconds.h"
#include "parse/event/guard.h"
#include "sink/status.h"
#include "store/layer_cache.h"
#include "store/log_folder.h"
#include "store/scan_records.h"

namespace doorman::app {
namespace {

using base::Result;
using model::EventRecord;
using model::HostStatus;
namespace options = cli::options;
namespace fs = std::filesystem;

constexpr std::chrono::hours one_day{24};

std::uint64_t bytes_below(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  auto it = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
  while (!error && it != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && !it->is_symlink(ignored)) {
      const auto size = it->file_size(ignored);
      if (!ignored) bytes += size;
    }
    it.increment(error);
  }
  return bytes;
}

void count(const ReadEvent& event, HostStatus::Day& day) {
  const EventRecord& record = event.record;
  switch (record.kind) {
    case EventRecord::Kind::alert:
      ++day.alerts;
      return;
    case EventRecord::Kind::drift:
      if (const auto drift = parse::event::decode_drift(record); drift.ok()) {
        switch (drift->done) {
          case model::DriftRecord::Done::refused:
            ++day.refused_programs;
            return;
          case model::DriftRecord::Done::killed:
            ++day.killed_programs;
            return;
          case model::DriftRecord::Done::told:
            ++day.told_programs;
            return;
        }
      }
      return;
    case EventRecord::Kind::flow:
      if (const auto flow = parse::event::decode_flow(record);
          flow.ok() && flow->verdict == model::FlowRecord::Verdict::refused) {
        day.refused_connections += std::uint64_t{flow->repeats} + 1;
      }
      return;
    case EventRecord::Kind::lost:
      if (const auto lost = parse::event::decode_lost(record); lost.ok()) day.lost += lost->count;
      return;
    case EventRecord::Kind::call:
    case EventRecord::Kind::exec:
    case EventRecord::Kind::fork:
    case EventRecord::Kind::exit:
    case EventRecord::Kind::change:
    case EventRecord::Kind::container:
    case EventRecord::Kind::cgroup:
    case EventRecord::Kind::dns:
    case EventRecord::Kind::mapped:
      return;
  }
}

base::Status add_log(const std::string& state_folder, base::Time now, HostStatus& status) {
  const std::uint64_t since = base::nanoseconds_since_1970(now - one_day);
  const std::uint64_t until = base::nanoseconds_since_1970(now + std::chrono::seconds(1));
  DOORMAN_TRY(LogEvents log, LogEvents::open(state_folder, since));
  std::set<std::string, std::less<>> containers;
  while (const auto event = log.next()) {
    status.has_log = true;
    if (event->is_opening || event->time < since || event->time >= until) continue;
    if (event->seen.container != nullptr && !event->seen.container->id.empty())
      containers.insert(event->seen.container->id);
    count(*event, status.day);
  }
  log.tell_notes();
  status.day.containers = containers.size();
  return {};
}

void add_admissions(const std::string& state_folder, base::Time now, HostStatus& status) {
  for (const model::AdmissionTold& each : read_admissions(state_folder)) {
    if (each.time < now - one_day || each.time > now) continue;
    const bool refused = each.decision == model::Decision::deny && !each.broken_glass;
    ++(refused ? status.day.refused_starts : status.day.told_starts);
  }
}

void add_images(const cli::ParsedCommand& command, const std::string& state_folder, HostStatus& status) {
  source::LocalImages local = read_engines(command);
  const auto known = store::ScanRecords(state_folder).all();
  std::set<base::Digest> images;
  for (const model::LocalImage& image : local.images) images.insert(image.digest);
  status.images = images.size();
  status.scanned_images = static_cast<std::uint64_t>(
      std::ranges::count_if(images, [&](const auto& each) { return std::ranges::binary_search(known, each); }));
  status.known_images = known.size();
  status.knows_running = local.knows_running;
  status.containers = local.containers.size();
  status.running =
      static_cast<std::uint64_t>(std::ranges::count(local.containers, true, &model::LocalContainer::running));
  for (const std::string& problem : local.problems) base::log(base::LogLevel::warning, problem);
}

Result<HostStatus> gather(const cli::ParsedCommand& command, const cli::Environment& environment, base::Time now) {
  DOORMAN_TRY(const auto state, open_state(command.get(options::state_dir), environment));
  const std::string& folder = state.path();
  HostStatus status;
  status.state_folder = folder;
  DOORMAN_TRY(const Database database, Database::choose(command.get(options::db).value_or(""), folder));
  const model::DatabaseInfo info = database.info();
  status.database = info.date;
  status.database_built_in = info.built_in;
  for (const auto& source : info.sources) status.database_records += source.records;
  // Of another host's root folder nothing is at work in this kernel.
  if (!command.get(options::host_root)) status.guard = read_guard(folder);
  status.doors = runtime_doors(host_root(command) + "/etc");
  status.state_bytes = bytes_below(folder);
  status.log_bytes = bytes_below(folder + "/events");
  if (const auto size = store::LayerCache(folder).size(); size.ok()) status.layers = size->files;
  add_images(command, folder, status);
  add_admissions(folder, now, status);
  DOORMAN_CHECK(add_log(folder, now, status));
  return status;
}

}  // namespace

int status(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const base::Time now = command.get(options::now).value_or(base::now());
  const auto told = gather(command, environment, now);
  if (!told.ok()) return tell_failure(told.error());
  if (command.get(options::policy_format) == cli::PolicyFormat::json) return tell(sink::status_json(*told));
  return tell(sink::status_table(*told, now, table_layout(command, environment)));
}

}  // namespace doorman::app
