// SPDX-License-Identifier: Apache-2.0
#include "app/up/history_keeper.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "app/db.h"
#include "app/show/knowledge.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/nanoseconds.h"
#include "base/time.h"
#include "derive/host_images.h"
#include "derive/image_past.h"
#include "model/merged_usr.h"
#include "store/scan_records.h"

namespace doorman::app {
namespace {

using base::Status;
using model::ImagePast;
using model::PastVerdict;

constexpr std::size_t most_given = 64, most_unwritten = 256, most_images = 4096, most_programs = 1U << 16U;
constexpr std::chrono::hours prune_every{1};
constexpr std::string_view door_mark = "runtime door";
// Doors write their lines a moment after the time that stands in them.
constexpr std::uint64_t door_patience = 2 * base::nanoseconds_a_second;

ImagePast seen_now(std::string image, std::uint64_t time) {
  ImagePast past;
  past.image = std::move(image);
  past.first = past.last = time;
  return past;
}

ImagePast past_of(const ToldAdmission& told) {
  ImagePast past = seen_now(told.image_id, told.nanoseconds);
  for (const auto& rule : told.rules) {
    past.verdicts.push_back({PastVerdict::Door::runtime,
                             rule.name,
                             rule.refuses && !told.broken_glass,
                             {1, told.nanoseconds, told.nanoseconds}});
  }
  return past;
}

ImagePast past_of(const std::string& image, const KnownScan& scan, const Database& database) {
  const std::uint64_t now = base::read_clock(CLOCK_REALTIME);
  ImagePast past = seen_now(image, now);
  past.scans.push_back(
      {now, now, database.info().date, derive::count_flaws(scan.record.inventory, scan.findings, false)});
  if (!scan.record.verdict) return past;
  for (const model::MatchedRule& rule : scan.record.verdict->rules) {
    if (rule.matches == 0) continue;
    const bool refused = model::decision_of(rule.action) == model::Decision::deny;
    past.verdicts.push_back({PastVerdict::Door::scan, rule.name, refused, {1, now, now}});
  }
  return past;
}

/// Digests of an image's programs, by path as merged_usr() spells it.
std::map<std::string, std::string, std::less<>> digests_of(const model::Inventory& inventory) {
  std::map<std::string, std::string, std::less<>> digests;
  for (const model::FoundProgram& each : inventory.programs) {
    if (each.file.sha256.algorithm() == base::DigestAlgorithm::sha256)
      digests.emplace(model::merged_usr(each.file.path), each.file.sha256.hex());
  }
  return digests;
}

bool has_drifted(const ImagePast& past, std::string_view path) {
  return std::ranges::find(past.drifted, path, &model::DriftSeen::path) != past.drifted.end();
}

}  // namespace

HistoryKeeper::HistoryKeeper(Settings settings)
    : settings_(std::move(settings)),
      facts_(settings_.state_folder),
      admissions_(settings_.state_folder),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

HistoryKeeper::~HistoryKeeper() = default;

void HistoryKeeper::give(std::unique_ptr<derive::ContainerHistories> lives) {
  {
    const std::scoped_lock lock(mutex_);
    given_.push_back(std::move(lives));
    if (given_.size() > most_given) given_.pop_front();
  }
  changed_.notify_one();
}

void HistoryKeeper::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    step();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, settings_.every, [this] { return !given_.empty(); });
  }
  step();
}

void HistoryKeeper::step() {
  std::vector<ImagePast> news = std::exchange(unwritten_, {});
  take_given(news);
  const Status done = write(news);
  complain(done);
  if (done.ok()) return;
  if (news.size() > most_unwritten)
    news.erase(news.begin(), news.end() - static_cast<std::ptrdiff_t>(most_unwritten));
  unwritten_ = std::move(news);
}

