// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/interval.h"

#include <algorithm>
#include <compare>
#include <tuple>
#include <utility>

namespace doorman::derive::advisory_db {
namespace {

using model::VersionEvent;
using model::VersionEvents;
using version::VersionScheme;

std::weak_ordering compare(VersionScheme scheme, std::string_view a, std::string_view b) {
  // The zero of OSV is no version: it stands before 0, before 0.0.0-alpha, before everything.
  if (a == "0" || b == "0") return (a == "0" ? 0 : 1) <=> (b == "0" ? 0 : 1);
  return version::compare_versions(scheme, a, b);
}

std::vector<const VersionEvent*> sorted(VersionScheme scheme, const VersionEvents& events) {
  std::vector<const VersionEvent*> order;
  order.reserve(events.size());
  for (const VersionEvent& event : events) {
    if (event.kind != VersionEvent::Kind::limit) order.push_back(&event);
  }
  std::ranges::sort(order, [scheme](const VersionEvent* a, const VersionEvent* b) {
    const auto versions = compare(scheme, a->version, b->version);
    return versions != 0 ? versions < 0 : std::tuple(a->kind, a) < std::tuple(b->kind, b);
  });
  return order;
}

class Walk {
 public:
  explicit Walk(VersionScheme scheme) : scheme_(scheme) {}

  /// All events of one version: what opens, then what closes.
  void step(const VersionEvent* introduced, const VersionEvent* fixed, const VersionEvent* last) {
    const bool was_open = open_;
    if (introduced != nullptr && !open_) begin(introduced->version);
    if (last != nullptr) close(last->version, RangeEnd::last_affected);
    if (fixed != nullptr) close(fixed->version, RangeEnd::fixed);
    // Fixed and introduced in the same version goes on for who was affected before it, and is nothing otherwise.
    if (was_open && introduced != nullptr && fixed != nullptr && last == nullptr) begin(introduced->version);
  }

  std::vector<Interval> take() {
    if (open_) close({}, RangeEnd::open);
    return std::move(made_);
  }

 private:
  void begin(std::string_view version) {
    open_ = true;
    low_ = version == "0" ? std::string_view() : version;
  }
  void close(std::string_view version, RangeEnd end) {
    if (!open_) return;
    open_ = false;
    const bool empty = end == RangeEnd::fixed && compare(scheme_, low_.empty() ? "0" : low_, version) >= 0;
    if (!empty) made_.push_back({low_, version, end});
  }

  VersionScheme scheme_;
  bool open_ = false;
  std::string_view low_;
  std::vector<Interval> made_;
};

/// The highest limit; nothing when there is none or one of them is infinite.
const VersionEvent* highest_limit(VersionScheme scheme, const VersionEvents& events) {
  const VersionEvent* highest = nullptr;
  for (const VersionEvent& event : events) {
    if (event.kind != VersionEvent::Kind::limit) continue;
    if (event.version == "*") return nullptr;
    if (highest == nullptr || compare(scheme, event.version, highest->version) > 0) highest = &event;
  }
  return highest;
}

void cut(VersionScheme scheme, std::string_view limit, std::vector<Interval>& intervals) {
  std::erase_if(intervals, [&](const Interval& each) {
    return compare(scheme, each.low.empty() ? "0" : each.low, limit) >= 0;
  });
  for (Interval& each : intervals) {
    if (each.end == RangeEnd::open || compare(scheme, each.high, limit) > 0) {
      each.high = limit;
      each.end = RangeEnd::limit;
    } else if (each.end == RangeEnd::last_affected && compare(scheme, each.high, limit) == 0) {
      each.end = RangeEnd::limit;
    }
  }
}

}  // namespace

bool contains(VersionScheme scheme, const Interval& interval, std::string_view version) {
  if (!interval.low.empty() && version::compare_versions(scheme, version, interval.low) < 0) return false;
  switch (interval.end) {
    case RangeEnd::open:
      return true;
    case RangeEnd::fixed:
    case RangeEnd::limit:
      return version::compare_versions(scheme, version, interval.high) < 0;
    case RangeEnd::last_affected:
      return version::compare_versions(scheme, version, interval.high) <= 0;
  }
  return false;
}

std::vector<Interval> intervals_of(VersionScheme scheme, const VersionEvents& events) {
  const auto order = sorted(scheme, events);
  Walk walk(scheme);
  for (std::size_t i = 0; i < order.size();) {
    const VersionEvent* of_kind[3] = {};
    const std::size_t first = i;
    for (; i < order.size() && compare(scheme, order[i]->version, order[first]->version) == 0; ++i) {
      of_kind[static_cast<std::size_t>(order[i]->kind)] = order[i];
    }
    walk.step(of_kind[0], of_kind[1], of_kind[2]);
  }
  std::vector<Interval> made = walk.take();
  if (const VersionEvent* limit = highest_limit(scheme, events)) cut(scheme, limit->version, made);
  return made;
}

}  // namespace doorman::derive::advisory_db
