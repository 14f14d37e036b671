// SPDX-License-Identifier: Apache-2.0
#include "store/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "base/digest.h"
#include "base/nanoseconds.h"
#include "base/sqlite_file.h"
#include "store/history_schema.h"

namespace doorman::store {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SqliteFile;
using base::SqliteStatement;
using base::Status;
using model::ImagePast;

namespace {

namespace fs = std::filesystem;

constexpr int application = 0x444d4831;  // "DMH1": what PRAGMA application_id tells file(1)
constexpr std::size_t max_text_bytes = 4096;
constexpr std::array<std::string_view, 7> lists = {"name",    "container", "scan", "verdict",
                                                   "program", "peer",      "drift"};

/// A container is there again when it is heard of so long after its end: late records come within a second.
constexpr std::uint64_t late_nanoseconds = 5 * base::nanoseconds_a_second;

std::string file_of(const std::string& state_folder) { return state_folder + "/history.db"; }

std::int64_t whole(std::uint64_t number) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(number, INT64_MAX));
}
std::uint64_t count_at(const base::SqliteRow& row, int column) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(row.integer(column), 0));
}
std::string text_at(const base::SqliteRow& row, int column) { return std::string(row.bytes(column)); }
std::string_view cut(std::string_view text) { return text.substr(0, max_text_bytes); }

Status check_version(SqliteFile& file, const std::string& path) {
  DOORMAN_TRY(const auto found, file.number("PRAGMA user_version").in(path));
  if (found == History::version) return {};
  return Error(ErrorCode::unsupported, fmt::format("{}: a history of version {}; this program has version {}", path,
                                                   found, History::version));
}

/// Fills in a row of a table whose rows may be there already.
constexpr std::string_view add_image =
    "INSERT INTO image(digest, first, last) VALUES(?1, ?2, ?3) ON CONFLICT(digest) DO UPDATE SET "
    "first = min(first, excluded.first), last = max(last, excluded.last) RETURNING id";
constexpr std::string_view add_name =
    "INSERT INTO name VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET last = max(last, excluded.last)";
constexpr std::string_view add_container =
    "INSERT INTO container VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET "
    "name = excluded.name, asked = excluded.asked, first = min(first, excluded.first), last = max(last, "
    "excluded.last), "
    "exit = CASE WHEN excluded.exit IS NOT NULL THEN excluded.exit "
    "WHEN excluded.ended = 0 AND ended != 0 AND excluded.last > ended + ?10 THEN NULL ELSE exit END, "
    "ended = CASE WHEN excluded.ended != 0 THEN excluded.ended WHEN excluded.last > ended + ?10 THEN 0 ELSE ended "
    "END";
constexpr std::string_view add_scan =
    "INSERT INTO scan VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO UPDATE SET "
    "first = min(first, excluded.first), last = max(last, excluded.last)";
constexpr std::string_view add_verdict =
    "INSERT INTO verdict VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET refused = excluded.refused, "
    "count = count + excluded.count, first = min(first, excluded.first), last = max(last, excluded.last)";
constexpr std::string_view add_program =
    "INSERT INTO program VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET "
    "sha256 = CASE WHEN excluded.sha256 != '' THEN excluded.sha256 ELSE sha256 END, count = count + "
    "excluded.count, "
    "first = min(first, excluded.first), last = max(last, excluded.last)";
constexpr std::string_view add_peer =
    "INSERT INTO peer VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO UPDATE SET "
    "count = count + excluded.count, refused = refused + excluded.refused, unknown = unknown + excluded.unknown, "
    "sent = sent + excluded.sent, received = received + excluded.received, first = min(first, excluded.first), "
    "last = max(last, excluded.last)";
constexpr std::string_view add_drift =
    "INSERT INTO drift VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET "
    "count = count + excluded.count, first = min(first, excluded.first), last = max(last, excluded.last)";