/// Adds to the news what it looks for itself, so that all of it can be tried again.
Status HistoryKeeper::write(std::vector<ImagePast>& news) {
  if (!history_) {
    DOORMAN_TRY(history_, store::History::open(settings_.state_folder));
  }
  if (!heard_) {
    DOORMAN_TRY(heard_, history_->mark(door_mark));
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - pruned_ >= prune_every) {
    DOORMAN_CHECK(history_->prune(base::now()));
    pruned_ = now;
  }
  add_scans(news);
  const std::uint64_t heard = *heard_;
  add_admissions(news);
  if (news.empty() && *heard_ == heard) return {};
  return history_->add(news, door_mark, *heard_);
}

void HistoryKeeper::take_given(std::vector<ImagePast>& news) {
  std::deque<std::unique_ptr<derive::ContainerHistories>> given;
  {
    const std::scoped_lock lock(mutex_);
    given.swap(given_);
  }
  for (const auto& lives : given) {
    auto pasts = derive::pasts_of(lives->all());
    add_digests(pasts);
    news.insert(news.end(), std::make_move_iterator(pasts.begin()), std::make_move_iterator(pasts.end()));
  }
}

void HistoryKeeper::add_admissions(std::vector<ImagePast>& news) {
  admissions_.refresh();
  const std::uint64_t until = base::read_clock(CLOCK_REALTIME) - door_patience;
  while (const auto told = admissions_.next(until)) {
    if (told->nanoseconds <= *heard_) continue;
    heard_ = told->nanoseconds;
    if (!told->image_id.empty()) news.push_back(past_of(*told));
  }
  admissions_.tell_notes();
}

/// Of each image that is heard of: once, and again when a scan has left something.
void HistoryKeeper::add_scans(std::vector<ImagePast>& news) {
  if (const std::uint64_t version = facts_.version(); std::exchange(scans_version_, version) != version) {
    std::set<std::string, std::less<>> again;
    again.swap(looked_);
    for (const std::string& image : again) news.push_back(seen_now(image, base::read_clock(CLOCK_REALTIME)));
  }
  std::vector<std::string> images;
  for (const ImagePast& past : news) {
    if (looked_.size() < most_images && looked_.insert(past.image).second) images.push_back(past.image);
  }
  if (images.empty()) return;
  const auto database = Database::choose("", settings_.state_folder);
  if (!database.ok()) return;  // the scans themselves tell of it
  KnownScans scans(settings_.state_folder, *database);
  for (const std::string& image : images) {
    const auto digest = base::Digest::parse(image);
    const KnownScan* const scan = digest.ok() ? scans.find(*digest) : nullptr;
    if (scan != nullptr) news.push_back(past_of(image, *scan, *database));
  }
}

/// Of programs that are heard of for the first time.
void HistoryKeeper::add_digests(std::vector<ImagePast>& news) {
  const store::ScanRecords records(settings_.state_folder);
  if (programs_.size() > most_programs) programs_.clear();
  for (ImagePast& past : news) {
    std::vector<model::PastProgram*> wanted;
    for (model::PastProgram& each : past.programs) {
      const std::uint64_t name = base::hash64(each.path, base::hash64(past.image));
      if (each.path.starts_with('/') && !has_drifted(past, each.path) && programs_.insert(name).second)
        wanted.push_back(&each);
    }
    const auto digest = base::Digest::parse(past.image);
    if (wanted.empty() || !digest.ok()) continue;
    const auto record = records.find(*digest);
    if (!record.ok() || !*record) continue;
    const auto digests = digests_of((*record)->inventory);
    for (model::PastProgram* each : wanted) {
      const auto found = digests.find(model::merged_usr(std::string_view(each->path).substr(1)));
      if (found != digests.end()) each->sha256 = found->second;
    }
  }
}

void HistoryKeeper::complain(const Status& done) {
  const auto note = history_ ? history_->take_note() : std::nullopt;
  if (note) base::log(base::LogLevel::warning, "history: " + *note);
  std::string said = done.ok() ? std::string() : done.error().message();
  if (!said.empty() && said != told_)
    base::log(base::LogLevel::warning, "history: " + said + "; the guard goes on without");
  told_ = std::move(said);
}

}  // namespace doorman::app
