// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/osv.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace doorman::parse::advisory {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;
using base::Status;
using model::Ecosystem;
using model::FixState;
using model::VersionEvent;

Error over_limit(std::string_view what, std::size_t limit) {
  return {ErrorCode::limit, std::string(what) + ": more than " + std::to_string(limit)};
}

Result<std::string> bounded(std::string_view what, std::string_view text) {
  if (text.size() > OsvLimits::text_bytes) {
    return Error(ErrorCode::limit,
                 std::string(what) + ": longer than " + std::to_string(OsvLimits::text_bytes) + " bytes");
  }
  return std::string(text);
}

Result<std::vector<std::string>> read_names(JsonValue record, std::string_view member) {
  std::vector<std::string> names;
  for (const JsonValue& item : record[member].items()) {
    const std::string_view name = item.string_or("");
    if (name.empty()) continue;
    if (names.size() == OsvLimits::names) return over_limit(member, OsvLimits::names);
    DOORMAN_TRY(std::string text, bounded(member, name));
    names.push_back(std::move(text));
  }
  return names;
}

/// Go writes year 1 where it knows no date.
std::optional<base::Time> read_time(JsonValue value) {
  const auto time = base::parse_time(value.string_or(""));
  if (!time || time->time_since_epoch().count() <= 0) return std::nullopt;
  return time;
}

std::string one_line(std::string_view text) {
  text = text.substr(0, text.find_first_of("\r\n"));
  if (text.size() > OsvLimits::summary_bytes) {
    std::size_t end = OsvLimits::summary_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not within a character
    text = text.substr(0, end);
  }
  return std::string(base::trim(text));
}

model::Severity severity_word(JsonValue holder) {
  for (const std::string_view member : {"database_specific", "ecosystem_specific"}) {
    const auto word = model::parse_severity(holder[member]["severity"].string_or(""));
    if (word && *word != model::Severity::unknown) return *word;
  }
  return model::Severity::unknown;
}

/// `severity` of a record or of one of its packages. A type that is no vector (`Ubuntu`: `medium`) is a word.
Result<model::Rating> read_rating(JsonValue holder) {
  model::Rating rating;
  for (const JsonValue& item : holder["severity"].items()) {
    if (rating.vectors.size() == OsvLimits::names) return over_limit("severity", OsvLimits::names);
    const std::string_view score = item["score"].string_or("");
    if (item["type"].string_or("").starts_with("CVSS")) {
      DOORMAN_TRY(std::string vector, bounded("severity", score));
      if (!vector.empty()) rating.vectors.push_back(std::move(vector));
    } else if (const auto word = model::parse_severity(score)) {
      rating.word = std::max(rating.word, *word);
    }
  }
  rating.word = std::max(rating.word, severity_word(holder));
  return rating;
}

struct EventName {
  std::string_view text;
  VersionEvent::Kind kind;
};
constexpr std::array event_names{
    EventName{"introduced", VersionEvent::Kind::introduced},
    EventName{"fixed", VersionEvent::Kind::fixed},
    EventName{"last_affected", VersionEvent::Kind::last_affected},
    EventName{"limit", VersionEvent::Kind::limit},
};

/// What may still be taken from one record.
struct Budget {
  std::size_t events = OsvLimits::events;
  std::size_t versions = OsvLimits::versions;
};

Result<model::VersionEvents> read_events(JsonValue range, Budget& budget) {
  model::VersionEvents events;
  for (const JsonValue& item : range["events"].items()) {
    for (const auto& [text, kind] : event_names) {
      const auto version = item[text].string();
      if (!version) continue;
      if (budget.events-- == 0) return over_limit("events", OsvLimits::events);
      DOORMAN_TRY(std::string bound, bounded(text, *version));
      events.push_back({kind, std::move(bound)});
    }
  }
  return events;
}

Status read_ranges(const std::vector<JsonValue>& ranges, Budget& budget, model::Affected& affected) {
  for (const JsonValue& range : ranges) {
    const std::string_view type = range["type"].string_or("");
    if (type != "ECOSYSTEM" && type != "SEMVER") continue;
    DOORMAN_TRY(model::VersionEvents events, read_events(range, budget));
    if (!events.empty()) affected.ranges.push_back(std::move(events));
  }
  return {};
}

bool is_everything(const model::VersionEvents& events) {
  return events.size() == 1 && events[0] == VersionEvent{VersionEvent::Kind::introduced, "0"};
}

