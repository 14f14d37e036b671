// SPDX-License-Identifier: Apache-2.0
#include "source/layer_collector.h"

#include <algorithm>
#include <iterator>
#include <mutex>

#include "base/text.h"

namespace doorman::source {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using parse::image::Entry;
using parse::image::EntryType;

namespace {

constexpr std::string_view whiteout_prefix = ".wh.";
constexpr std::string_view opaque_marker = ".wh..wh..opq";
constexpr std::string_view aufs_prefix = ".wh..wh.";

bool is_special(std::uint32_t mode) { return (mode & 06000U) != 0; }
bool is_executable(std::uint32_t mode) { return (mode & 0111U) != 0; }

// A parser may touch every page of a spilled file: one at a time keeps the program within its memory.
std::mutex& spilled_turn() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

LayerCollector::LayerCollector(const ScratchFactory& scratch, LayerLimits limits,
                               const parse::secret::SecretRules* secrets)
    : matcher_(parse::package::Matcher::shared()),
      secrets_(secrets),
      limits_(limits),
      notable_(limits.max_notable),
      capture_(scratch) {
  if (secrets_ != nullptr) facts_.secret_rules = secrets_->version();
}

void LayerCollector::look_only_for(const std::vector<LinkedFile>& links) {
  only_.emplace();
  for (const LinkedFile& linked : links) (*only_)[linked.target].push_back(linked.link);
}

void LayerCollector::note(std::string place, std::string message) {
  if (facts_.notes.size() >= limits_.max_notes) {
    ++dropped_notes_;
    return;
  }
  facts_.notes.push_back({std::move(place), std::move(message)});
}

Result<bool> LayerCollector::begin(const Entry& entry) {
  if (++facts_.entries > limits_.max_entries) {
    return Error(ErrorCode::limit, "more than the limit of " + std::to_string(limits_.max_entries) + " entries");
  }
  auto canonical = base::CanonPath::parse(entry.path);
  if (!canonical.ok()) {
    note(base::printable(entry.path.substr(0, 200)), canonical.error().message());
    return false;
  }
  const std::string& path = canonical->text();
  if (path.empty()) return false;
  if (only_) {
    return entry.type == EntryType::regular && only_->contains(path) ? begin_regular(entry, path)
                                                                     : Result<bool>(false);
  }
  if (take_whiteout(path)) return false;
  if (entry.type == EntryType::folder) {
    see_folder(path, entry.mode);
    return false;
  }

  const base::PathId id = base::path_id(path);
  facts_.covers.push_back(id);
  replace(id);
  notable_.add_entry(path, entry);
  switch (entry.type) {
    case EntryType::regular:
      return begin_regular(entry, path);
    case EntryType::hard_link:
      take_hard_link(entry, path);
      return false;
    case EntryType::symlink:
    case EntryType::folder:
    case EntryType::device:
    case EntryType::fifo:
      return false;
  }
  return false;
}

bool LayerCollector::take_whiteout(std::string_view path) {
  const std::string_view name = base::basename_of(path);
  if (!name.starts_with(whiteout_prefix)) return false;
  const std::string folder(base::parent_of(path));
  if (name == opaque_marker) {
    facts_.opaque.push_back(folder);
  } else if (!name.starts_with(aufs_prefix) && name.size() > whiteout_prefix.size()) {
    const std::string_view hidden = name.substr(whiteout_prefix.size());
    facts_.whiteouts.push_back(folder.empty() ? std::string(hidden) : folder + "/" + std::string(hidden));
  }
  return true;
}

/// In an archive that names a path twice, the last one is what an engine unpacks.
void LayerCollector::replace(base::PathId id) {
  if (const auto file = file_at_.find(id); file != file_at_.end()) {
    facts_.files[file->second] = {};
    file_at_.erase(file);
  }
  if (const auto program = program_at_.find(id); program != program_at_.end()) {
    facts_.programs[program->second].path.clear();
    program_at_.erase(program);
  }
  notable_.forget(id);
}

void LayerCollector::take_hard_link(const Entry& entry, const std::string& path) {
  auto target = base::CanonPath::parse(entry.link);
  if (!target.ok()) return note(path, "hard link: " + target.error().message());
  const base::PathId id = base::path_id(target->text());
  const base::PathId own_id = base::path_id(path);
  if (id == own_id) return note(path, "hard link to itself");
  if (const auto program = program_at_.find(id); program != program_at_.end()) {
    model::ProgramFile copy = facts_.programs[program->second];
    copy.path = path;
    program_at_[own_id] = static_cast<std::uint32_t>(facts_.programs.size());
    facts_.programs.push_back(std::move(copy));
  }
  if (matcher_.by_path(path) != 0) {
    unresolved_.push_back({target->text(), path});
  } else if (const auto file = file_at_.find(id); file != file_at_.end()) {
    model::FileFacts copy = facts_.files[file->second];
    copy.path = path;
    file_at_[own_id] = static_cast<std::uint32_t>(facts_.files.size());
    facts_.files.push_back(std::move(copy));
  }
}

Result<bool> LayerCollector::begin_regular(const Entry& entry, std::string path) {
  current_ = {};
  current_.path = std::move(path);
  current_.entry = entry;
  current_.entry.path = current_.entry.link = current_.entry.capability = {};
  if (only_) {
    for (const std::string& link : only_->at(current_.path)) current_.wanted |= matcher_.by_path(link);
  } else {
    current_.wanted = matcher_.by_path(current_.path);
    current_.program = is_executable(entry.mode) || is_special(entry.mode);
    DOORMAN_CHECK(prepare_search());
  }
  if (entry.size == 0) {
    decide({});
    DOORMAN_CHECK(end());
    return false;
  }
  return true;
}

Status LayerCollector::prepare_search() {
  if (secrets_ == nullptr || current_.entry.size == 0) return {};
  if (!scanner_) {
    DOORMAN_TRY(auto made, parse::secret::SecretScanner::make(*secrets_));
    scanner_.emplace(std::move(made));
  }
  scanner_->begin(current_.path, current_.entry.size);
  current_.searched = true;
  return {};
}

Status LayerCollector::data(Bytes piece) {
  if (current_.decided) return consume(piece);
  const std::size_t needed =
      static_cast<std::size_t>(std::min<std::uint64_t>(current_.entry.size, parse::image::program_head_bytes));
  if (current_.head.empty() && piece.size() >= needed) {
    decide(piece.substr(0, needed));
    return consume(piece);
  }
  current_.head.append(piece);
  if (current_.head.size() < needed) return {};
  decide(current_.head);
  return consume(current_.head);
}

void LayerCollector::decide(Bytes head) {
  current_.decided = true;
  const parse::image::ProgramKind found = parse::image::program_kind(head);
  current_.kind = found.kind;
  if (!only_) {
    current_.program = current_.program || found.runs;
    if (found.kind == model::ProgramFile::Kind::elf) current_.wanted |= matcher_.elf();
    if (found.core_dump) notable_.add_core_dump(current_.path, current_.entry);
  }
  if (current_.program) hasher_.reset();
  drop_too_large();
  if (current_.wanted != 0) capture_.begin(current_.entry.size);
}

void LayerCollector::drop_too_large() {
  const auto parsers = matcher_.parsers();
  for (std::size_t i = 0; i < parsers.size(); ++i) {
    const Mask bit = Mask{1} << i;
    if ((current_.wanted & bit) == 0 || current_.entry.size <= parsers[i]->max_bytes) continue;
    current_.wanted &= ~bit;
    note(current_.path, std::string(parsers[i]->name) + ": " + std::to_string(current_.entry.size) +
                            " bytes, over the limit of " + std::to_string(parsers[i]->max_bytes));
  }
  if (current_.wanted != 0 && facts_.files.size() >= limits_.max_fact_files) {
    current_.wanted = 0;
    note(current_.path,
         "not parsed: more than the limit of " + std::to_string(limits_.max_fact_files) + " such files");
  }
}

Status LayerCollector::consume(Bytes piece) {
  if (current_.program) hasher_.update(piece);
  if (current_.searched) DOORMAN_CHECK(scanner_->feed(piece));
  return current_.wanted != 0 ? capture_.append(piece) : Status{};
}

Status LayerCollector::end() {
  if (current_.program) add_program();
  if (current_.searched) DOORMAN_CHECK(end_search());
  if (current_.wanted == 0) return {};
  Status parsed;
  if (only_) {
    for (const std::string& link : only_->at(current_.path)) {
      if (parsed.ok()) parsed = parse_content(link, matcher_.by_path(link) & current_.wanted);
    }
  } else {
    parsed = parse_content(current_.path, current_.wanted);
  }
  capture_.release();
  return parsed;
}

void LayerCollector::abandon() {
  capture_.release();
  current_ = {};
}

void LayerCollector::add_program() {
  if (facts_.programs.size() >= limits_.max_programs) {
    return note(current_.path,
                "not listed: more than the limit of " + std::to_string(limits_.max_programs) + " programs");
  }
  program_at_[base::path_id(current_.path)] = static_cast<std::uint32_t>(facts_.programs.size());
  facts_.programs.push_back({current_.path, current_.kind, current_.entry.mode, current_.entry.uid,
                             current_.entry.gid, current_.entry.size, hasher_.finish()});
}

Status LayerCollector::end_search() {
  DOORMAN_TRY(parse::secret::SecretScanner::Found found, scanner_->end());
  for (model::Secret& secret : found.secrets) {
    if (facts_.secrets.size() < limits_.max_secrets) facts_.secrets.push_back(std::move(secret));
    else ++dropped_secrets_;
  }
  if (!found.complete) note(current_.path, "not searched to its end: more that looks like secrets than the limit");
  return {};
}

Status LayerCollector::parse_content(const std::string& path, Mask wanted) {
  std::unique_lock<std::mutex> turn;
  if (current_.entry.size > FileCapture::max_memory_bytes) turn = std::unique_lock(spilled_turn());
  DOORMAN_TRY(const Bytes content, capture_.content());
  model::FileFacts facts;
  facts.path = path;
  const parse::package::File file{path, content, current_.entry.mode};
  const auto parsers = matcher_.parsers();
  for (std::size_t i = 0; i < parsers.size(); ++i) {
    if ((wanted >> i & 1U) == 0) continue;
    if (Status parsed = parsers[i]->parse(file, facts); !parsed.ok()) {
      facts.notes.push_back({path, std::string(parsers[i]->name) + ": " + parsed.error().message()});
    }
  }
  if (facts.empty()) return {};
  file_at_[base::path_id(path)] = static_cast<std::uint32_t>(facts_.files.size());
  facts_.files.push_back(std::move(facts));
  return {};
}

bool LayerCollector::absorb(LayerCollector& other) {
  model::LayerFacts& more = other.facts_;
  facts_.entries += more.entries;
  const auto append = [](auto& list, auto& rest) {
    list.insert(list.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
    return list.size();
  };
  append(facts_.covers, more.covers);
  append(facts_.whiteouts, more.whiteouts);
  append(facts_.opaque, more.opaque);
  const bool within = facts_.entries <= limits_.max_entries &&
                      append(facts_.files, more.files) < limits_.max_fact_files &&
                      append(facts_.programs, more.programs) < limits_.max_programs &&
                      append(facts_.secrets, more.secrets) < limits_.max_secrets &&
                      append(facts_.notes, more.notes) < limits_.max_notes && notable_.absorb(other.notable_);
  more = {};
  return within && dropped_notes_ + other.dropped_notes_ + dropped_secrets_ + other.dropped_secrets_ == 0;
}

model::LayerFacts LayerCollector::take() {
  if (dropped_notes_ != 0) {
    facts_.notes.push_back({"", std::to_string(dropped_notes_) + " more notes, over the limit"});
  }
  if (dropped_secrets_ != 0) {
    facts_.notes.push_back({"", std::to_string(dropped_secrets_) + " more secrets, over the limit of " +
                                    std::to_string(limits_.max_secrets)});
  }
  std::erase_if(facts_.files, [](const model::FileFacts& file) { return file.path.empty(); });
  std::erase_if(facts_.programs, [](const model::ProgramFile& program) { return program.path.empty(); });
  std::ranges::sort(facts_.files, {}, &model::FileFacts::path);
  std::ranges::sort(facts_.programs, {}, &model::ProgramFile::path);
  std::ranges::sort(facts_.secrets);
  for (const model::ProgramFile& program : facts_.programs) notable_.add_program(program);
  facts_.notable = notable_.take();
  if (notable_.dropped() != 0) {
    facts_.notes.push_back({"", std::to_string(notable_.dropped()) + " more notable files, over the limit of " +
                                    std::to_string(limits_.max_notable)});
  }
  std::ranges::sort(facts_.whiteouts);
  std::ranges::sort(facts_.opaque);
  std::ranges::sort(facts_.covers);
  facts_.covers.erase(std::unique(facts_.covers.begin(), facts_.covers.end()), facts_.covers.end());
  file_at_.clear();
  program_at_.clear();
  return std::exchange(facts_, {});
}

}  // namespace doorman::source
