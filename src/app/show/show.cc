// SPDX-License-Identifier: Apache-2.0
#include "app/show/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "app/policy/tell.h"
#include "app/show/admissions.h"
#include "app/show/knowledge.h"
#include "app/show/past.h"
#include "app/show/running.h"
#include "app/state.h"
#include "base/log.h"
#include "base/text.h"
#include "derive/image_page.h"
#include "derive/image_past.h"
#include "derive/named_image.h"
#include "derive/support.h"
#include "sink/image_page.h"
#include "sink/table_page.h"
#include "store/scan_records.h"

namespace doorman::app {
namespace {

using base::Digest;
using base::Result;
using model::ImagePage;
namespace options = cli::options;

class Show {
 public:
  Show(const cli::ParsedCommand& command, const cli::Environment& environment)
      : command_(command), environment_(environment), asked_(command.operands().front()) {}

  Result<std::string> run() {
    DOORMAN_TRY(const auto state, open_state(command_.get(options::state_dir), environment_));
    state_ = state.path();
    DOORMAN_TRY(const Database database, Database::choose(command_.get(options::db).value_or(""), state_));
    now_ = command_.get(options::now).value_or(base::now());
    local_ = read_engines(command_);
    DOORMAN_CHECK(read_log_story(state_, story_));
    history_ = open_history(state_);
    if (!local_.knows_running) add_running_of_log(story_, local_);
    DOORMAN_TRY(const Digest digest, find());
    KnownScans scans(state_, database);
    const KnownScan* const scan = scans.find(digest);
    ImagePage page(overview(digest, scan));
    page.asked = asked_;
    page.knows_running = local_.knows_running;
    if (scan != nullptr) add_scan(page, *scan, database);
    add_life(page, digest.text());
    add_past(page, digest.text());
    add_admissions(page, digest.text());
    add_unknown(page);
    if (command_.get(options::policy_format) == cli::PolicyFormat::json) return sink::image_page_json(page);
    return sink::image_page_table(page, now_, table_layout(command_, environment_));
  }

 private:
  /// Names that scans were told are asked only where nothing else fits: their files are large.
  [[nodiscard]] Result<Digest> find() {
    std::vector<derive::NamedImage> images;
    std::vector<derive::NamedContainer> containers;
    images.reserve(local_.images.size());
    for (const model::LocalImage& image : local_.images)
      images.push_back({image.digest, image.aliases, image.names});
    const store::ScanRecords records(state_);
    const std::vector<Digest> scanned = records.all();
    for (const Digest& digest : scanned) images.push_back({digest, {}, {}});
    const auto add = [&](const std::string& id, const std::string& name, const std::string& image) {
      const auto digest = Digest::parse(image);
      containers.push_back({id, name, digest.ok() ? std::optional(*digest) : std::nullopt});
    };
    for (const auto& each : local_.containers) add(each.id, each.name, each.image_id);
    for (const auto* each : story_.histories)
      add(each->container.id, each->container.name, each->container.image_id);
    auto found = derive::find_named_image(images, containers, asked_);
    if (found.ok() || found.error().code() != base::ErrorCode::not_found) return found;
    std::vector<derive::NamedImage> told;
    for (const Digest& digest : scanned) {
      const auto record = records.find(digest);
      if (!record.ok() || !*record) continue;
      const model::Inventory& inventory = (*record)->inventory;
      derive::NamedImage image{digest, {}, {inventory.target}};
      if (inventory.identity) {
        if (inventory.identity->manifest) image.aliases.push_back(*inventory.identity->manifest);
        if (inventory.identity->index) image.aliases.push_back(*inventory.identity->index);
        image.names.insert(image.names.end(), inventory.identity->names.begin(), inventory.identity->names.end());
      }
      told.push_back(std::move(image));
    }
    for (const auto* each : story_.histories) {
      const auto digest = Digest::parse(each->container.image_id);
      if (digest.ok()) told.push_back({*digest, {}, {each->container.image}});
    }
    containers.clear();
    for (const auto& [image, container] : past_containers(history_)) {
      const auto digest = Digest::parse(image);
      if (!digest.ok()) continue;
      told.push_back({*digest, {}, {container.image}});
      containers.push_back({container.id, container.name, *digest});
    }
    const auto by_scan = derive::find_named_image(told, containers, asked_);
    return by_scan.ok() || by_scan.error().code() != base::ErrorCode::not_found ? by_scan : found;
  }