/// The queries of one writer.
struct Additions {
  static Result<Additions> prepare(SqliteFile& file) {
    DOORMAN_TRY(auto image, file.prepare(add_image));
    DOORMAN_TRY(auto name, file.prepare(add_name));
    DOORMAN_TRY(auto container, file.prepare(add_container));
    DOORMAN_TRY(auto scan, file.prepare(add_scan));
    DOORMAN_TRY(auto verdict, file.prepare(add_verdict));
    DOORMAN_TRY(auto program, file.prepare(add_program));
    DOORMAN_TRY(auto peer, file.prepare(add_peer));
    DOORMAN_TRY(auto drift, file.prepare(add_drift));
    DOORMAN_TRY(auto mark, file.prepare("INSERT OR REPLACE INTO mark VALUES(?1, ?2)"));
    std::vector<SqliteStatement> trims;
    for (const std::string_view list : lists) {
      DOORMAN_TRY(auto trim,
                  file.prepare(fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT rowid FROM {0} WHERE image = ?1 "
                                           "ORDER BY last DESC, rowid DESC LIMIT -1 OFFSET ?2)",
                                           list)));
      trims.push_back(std::move(trim));
    }
    return Additions{std::move(image),   std::move(name), std::move(container), std::move(scan), std::move(verdict),
                     std::move(program), std::move(peer), std::move(drift),     std::move(mark), std::move(trims)};
  }

  SqliteStatement image, name, container, scan, verdict, program, peer, drift, mark;
  std::vector<SqliteStatement> trims;  ///< as `lists`
};

}  // namespace

class History::Writer {
 public:
  Writer(std::string path, Limits limits) : path_(std::move(path)), limits_(limits) {}

  /// What is damaged is moved aside, once.
  Status open() {
    Status opened = open_file();
    if (opened.ok() || opened.error().code() != ErrorCode::invalid) return opened;
    DOORMAN_CHECK(move_aside(opened.error()));
    return open_file();
  }

  Status add(std::span<const ImagePast> news, std::string_view mark, std::uint64_t value) {
    Status added = add_once(news, mark, value);
    if (added.ok() || added.error().code() != ErrorCode::invalid) return added;
    DOORMAN_CHECK(move_aside(added.error()));
    DOORMAN_CHECK(open_file());
    return add_once(news, mark, value);
  }

  Result<std::uint64_t> mark(std::string_view name) {
    DOORMAN_CHECK(is_open());
    DOORMAN_TRY(auto query, file_->prepare("SELECT value FROM mark WHERE name = ?1"));
    std::uint64_t value = 0;
    DOORMAN_CHECK(query.bind(1, name).each([&](const base::SqliteRow& row) {
      value = count_at(row, 0);
      return false;
    }));
    return value;
  }

  Status prune(base::Time now) {
    DOORMAN_CHECK(is_open());
    const auto oldest = std::chrono::nanoseconds((now - limits_.max_age).time_since_epoch()).count();
    return file_
        ->run(fmt::format("DELETE FROM image WHERE last < {}; DELETE FROM image WHERE id IN "
                          "(SELECT id FROM image ORDER BY last DESC, id DESC LIMIT -1 OFFSET {})",
                          oldest, limits_.images))
        .in(path_);
  }

  std::optional<std::string> note;

 private:
  [[nodiscard]] Status is_open() const {
    return file_ ? Status() : Status(Error(ErrorCode::io, path_ + " is not open"));
  }

