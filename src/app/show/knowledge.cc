// SPDX-License-Identifier: Apache-2.0
#include "app/show/knowledge.h"

#include <algorithm>
#include <utility>

#include "app/terminal.h"
#include "app/watch/event_feed.h"
#include "app/watch/history_reading.h"
#include "base/log.h"
#include "derive/match.h"
#include "store/scan_records.h"

namespace doorman::app {

namespace options = cli::options;

base::Status read_log_story(const std::string& state_folder, LogStory& story) {
  DOORMAN_TRY(LogEvents log, LogEvents::open(state_folder, 0));
  while (const auto event = log.next()) {
    story.is_there = true;
    story.as_of = std::max(story.as_of, event->is_opening ? 0 : event->time);
    add_to_histories(story.kept, *event);
    story.used.add(event->seen, event->record, event->time);
  }
  log.tell_notes();
  story.histories = story.kept.all(log.feed().stream());
  return {};
}

std::string host_root(const cli::ParsedCommand& command) {
  std::string root = command.get(options::host_root).value_or("");
  while (root.ends_with('/')) root.pop_back();
  return root;
}

source::LocalImages read_engines(const cli::ParsedCommand& command) {
  const bool elsewhere = command.get(options::host_root).has_value();
  return source::read_local_images(elsewhere ? source::engine_folders_below(host_root(command))
                                             : source::local_engine_folders());
}

const KnownScan* KnownScans::find(const base::Digest& image) {
  const auto [place, is_new] = known_.try_emplace(image);
  if (is_new) {
    auto record = store::ScanRecords(state_folder_).find(image);
    if (!record.ok()) {
      base::log(base::LogLevel::warning, record.error().message());
    } else if (*record) {
      auto findings = derive::match((*record)->inventory, database_.reader());
      place->second.emplace(KnownScan{std::move(**record), std::move(findings)});
    }
  }
  return place->second ? &*place->second : nullptr;
}

sink::Options table_layout(const cli::ParsedCommand& command, const cli::Environment& environment) {
  sink::Options layout;
  layout.width = static_cast<std::size_t>(command.get(options::width).value_or(terminal_width(environment)));
  layout.colour = use_colour(command.get(options::color), environment);
  layout.utf8 = !output_is_terminal() || is_utf8(environment);
  layout.wide = command.get(options::wide);
  return layout;
}

}  // namespace doorman::app
