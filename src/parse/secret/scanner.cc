// SPDX-License-Identifier: Apache-2.0
#include "parse/secret/scanner.h"

#include <algorithm>
#include <array>
#include <functional>
#include <tuple>
#include <utility>

#include "base/digest.h"
#include "base/hash.h"
#include "base/text.h"
#include "parse/secret/check.h"
#include "parse/secret/compiled_rules.h"

namespace doorman::parse::secret {

using base::Bytes;
using base::Result;
using base::Status;

namespace {

/// The beginning of a digest, for a secret that is too long and too random to be found by trying. Others get none:
/// who has a list of passwords would find them.
std::string fingerprint_of(const Rule& rule, std::string_view secret, double entropy) {
  constexpr double min_bits = 72;
  constexpr std::size_t digits = 16;
  if (rule.guessable || entropy * static_cast<double>(secret.size()) < min_bits) return {};
  base::Hasher hasher;
  hasher.update("doorman secret\n");
  hasher.update(secret);
  return hasher.finish().hex().substr(0, digits);
}

/// What begins compressed data: gzip, xz, bzip2, zstd, zip, PNG, JPEG.
bool is_compressed(Bytes head) {
  constexpr std::array<std::string_view, 7> magics = {"\x1f\x8b",
                                                      "\xfd"
                                                      "7zXZ",
                                                      "BZh",
                                                      "\x28\xb5\x2f\xfd",
                                                      "PK\x03\x04",
                                                      "\x89PNG",
                                                      "\xff\xd8\xff"};
  return std::ranges::any_of(magics, [&](std::string_view magic) { return head.starts_with(magic); });
}

}  // namespace

/// Offsets are those in the block that is being searched, unless they are called absolute.
struct SecretScanner::Work {
  Work(const CompiledRules& compiled, std::optional<base::PatternSet::Searcher> keyword_searcher)
      : rules(compiled),
        searcher(std::move(keyword_searcher)),
        windows(compiled.rules.size()),
        applies(compiled.rules.size()),
        matched_to(compiled.rules.size()) {}

  /// Where a rule's expression is to be tried.
  struct Window {
    std::size_t from = 0, to = 0;
  };
  struct Hit {
    std::uint32_t rule;
    std::uint64_t begin, end;  // absolute
    std::uint64_t value;       // hash of the secret
    model::Secret secret;
  };
  enum class Applies : std::uint8_t { unknown, no, yes };

  void begin(std::string_view new_path, std::uint64_t new_size);
  bool applies_here(std::uint32_t rule);
  void decide(Bytes head);
  Status search(Bytes block, bool last);
  using KeywordHit = std::function<Status(std::uint32_t keyword, std::size_t end)>;
  Status find_keywords(Bytes block, const KeywordHit& hit) const;
  void extend(Bytes block, std::uint32_t rule, Window window);
  Status examine(Bytes block, std::uint32_t rule);
  Status examine(Bytes block, std::uint32_t rule, Window window);
  void accept(Bytes block, std::uint32_t rule, const base::Captures::Match& match);
  std::uint32_t line_at(Bytes block, std::size_t offset);
  void leave(Bytes block, std::size_t bytes);
  Found take();

  const CompiledRules& rules;
  std::optional<base::PatternSet::Searcher> searcher;

  std::string path, lower_path;
  std::uint64_t size = 0, left = 0;
  bool begun = false, searched = true, text = true, complete = true;
  std::string gathered;            // of a file that comes in pieces: what is not searched yet
  std::uint64_t offset = 0;        // absolute, of the block
  std::uint64_t hits_done_to = 0;  // absolute: keywords that end there or before were dealt with
  std::uint64_t work_done = 0;
  std::uint64_t lines_before = 0;   // the block
  std::size_t counted_to = 0;       // within the block
  std::uint64_t counted_lines = 0;  // up to there