  Status open_file() {
    additions_.reset();
    file_.reset();
    DOORMAN_TRY(auto file,
                SqliteFile::open(path_, {.access = SqliteFile::Access::write, .most_bytes = limits_.bytes}));
    DOORMAN_TRY(const auto tables, file.number("SELECT count(*) FROM sqlite_schema").in(path_));
    if (tables == 0) {
      const Status made = file.transaction([&] {
        return file.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}; {}", application,
                                    version, history_schema));
      });
      DOORMAN_CHECK(Status(made).in(path_));
    }
    DOORMAN_CHECK(check_version(file, path_));
    DOORMAN_CHECK(check_content(file));
    DOORMAN_TRY(auto additions, Additions::prepare(file).in(path_));
    file_.emplace(std::move(file));
    additions_.emplace(std::move(additions));
    return {};
  }

  Status check_content(SqliteFile& file) {
    DOORMAN_TRY(auto query, file.prepare("PRAGMA quick_check(1)").in(path_));
    std::string said;
    DOORMAN_CHECK(query
                      .each([&](const base::SqliteRow& row) {
                        said = text_at(row, 0);
                        return false;
                      })
                      .in(path_));
    return said == "ok" ? Status() : Status(Error(ErrorCode::invalid, path_ + ": " + said));
  }

  Status move_aside(const Error& why) {
    additions_.reset();
    file_.reset();
    std::error_code failed;
    fs::rename(path_, path_ + ".bad", failed);
    if (failed) return Error(ErrorCode::io, fmt::format("{}: {}", path_, failed.message()));
    fs::remove(path_ + "-journal", failed);  // of the one that is gone; it must not be played into the new one
    note = fmt::format("{}; it is kept as {}.bad, and a new one begun", why.message(), path_);
    return {};
  }

  Status add_once(std::span<const ImagePast> news, std::string_view mark, std::uint64_t value) {
    DOORMAN_CHECK(is_open());
    const Status added = file_->transaction([&]() -> Status {
      for (const ImagePast& each : news) {
        if (base::Digest::parse(each.image).ok()) DOORMAN_CHECK(add_image(each));
      }
      if (mark.empty()) return {};
      return additions_->mark.bind(1, mark).bind(2, whole(value)).run();
    });
    return Status(added).in(path_);
  }

  Status add_image(const ImagePast& past) {
    std::int64_t image = 0;
    const auto take = [&](const base::SqliteRow& row) {
      image = row.integer(0);
      return true;
    };
    auto& query = additions_->image;
    DOORMAN_CHECK(query.bind(1, past.image).bind(2, whole(past.first)).bind(3, whole(past.last)).each(take));
    DOORMAN_CHECK(add_lists(image, past));
    for (SqliteStatement& trim : additions_->trims)
      DOORMAN_CHECK(trim.bind(1, image).bind(2, whole(limits_.rows)).run());
    return {};
  }

  Status add_lists(std::int64_t image, const ImagePast& past) {
    for (const std::string& name : past.names) {
      auto& query = additions_->name;
      DOORMAN_CHECK(
          query.bind(1, image).bind(2, cut(name)).bind(3, whole(past.first)).bind(4, whole(past.last)).run());
    }
    for (const auto& each : past.containers) DOORMAN_CHECK(add(image, each, past.last));
    for (const auto& each : past.scans) DOORMAN_CHECK(add(image, each));
    for (const auto& each : past.verdicts) DOORMAN_CHECK(add(image, each));
    for (const auto& each : past.programs) DOORMAN_CHECK(add(image, each));
    for (const auto& each : past.peers) DOORMAN_CHECK(add(image, each));
    for (const auto& each : past.drifted) DOORMAN_CHECK(add(image, each));
    return {};
  }

  Status add(std::int64_t image, const model::PastContainer& each, std::uint64_t last) {
    auto& query = additions_->container.bind(1, image).bind(2, cut(each.id)).bind(3, cut(each.name));
    query.bind(4, cut(each.engine)).bind(5, cut(each.image)).bind(6, whole(each.ended));
    if (each.exit) query.bind(7, std::int64_t{*each.exit});
    query.bind(8, whole(each.began)).bind(9, whole(each.ended != 0 ? each.ended : last));
    return query.bind(10, whole(late_nanoseconds)).run();
  }
  Status add(std::int64_t image, const model::PastScan& each) {
    const model::FlawCounts& flaws = each.flaws;
    auto& query = additions_->scan.bind(1, image);
    query.bind(2, each.database ? std::int64_t{each.database->time_since_epoch().count()} : 0);
    int parameter = 3;
    for (const std::uint64_t count :
         {flaws.exploited, flaws.critical, flaws.high, flaws.medium, flaws.low, flaws.other})
      query.bind(parameter++, whole(count));
    return query.bind(9, whole(each.first)).bind(10, whole(each.last)).run();
  }
  Status add(std::int64_t image, const model::PastVerdict& each) {
    auto& query = additions_->verdict.bind(1, image).bind(2, static_cast<std::int64_t>(each.door));
    return finish(query.bind(3, cut(each.rule)).bind(4, std::int64_t{each.refused}), 5, each.times);
  }
  Status add(std::int64_t image, const model::PastProgram& each) {
    auto& query = additions_->program.bind(1, image).bind(2, cut(each.path)).bind(3, cut(each.sha256));
    return finish(query, 4, each.times);
  }
  Status add(std::int64_t image, const model::PeerSeen& each) {
    auto& query =
        additions_->peer.bind(1, image).bind(2, std::int64_t{each.inbound}).bind(3, std::int64_t{each.protocol});
    query.bind(4, base::to_text(each.address)).bind(5, std::int64_t{each.port}).bind(6, cut(each.name));
    query.bind(7, whole(each.times.count)).bind(8, whole(each.refused)).bind(9, whole(each.unknown));
    query.bind(10, whole(each.sent)).bind(11, whole(each.received));
    return query.bind(12, whole(each.times.first)).bind(13, whole(each.times.last)).run();
  }
  Status add(std::int64_t image, const model::DriftSeen& each) {
    auto& query = additions_->drift.bind(1, image).bind(2, static_cast<std::int64_t>(each.reason));
    return finish(query.bind(3, static_cast<std::int64_t>(each.done)).bind(4, cut(each.path)), 5, each.times);
  }
  static Status finish(SqliteStatement& query, int from, const model::SeenTimes& times) {
    return query.bind(from, whole(times.count))
        .bind(from + 1, whole(times.first))
        .bind(from + 2, whole(times.last))
        .run();
  }

  std::string path_;
  Limits limits_;
  std::optional<SqliteFile> file_;
  std::optional<Additions> additions_;  ///< gone before the file is
};