  [[nodiscard]] model::ImageOverview overview(const Digest& digest, const KnownScan* scan) const {
    derive::HostFacts facts{local_.images, local_.containers, local_.knows_running, {}};
    if (scan != nullptr) facts.scanned[digest] = {&scan->record.inventory, scan->findings};
    model::HostImages host = derive::host_images(facts);
    const auto here = std::ranges::find(host.images, digest, &model::ImageOverview::digest);
    if (here != host.images.end()) return std::move(*here);
    model::ImageOverview image(digest);
    for (const auto* each : story_.histories) {
      if (each->container.image_id == digest.text() && !each->container.image.empty() && image.names.empty())
        image.names = {each->container.image};
    }
    if (scan == nullptr) return image;
    const model::Inventory& inventory = scan->record.inventory;
    if (inventory.identity && !inventory.identity->names.empty()) image.names = inventory.identity->names;
    else if (image.names.empty()) image.names = {inventory.target};
    if (inventory.config) image.created = derive::meant_date(inventory.config->created);
    image.scanned = true;
    image.flaws = derive::count_flaws(inventory, scan->findings, false);
    image.fixable = derive::count_flaws(inventory, scan->findings, true);
    return image;
  }

  void add_scan(ImagePage& page, const KnownScan& scan, const Database& database) const {
    page.scan.emplace(model::Report{scan.record.inventory, scan.findings, 0, database.info(), std::nullopt,
                                    DOORMAN_VERSION, scan.record.verdict});
    model::Inventory& inventory = page.scan->inventory;
    if (inventory.distribution) inventory.support = derive::support_of(*inventory.distribution, now_);
    page.verdict_database = scan.record.database;
    if (!page.scan->verdict) return;
    const base::Date today = std::chrono::floor<std::chrono::days>(now_);
    for (model::ExceptionUse& exception : page.scan->verdict->exceptions) {
      if (exception.last_day && *exception.last_day < today) exception.state = model::ExceptionUse::State::expired;
    }
  }

  void add_life(ImagePage& page, const std::string& digest) const {
    page.as_of = story_.as_of;
    for (const auto* each : story_.histories) {
      if (each->container.image_id == digest) page.histories.push_back(each);
    }
    for (const model::LocalContainer& each : local_.containers) {
      if (each.image_id == digest) page.containers.push_back(each);
    }
    page.together = derive::put_together(page.histories);
    if (const model::FileUses* uses = story_.used.of(digest)) derive::join_use(page, *uses);
    page.programs = derive::programs_of(page);
  }

  /// What the history remembers and the log has forgotten.
  void add_past(ImagePage& page, const std::string& digest) {
    auto past = past_of(history_, digest);
    if (!past) return;
    if (page.image.names.empty()) page.image.names = past->names;
    derive::join_past(page, *std::move(past), past_lives_);
  }

  void add_admissions(ImagePage& page, const std::string& digest) const {
    for (model::AdmissionTold& each : read_admissions(state_)) {
      if (each.image_id == digest) page.admissions.push_back(std::move(each));
    }
  }

  void add_unknown(ImagePage& page) const {
    if (!page.scan) page.unknown.emplace_back("What is in it: it was never scanned with this state folder.");
    if (!local_.knows_running) {
      page.unknown.emplace_back("Whether it runs: neither control groups nor an event log tell it.");
    }
    if (!page.histories.empty()) {
      page.unknown.emplace_back(
          "Which files its programs open that no rule asks for, and which libraries they map for moments only: the "
          "guard does not record it. A package that is not told as in use may be in use.");
    } else if (!story_.is_there) {
      page.unknown.emplace_back("What its containers do: no guard has written an event log here.");
    } else {
      page.unknown.emplace_back("What its containers do: the event log tells of none of them.");
    }
    if (page.together.lost != 0) {
      page.unknown.push_back(fmt::format("{} of its containers did not get into the log.",
                                         sink::plural(page.together.lost, "record")));
    }
    if (story_.used.not_kept() != 0) {
      page.unknown.push_back(
          fmt::format("{} of files in use found no room.", sink::plural(story_.used.not_kept(), "sighting")));
    }
    for (const std::string& problem : local_.problems) page.unknown.push_back(problem);
  }

  const cli::ParsedCommand& command_;
  const cli::Environment& environment_;
  std::string asked_, state_;
  base::Time now_{};
  source::LocalImages local_;
  LogStory story_;
  std::optional<store::HistoryReader> history_;
  std::vector<model::ContainerHistory> past_lives_;  ///< that the page points at
};

}  // namespace

int show(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const auto told = Show(command, environment).run();
  return told.ok() ? tell(*told) : tell_failure(told.error());
}

}  // namespace doorman::app