  std::vector<std::vector<Window>> windows;
  std::vector<std::uint32_t> touched;
  std::vector<Applies> applies;
  std::vector<std::uint64_t> matched_to;  // absolute, for each rule
  std::vector<Hit> hits;
};

void SecretScanner::Work::begin(std::string_view new_path, std::uint64_t new_size) {
  path = new_path;
  lower_path = base::to_lower(new_path);
  size = left = new_size;
  begun = false;
  searched = text = complete = true;
  gathered.clear();
  offset = hits_done_to = work_done = lines_before = counted_lines = 0;
  counted_to = 0;
  std::ranges::fill(applies, Applies::unknown);
  std::ranges::fill(matched_to, 0);
  hits.clear();
}

bool SecretScanner::Work::applies_here(std::uint32_t rule) {
  Applies& known = applies[rule];
  if (known == Applies::unknown) {
    const Rule& it = rules.rules[rule];
    const bool here =
        (text || it.sees_binary()) && (it.only.empty() || it.only.match(lower_path)) && !it.never.match(lower_path);
    known = here ? Applies::yes : Applies::no;
  }
  return known == Applies::yes;
}

void SecretScanner::Work::decide(Bytes head) {
  begun = true;
  text = head.find('\0') == Bytes::npos;
  searched = text || (size <= max_binary_bytes && !is_compressed(head));
}

/// Calls `hit(keyword, end)` for each, until it fails.
Status SecretScanner::Work::find_keywords(Bytes block, const KeywordHit& hit) const {
  Status outcome;
  if (searcher) {
    DOORMAN_CHECK(searcher->search(block, [&](std::uint32_t keyword, std::size_t end) {
      outcome = hit(keyword, end);
      return outcome.ok();
    }));
    return outcome;
  }
  const std::string lower = base::to_lower(block);
  for (std::uint32_t i = 0; i < rules.keywords.size(); ++i) {
    const base::SearchPattern& keyword = rules.keywords[i].pattern;
    const Bytes in = keyword.caseless ? Bytes(lower) : block;
    for (std::size_t at = in.find(keyword.text); at != Bytes::npos; at = in.find(keyword.text, at + 1)) {
      DOORMAN_CHECK(hit(i, at + keyword.text.size()));
    }
  }
  return outcome;
}

/// What ends too near to the end of a block for its rule to see all that may follow is left to the next one, which
/// begins so much earlier.
Status SecretScanner::Work::search(Bytes block, bool last) {
  const std::size_t end = last ? block.size() : block.size() - rules.max_after;
  touched.clear();
  counted_to = 0;
  counted_lines = 0;
  for (const std::uint32_t rule : rules.whole_file) {
    if (applies_here(rule)) extend(block, rule, {0, block.size()});
  }
  const Status found = find_keywords(block, [&](std::uint32_t which, std::size_t keyword_end) -> Status {
    if (keyword_end > end || offset + keyword_end <= hits_done_to) return {};
    const CompiledRules::Keyword& keyword = rules.keywords[which];
    const std::size_t keyword_begin = keyword_end - keyword.pattern.text.size();
    for (const std::uint32_t rule : keyword.rules) {
      if (!applies_here(rule)) continue;
      const Rule& it = rules.rules[rule];
      extend(block, rule,
             {keyword_begin - std::min<std::size_t>(keyword_begin, it.before),
              std::min<std::size_t>(block.size(), keyword_end + it.after)});
    }
    return {};
  });
  if (!found.ok()) return found;
  hits_done_to = offset + end;
  for (const std::uint32_t rule : touched) DOORMAN_CHECK(examine(block, rule));
  return {};
}

void SecretScanner::Work::extend(Bytes block, std::uint32_t rule, Window window) {
  const Bytes seen = block.substr(window.from, window.to - window.from);
  const auto& also = rules.rules[rule].also;
  if (std::ranges::any_of(also, [&](const std::string& word) { return seen.find(word) == Bytes::npos; })) return;
  std::vector<Window>& known = windows[rule];
  if (known.empty()) touched.push_back(rule);
  if (!known.empty() && window.from <= known.back().to && known.back().from <= window.from) {
    known.back().to = std::max(known.back().to, window.to);
  } else {
    known.push_back(window);
  }
}

/// Windows that touch become one, so that no rule looks at a byte twice, however close its keywords are.
Status SecretScanner::Work::examine(Bytes block, std::uint32_t rule) {
  std::vector<Window>& known = windows[rule];
  std::ranges::sort(known, {}, &Window::from);
  Status outcome;
  for (std::size_t i = 0; i < known.size() && outcome.ok();) {
    Window window = known[i++];
    for (; i < known.size() && known[i].from <= window.to; ++i) window.to = std::max(window.to, known[i].to);
    outcome = examine(block, rule, window);
  }
  known.clear();
  return outcome;
}

Status SecretScanner::Work::examine(Bytes block, std::uint32_t rule, Window window) {
  const std::uint64_t matched = matched_to[rule];
  std::size_t at = std::max(window.from, static_cast<std::size_t>(matched - std::min(matched, offset)));
  if (at >= window.to) return {};
  work_done += window.to - at;
  if (work_done > free_work + work_per_byte * size) {
    complete = false;
    return {};
  }
  const Rule& it = rules.rules[rule];
  DOORMAN_TRY(const base::Captures* expression, it.expression->get().in("rule " + it.id));
  while (at < window.to) {
    const auto match = expression->find(block, at, window.to);
    if (!match) return {};
    accept(block, rule, *match);
    at = std::max(match->end, match->begin + 1);
    matched_to[rule] = offset + at;
  }
  return {};
}

void SecretScanner::Work::accept(Bytes block, std::uint32_t rule, const base::Captures::Match& match) {
  const Rule& it = rules.rules[rule];
  if (match.group.empty()) return;
  if (!it.stopwords.empty()) {
    const std::string lower = base::to_lower(match.group);
    if (std::ranges::any_of(it.stopwords, [&](const std::string& word) { return lower.find(word) != lower.npos; }))
      return;
  }
  const double entropy = entropy_of(match.group);
  if (entropy < it.entropy) return;
  const Outcome outcome = run_check(it.check, match.group);
  if (outcome == Outcome::refuted) return;
  const std::uint64_t value = base::hash64(match.group);
  const auto same = [&](const Hit& hit) { return hit.rule == rule && hit.value == value; };
  if (std::ranges::any_of(hits, same)) return;
  if (hits.size() >= max_found) {
    complete = false;
    return;
  }
  const auto begin = static_cast<std::size_t>(match.group.data() - block.data());
  model::Secret secret;
  secret.path = path;
  if (text) secret.line = line_at(block, begin);
  secret.rule = it.id;
  secret.title = it.title;
  secret.severity = it.severity;
  secret.masked = mask(match.group);
  secret.fingerprint = fingerprint_of(it, match.group, entropy);
  secret.checked = outcome == Outcome::holds;
  hits.push_back({rule, offset + begin, offset + begin + match.group.size(), value, std::move(secret)});
}

std::uint32_t SecretScanner::Work::line_at(Bytes block, std::size_t place) {
  if (place < counted_to) counted_to = counted_lines = 0;
  counted_lines += static_cast<std::uint64_t>(std::count(block.data() + counted_to, block.data() + place, '\n'));
  counted_to = place;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(lines_before + counted_lines + 1, 0xffffffffU));
}