Status read_versions(JsonValue package, Budget& budget, model::Affected& affected) {
  for (const JsonValue& item : package["versions"].items()) {
    if (budget.versions-- == 0) return over_limit("versions", OsvLimits::versions);
    DOORMAN_TRY(std::string version, bounded("versions", item.string_or("")));
    if (!version.empty()) affected.versions.push_back(std::move(version));
  }
  return {};
}

void read_debian_state(JsonValue specific, model::Affected& affected) {
  const std::string_view urgency = specific["urgency"].string_or("");
  if (urgency.starts_with("unimportant")) {
    affected.unimportant = true;
    affected.unfixed = FixState::will_not_fix;
  } else if (urgency == "end-of-life") {
    affected.unfixed = FixState::end_of_life;
  } else if (urgency == "no-dsa" || urgency == "ignored") {
    affected.unfixed = FixState::will_not_fix;
  } else if (affected.rating.word == model::Severity::unknown) {
    affected.rating.word = model::parse_severity(urgency).value_or(model::Severity::unknown);
  }
  const std::string_view reason = specific["nodsa_reason"].string_or("");
  // Postponed means: with the next update.
  if (specific["nodsa"].is_string() && reason != "postponed") affected.unfixed = FixState::will_not_fix;
}

Result<model::Affected> read_affected(JsonValue item, model::EcosystemRelease ecosystem, Budget& budget) {
  model::Affected affected;
  affected.ecosystem = std::move(ecosystem);
  DOORMAN_TRY(affected.name, bounded("package name", item["package"]["name"].string_or("")));
  DOORMAN_CHECK(read_ranges(item["ranges"].items(), budget, affected));
  const JsonValue custom = item["ecosystem_specific"]["custom_ranges"];
  if (affected.ecosystem.ecosystem == Ecosystem::go && custom.is_array() &&
      std::ranges::all_of(affected.ranges, is_everything)) {
    affected.ranges.clear();
    DOORMAN_CHECK(read_ranges(custom.items(), budget, affected));
  }
  DOORMAN_CHECK(read_versions(item, budget, affected));
  DOORMAN_TRY(affected.rating, read_rating(item));
  if (affected.ecosystem.ecosystem == Ecosystem::debian) read_debian_state(item["ecosystem_specific"], affected);
  return affected;
}

Status read_packages(JsonValue record, model::Advisory& advisory) {
  Budget budget;
  for (const JsonValue& item : record["affected"].items()) {
    if (advisory.affected.size() + advisory.skipped.size() == OsvLimits::affected) {
      return over_limit("affected", OsvLimits::affected);
    }
    const std::string_view name = item["package"]["ecosystem"].string_or("");
    auto ecosystem = model::parse_ecosystem(name);
    if (!ecosystem) {
      DOORMAN_TRY(std::string skipped, bounded("ecosystem", name));
      advisory.skipped.push_back(std::move(skipped));
      continue;
    }
    DOORMAN_TRY(model::Affected affected, read_affected(item, std::move(*ecosystem), budget));
    if (!affected.name.empty()) advisory.affected.push_back(std::move(affected));
  }
  return {};
}

Status read_record(JsonValue record, model::Advisory& advisory) {
  DOORMAN_TRY(advisory.aliases, read_names(record, "aliases"));
  DOORMAN_TRY(advisory.upstream, read_names(record, "upstream"));
  DOORMAN_TRY(advisory.related, read_names(record, "related"));
  DOORMAN_TRY(advisory.rating, read_rating(record));
  advisory.published = read_time(record["published"]);
  advisory.modified = read_time(record["modified"]);
  advisory.withdrawn = record["withdrawn"].is_string();
  advisory.summary = one_line(record["summary"].string_or(""));
  return read_packages(record, advisory);
}

}  // namespace

Result<model::Advisory> parse_osv(JsonValue record) {
  model::Advisory advisory;
  const std::string_view id = record["id"].string_or("");
  if (id.empty()) return Error(ErrorCode::invalid, "no OSV record: it has no id");
  DOORMAN_TRY(advisory.id, bounded("id", id));
  DOORMAN_CHECK(read_record(record, advisory).in(base::printable(id)));
  return advisory;
}

Result<model::Advisory> parse_osv(base::Bytes json) {
  DOORMAN_TRY(const base::JsonDocument document, base::JsonDocument::parse(json));
  return parse_osv(document.root());
}

}  // namespace doorman::parse::advisory
