// SPDX-License-Identifier: Apache-2.0
#include "app/show/ls.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/policy/tell.h"
#include "app/show/knowledge.h"
#include "app/show/past.h"
#include "app/show/running.h"
#include "app/state.h"
#include "base/text.h"
#include "sink/host_images.h"
#include "sink/table_page.h"

namespace doorman::app {
namespace {

using base::Digest;
using base::Result;
namespace options = cli::options;

constexpr std::size_t most_problems = 10;

/// What the reader must know to judge the table.
std::vector<std::string> unknown_of(const source::LocalImages& local, const model::HostImages& host) {
  std::vector<std::string> unknown;
  if (!host.knows_running) {
    unknown.emplace_back("Which containers run: neither control groups nor an event log tell it.");
  }
  const auto unscanned = static_cast<std::uint64_t>(
      std::ranges::count(host.images, false, [](const auto& each) { return each.scanned; }));
  if (unscanned != 0) {
    unknown.push_back(
        fmt::format("What is in {}: never scanned. `doorman scan running` scans what runs here, `doorman up` all.",
                    sink::plural(unscanned, "image")));
  }
  if (host.nameless_running != 0) {
    unknown.push_back(fmt::format("Which image {} run{}: no engine's files say it.",
                                  sink::plural(host.nameless_running, "container"),
                                  host.nameless_running == 1 ? "s" : ""));
  }
  for (std::size_t i = 0; i < std::min(local.problems.size(), most_problems); ++i)
    unknown.push_back(local.problems[i]);
  if (local.problems.size() > most_problems) {
    unknown.push_back(fmt::format("{} more files could not be read.", local.problems.size() - most_problems));
  }
  return unknown;
}

Result<std::string> told(const cli::ParsedCommand& command, const cli::Environment& environment) {
  DOORMAN_TRY(const auto state, open_state(command.get(options::state_dir), environment));
  DOORMAN_TRY(const Database database, Database::choose(command.get(options::db).value_or(""), state.path()));
  source::LocalImages local = read_engines(command);
  if (!local.knows_running) {
    LogStory story;
    DOORMAN_CHECK(read_log_story(state.path(), story));
    add_running_of_log(story, local);
  }
  KnownScans scans(state.path(), database);
  derive::HostFacts facts{local.images, local.containers, local.knows_running, {}};
  std::set<Digest> digests;
  for (const model::LocalImage& image : local.images) digests.insert(image.digest);
  for (const model::LocalContainer& container : local.containers) {
    if (const auto digest = Digest::parse(container.image_id); digest.ok()) digests.insert(*digest);
  }
  for (const Digest& digest : digests) {
    const KnownScan* const scan = scans.find(digest);
    if (scan != nullptr) facts.scanned[digest] = {&scan->record.inventory, scan->findings};
  }
  model::HostImages host = derive::host_images(facts);
  auto history = open_history(state.path());
  const auto used = last_used(history);
  for (model::ImageOverview& image : host.images) {
    if (const auto last = used.find(image.digest.text()); last != used.end()) image.last_used = last->second;
  }
  const sink::HostNotes notes{command.get(options::now).value_or(base::now()), database.info().date,
                              unknown_of(local, host)};
  if (command.get(options::policy_format) == cli::PolicyFormat::json) return sink::host_images_json(host, notes);
  return sink::host_images_table(host, notes, table_layout(command, environment));
}

}  // namespace

int ls(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const auto text = told(command, environment);
  return text.ok() ? tell(*text) : tell_failure(text.error());
}

}  // namespace doorman::app