/// Forgets the block's first bytes.
void SecretScanner::Work::leave(Bytes block, std::size_t bytes) {
  lines_before += static_cast<std::uint64_t>(std::count(block.data(), block.data() + bytes, '\n'));
  offset += bytes;
  gathered.erase(0, bytes);
}

/// Where several rules found the same bytes, the first rule of the pack is right.
SecretScanner::Found SecretScanner::Work::take() {
  std::ranges::sort(hits, {}, [](const Hit& hit) { return std::tuple(hit.begin, hit.rule, hit.end); });
  Found found{{}, {}, complete};
  for (const Hit& hit : hits) {
    const bool told_better = std::ranges::any_of(hits, [&](const Hit& other) {
      return other.rule < hit.rule && other.begin < hit.end && hit.begin < other.end;
    });
    if (told_better) continue;
    found.secrets.push_back(hit.secret);
    found.places.emplace_back(hit.begin, hit.end);
  }
  return found;
}

SecretScanner::SecretScanner(std::unique_ptr<Work> work) : work_(std::move(work)) {}
SecretScanner::SecretScanner(SecretScanner&&) noexcept = default;
SecretScanner& SecretScanner::operator=(SecretScanner&&) noexcept = default;
SecretScanner::~SecretScanner() = default;

Result<SecretScanner> SecretScanner::make(const SecretRules& rules, Amount amount) {
  const CompiledRules& compiled = *rules.rules_;
  std::optional<base::PatternSet::Searcher> searcher;
  if (amount == Amount::files) {
    DOORMAN_TRY(const base::PatternSet* patterns, compiled.patterns());
    if (patterns != nullptr) {
      DOORMAN_TRY(auto made, patterns->searcher());
      searcher.emplace(std::move(made));
    }
  }
  return SecretScanner(std::make_unique<Work>(compiled, std::move(searcher)));
}

void SecretScanner::begin(std::string_view path, std::uint64_t size) { work_->begin(path, size); }

bool SecretScanner::wants_more() const { return work_->searched && work_->left != 0; }

Status SecretScanner::feed(Bytes piece) {
  Work& work = *work_;
  if (!work.begun) work.decide(piece.substr(0, head_bytes));
  if (!work.searched) return {};
  work.left -= std::min<std::uint64_t>(work.left, piece.size());
  const bool last = work.left == 0;
  if (work.gathered.empty() && last) return work.search(piece, true);
  work.gathered.append(piece);
  if (last) {
    DOORMAN_CHECK(work.search(work.gathered, true));
    work.gathered.clear();
    return {};
  }
  const std::size_t overlap =
      std::size_t{work.rules.max_before} + work.rules.max_after + SecretRules::max_keyword_bytes;
  if (work.gathered.size() < std::max(block_bytes, 2 * overlap)) return {};
  DOORMAN_CHECK(work.search(work.gathered, false));
  work.leave(work.gathered, work.gathered.size() - overlap);
  return {};
}

Result<SecretScanner::Found> SecretScanner::end() {
  // Less may have come than was announced.
  if (!work_->gathered.empty()) DOORMAN_CHECK(work_->search(std::exchange(work_->gathered, {}), true));
  Found found = work_->take();
  work_->hits.clear();
  return found;
}

}  // namespace doorman::parse::secret
