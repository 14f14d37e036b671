// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/flaws.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "model/cvss.h"

namespace doorman::derive::advisory_db {
namespace {

constexpr std::uint32_t unused = 0xffffffff;

struct Candidate {
  int version_rank = 0;
  bool from_advisory = false;
  std::uint8_t score = 0;
  std::string_view text;
  Name cvss = 0;
  model::Severity severity = model::Severity::unknown;

  [[nodiscard]] auto key() const { return std::tuple(version_rank, from_advisory, score, text); }
};

Candidate candidate_of(const StringPool& names, const StagedFacts& facts) {
  Candidate made;
  const std::string_view vector = names.view(facts.cvss);
  const auto rated = model::parse_cvss(vector);
  if (!rated) return made;
  made.version_rank = vector.starts_with("CVSS:3") ? 3 : vector.starts_with("CVSS:4") ? 2 : 1;
  made.from_advisory = !facts.from_list;
  made.score = static_cast<std::uint8_t>(std::lround(rated->score * 10));
  made.text = vector;
  made.cvss = facts.cvss;
  made.severity = rated->severity;
  return made;
}

std::uint32_t earlier(std::uint32_t a, std::uint32_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

}  // namespace

Flaws::Flaws(const Staging& staged) : staged_(staged), numbers_(staged.names.size(), unused) {
  collect_names();
  collect_facts();
}

void Flaws::collect_names() {
  for (const StagedEntry& entry : staged_.entries) numbers_[staged_.classes.root(entry.flaw)] = 0;
  for (const StagedListing& listing : staged_.listings) numbers_[staged_.classes.root(listing.flaw)] = 0;
  std::vector<std::pair<Name, Name>> members;  // root, name
  for (Name name = 1; name < staged_.names.size(); ++name) {
    const Name root = staged_.classes.root(name);
    if (numbers_[root] != unused) members.emplace_back(root, name);
  }
  const auto text = [this](Name name) { return staged_.names.view(name); };
  std::ranges::sort(members, [&](const auto& a, const auto& b) {
    return std::tuple(a.first, text(a.second)) < std::tuple(b.first, text(b.second));
  });
  std::vector<std::pair<Flaw, Name>> found;
  for (auto first = members.begin(); first != members.end();) {
    const auto end =
        std::find_if(first, members.end(), [&](const auto& each) { return each.first != first->first; });
    Flaw flaw;
    flaw.id = std::min_element(first, end, [&](const auto& a, const auto& b) {
                return better_name(text(a.second), text(b.second));
              })->second;
    for (auto each = first; each != end; ++each) {
      flaw.exploited = flaw.exploited || staged_.exploited.contains(each->second);
      if (each->second != flaw.id && !text(each->second).starts_with("VCID-")) flaw.aliases.push_back(each->second);
    }
    found.emplace_back(std::move(flaw), first->first);
    first = end;
  }
  std::ranges::sort(found, {}, [&](const auto& each) { return text(each.first.id); });
  for (auto& [flaw, root] : found) {
    numbers_[root] = static_cast<std::uint32_t>(flaws_.size());
    flaws_.push_back(std::move(flaw));
  }
}

void Flaws::collect_facts() {
  std::vector<Candidate> best(flaws_.size());
  std::vector<model::Severity> words(flaws_.size(), model::Severity::unknown);
  for (const StagedFacts& facts : staged_.facts) {
    const std::uint32_t index = number(facts.flaw);
    if (index == unused) continue;
    Flaw& flaw = flaws_[index];
    if (facts.cvss != 0) {
      const Candidate candidate = candidate_of(staged_.names, facts);
      if (best[index].key() < candidate.key()) best[index] = candidate;
    }
    words[index] = std::max(words[index], facts.word);
    if (flaw.summary == 0) flaw.summary = facts.summary;
    flaw.published = earlier(flaw.published, facts.published);
    flaw.modified = std::max(flaw.modified, facts.modified);
    if (facts.epss != no_epss) flaw.epss = flaw.epss == no_epss ? facts.epss : std::max(flaw.epss, facts.epss);
  }
  for (std::size_t i = 0; i < flaws_.size(); ++i) {
    flaws_[i].cvss = best[i].cvss;
    flaws_[i].score = best[i].score;
    flaws_[i].severity = best[i].cvss != 0 ? best[i].severity : words[i];
  }
}

}  // namespace doorman::derive::advisory_db