History::History(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
History::~History() = default;
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;

Result<History> History::open(const std::string& state_folder, Limits limits) {
  auto writer = std::make_unique<Writer>(file_of(state_folder), limits);
  DOORMAN_CHECK(writer->open());
  return History(std::move(writer));
}

Status History::add(std::span<const ImagePast> news) { return writer_->add(news, {}, 0); }
Status History::add(std::span<const ImagePast> news, std::string_view mark, std::uint64_t value) {
  return writer_->add(news, mark, value);
}
Result<std::uint64_t> History::mark(std::string_view name) { return writer_->mark(name); }
Status History::prune(base::Time now) { return writer_->prune(now); }
std::optional<std::string> History::take_note() { return std::exchange(writer_->note, std::nullopt); }

/// What does not decode is left out: the file may be anybody's who can write to the state folder.
class HistoryReader::Reader {
 public:
  explicit Reader(SqliteFile file) : file_(std::move(file)) {}

  Result<std::optional<ImagePast>> find(std::string_view digest) {
    std::int64_t image = 0;
    ImagePast past;
    past.image = digest;
    DOORMAN_TRY(auto query, file_.prepare("SELECT id, first, last FROM image WHERE digest = ?1"));
    DOORMAN_CHECK(query.bind(1, digest).each([&](const base::SqliteRow& row) {
      image = row.integer(0);
      past.first = count_at(row, 1);
      past.last = count_at(row, 2);
      return false;
    }));
    if (image == 0) return std::optional<ImagePast>();
    DOORMAN_CHECK(each("name FROM name", image, [&](const auto& row) { past.names.push_back(text_at(row, 0)); }));
    DOORMAN_CHECK(read_containers(image, past));
    DOORMAN_CHECK(read_verdicts(image, past));
    DOORMAN_CHECK(read_programs(image, past));
    DOORMAN_CHECK(read_peers(image, past));
    DOORMAN_CHECK(read_drift(image, past));
    return std::optional(std::move(past));
  }

  Result<std::map<std::string, std::uint64_t, std::less<>>> last_used() {
    std::map<std::string, std::uint64_t, std::less<>> used;
    DOORMAN_TRY(auto query, file_.prepare("SELECT digest, max(container.last) FROM container JOIN image ON "
                                          "image.id = container.image GROUP BY container.image"));
    DOORMAN_CHECK(query.each([&](const base::SqliteRow& row) {
      used.emplace(text_at(row, 0), count_at(row, 1));
      return true;
    }));
    return used;
  }

  Result<std::vector<std::pair<std::string, model::PastContainer>>> containers(std::size_t most) {
    std::vector<std::pair<std::string, model::PastContainer>> found;
    DOORMAN_TRY(
        auto query,
        file_.prepare("SELECT container.id, name, engine, asked, container.first, ended, exit, digest FROM "
                      "container JOIN image ON image.id = container.image ORDER BY container.last DESC LIMIT ?1"));
    DOORMAN_CHECK(query.bind(1, whole(most)).each([&](const base::SqliteRow& row) {
      found.emplace_back(text_at(row, 7), container_of(row));
      return true;
    }));
    return found;
  }

 private:
  /// `what` is columns and the table; calls for each row of that image, oldest first.
  Status each(std::string_view what, std::int64_t image, const std::function<void(const base::SqliteRow&)>& take) {
    DOORMAN_TRY(auto query, file_.prepare(fmt::format("SELECT {} WHERE image = ?1 ORDER BY first, rowid", what)));
    return query.bind(1, image).each([&](const base::SqliteRow& row) {
      take(row);
      return true;
    });
  }

  static model::PastContainer container_of(const base::SqliteRow& row) {
    model::PastContainer container;
    container.id = text_at(row, 0);
    container.name = text_at(row, 1);
    container.engine = text_at(row, 2);
    container.image = text_at(row, 3);
    container.began = count_at(row, 4);
    container.ended = count_at(row, 5);
    if (!row.is_null(6)) container.exit = static_cast<int>(row.integer(6) & 0xffff);
    return container;
  }
  static model::SeenTimes times_at(const base::SqliteRow& row, int from) {
    return {count_at(row, from), count_at(row, from + 1), count_at(row, from + 2)};
  }

  Status read_containers(std::int64_t image, ImagePast& past) {
    DOORMAN_CHECK(each("id, name, engine, asked, first, ended, exit FROM container", image,
                       [&](const auto& row) { past.containers.push_back(container_of(row)); }));
    return each("first, last, database, exploited, critical, high, medium, low, other FROM scan", image,
                [&](const auto& row) {
                  model::PastScan scan;
                  scan.first = count_at(row, 0);
                  scan.last = count_at(row, 1);
                  if (const auto date = count_at(row, 2); date != 0)
                    scan.database = base::Time(std::chrono::seconds(static_cast<std::int64_t>(date)));
                  scan.flaws = {count_at(row, 3), count_at(row, 4), count_at(row, 5),
                                count_at(row, 6), count_at(row, 7), count_at(row, 8)};
                  past.scans.push_back(scan);
                });
  }
  Status read_verdicts(std::int64_t image, ImagePast& past) {
    return each("door, rule, refused, count, first, last FROM verdict", image, [&](const auto& row) {
      if (row.integer(0) < 0 || row.integer(0) > static_cast<int>(model::PastVerdict::Door::guard)) return;
      past.verdicts.push_back({static_cast<model::PastVerdict::Door>(row.integer(0)), text_at(row, 1),
                               row.integer(2) != 0, times_at(row, 3)});
    });
  }
  Status read_programs(std::int64_t image, ImagePast& past) {
    return each("path, sha256, count, first, last FROM program", image, [&](const auto& row) {
      past.programs.push_back({text_at(row, 0), text_at(row, 1), times_at(row, 2)});
    });
  }
  Status read_peers(std::int64_t image, ImagePast& past) {
    return each(
        "inbound, protocol, address, port, name, refused, unknown, sent, received, count, first, last FROM peer",
        image, [&](const auto& row) {
          const auto address = base::IpAddress::parse(text_at(row, 2));
          if (!address) return;
          model::PeerSeen peer;
          peer.inbound = row.integer(0) != 0;
          peer.protocol = static_cast<std::uint8_t>(row.integer(1));
          peer.address = *address;
          peer.port = static_cast<std::uint16_t>(row.integer(3));
          peer.name = text_at(row, 4);
          peer.refused = count_at(row, 5);
          peer.unknown = count_at(row, 6);
          peer.sent = count_at(row, 7);
          peer.received = count_at(row, 8);
          peer.times = times_at(row, 9);
          past.peers.push_back(std::move(peer));
        });
  }
  Status read_drift(std::int64_t image, ImagePast& past) {
    using Drift = model::DriftRecord;
    return each("reason, done, path, count, first, last FROM drift", image, [&](const auto& row) {
      const auto reason = row.integer(0), done = row.integer(1);
      if (reason < static_cast<int>(Drift::Reason::written) || reason > static_cast<int>(Drift::Reason::data))
        return;
      if (done < 0 || done > static_cast<int>(Drift::Done::killed)) return;
      past.drifted.push_back(
          {text_at(row, 2), static_cast<Drift::Reason>(reason), static_cast<Drift::Done>(done), times_at(row, 3)});
    });
  }

  SqliteFile file_;
};

HistoryReader::HistoryReader(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
HistoryReader::~HistoryReader() = default;
HistoryReader::HistoryReader(HistoryReader&&) noexcept = default;
HistoryReader& HistoryReader::operator=(HistoryReader&&) noexcept = default;

Result<std::optional<HistoryReader>> HistoryReader::open(const std::string& state_folder) {
  const std::string path = file_of(state_folder);
  auto file = SqliteFile::open(path, {});
  if (!file.ok() && file.error().code() == ErrorCode::not_found) return std::optional<HistoryReader>();
  if (!file.ok()) return file.error();
  DOORMAN_TRY(const auto tables, file->number("SELECT count(*) FROM sqlite_schema").in(path));
  if (tables == 0) return std::optional<HistoryReader>();  // that is being made
  DOORMAN_CHECK(check_version(*file, path));
  return std::optional(HistoryReader(std::make_unique<Reader>(*std::move(file))));
}

Result<std::optional<ImagePast>> HistoryReader::find(std::string_view image) {
  return reader_->find(image).in("history.db");
}
Result<std::map<std::string, std::uint64_t, std::less<>>> HistoryReader::last_used() {
  return reader_->last_used().in("history.db");
}
Result<std::vector<std::pair<std::string, model::PastContainer>>> HistoryReader::containers(std::size_t most) {
  return reader_->containers(most).in("history.db");
}

}  // namespace doorman::store
