// SPDX-License-Identifier: Apache-2.0
#include "source/advisory_folder.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "base/fd.h"
#include "base/inflate.h"
#include "base/json.h"
#include "base/text.h"
#include "parse/advisory/debian_fixes.h"
#include "parse/advisory/kev.h"
#include "parse/advisory/osv.h"
#include "parse/advisory/vulnerablecode.h"
#include "parse/binary/zip.h"
#include "source/line_reader.h"
#include "source/source_rules.h"

namespace doorman::source {
namespace {

namespace fs = std::filesystem;
using base::Result;
using base::Status;

constexpr std::size_t max_files = 2'000'000;
constexpr std::size_t max_notes_a_file = 20;
constexpr std::size_t max_document = 512U << 20U;
constexpr std::size_t max_member = 16U << 20U;
constexpr std::string_view rules_name = "SOURCES.tsv";

std::string_view without(std::string_view name, std::string_view ending) {
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name;
}

/// Paths relative to the folder, sorted.
Result<std::vector<std::string>> files_below(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code failed;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, failed);
  if (failed) return base::Error(base::ErrorCode::not_found, folder + ": " + failed.message());
  for (; entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    if (failed) return base::Error(base::ErrorCode::io, folder + ": " + failed.message());
    const bool hidden = entry->path().filename().native().starts_with('.');
    if (hidden && entry->is_directory(failed)) entry.disable_recursion_pending();
    if (hidden || !entry->is_regular_file(failed)) continue;
    if (found.size() == max_files)
      return base::Error(base::ErrorCode::limit, folder + ": more than 2,000,000 files");
    found.push_back(entry->path().lexically_relative(folder).native());
  }
  std::ranges::sort(found);
  return found;
}

/// One open file, inflated as it is read.
class PlainFile {
 public:
  static Result<std::unique_ptr<PlainFile>> open(const std::string& path) {
    DOORMAN_TRY(base::Fd fd, base::open_read(path));
    DOORMAN_TRY(const std::uint64_t size, base::file_size(fd));
    auto file = std::unique_ptr<PlainFile>(new PlainFile(std::move(fd), size));
    file->plain_ = base::open_plain(file->stored_);
    return file;
  }
  base::ByteStream& stream() { return *plain_; }

 private:
  PlainFile(base::Fd fd, std::uint64_t size) : fd_(std::move(fd)), stored_(fd_, 0, size) {}

  base::Fd fd_;
  base::FileRangeStream stored_;
  std::unique_ptr<base::ByteStream> plain_;
};

class FolderReader {
 public:
  FolderReader(const std::string& folder, AdvisoryReceiver& receiver) : folder_(folder), receiver_(receiver) {}

  Result<FolderSummary> read();

 private:
  using EachLine = std::function<Status(std::string_view)>;

  void read_rules();
  Status read_file(const std::string& path);
  Status read_archive(const std::string& path);
  Status read_document(LineReader& lines);
  Status read_table(LineReader& lines);
  Status read_lines(LineReader& lines, const EachLine& each);
  Status take_osv(base::JsonValue record);
  Status take_fix(std::string_view line);
  Status take_listed(std::string_view line);
  Status take_listed_vulnerability(std::string_view line);
  void announce(std::string_view record_id, std::string_view licence = {});
  void note(std::string place, const base::Error& error);

  const std::string& folder_;
  AdvisoryReceiver& receiver_;
  std::vector<SourceRule> rules_;
  FolderSummary summary_;
  parse::advisory::VulnerableCodeRows rows_;
  std::string path_;        ///< of the file at hand
  std::string source_;      ///< its name, if no rule says otherwise
  bool announced_ = false;  ///< to the receiver
  std::size_t noted_ = 0;   ///< of this file
};

Result<FolderSummary> FolderReader::read() {
  DOORMAN_TRY(const std::vector<std::string> files, files_below(folder_));
  read_rules();
  for (const std::string& file : files) {
    path_ = file;
    announced_ = false;
    noted_ = 0;
    if (const Status status = read_file(file); !status.ok()) note(file, status.error());
    if (noted_ > max_notes_a_file) {
      summary_.notes.push_back({file, "and " + std::to_string(noted_ - max_notes_a_file) + " more"});
    }
    if (announced_) ++summary_.files;
  }
  return std::move(summary_);
}

void FolderReader::read_rules() {
  const auto text = base::read_file(folder_ + "/" + std::string(rules_name), 1U << 20U);
  if (text.ok()) rules_ = parse_source_rules(*text);
  else if (text.error().code() != base::ErrorCode::not_found) note(std::string(rules_name), text.error());
}

void FolderReader::note(std::string place, const base::Error& error) {
  if (++noted_ <= max_notes_a_file) summary_.notes.push_back({std::move(place), error.message()});
}

void FolderReader::announce(std::string_view record_id, std::string_view licence) {
  if (announced_) return;
  announced_ = true;
  const SourceRule* rule = rule_for(rules_, path_);
  if (rule != nullptr) receiver_.from(rule->name, rule->licence);
  else receiver_.from(source_, licence.empty() ? home_licence(record_id) : licence);
}

Status FolderReader::read_file(const std::string& path) {
  const std::string_view plain_name = without(without(path, ".zst"), ".gz");
  const bool lines_of_json = plain_name.ends_with(".jsonl") || plain_name.ends_with(".ndjson");
  const bool document = plain_name.ends_with(".json");
  const bool table = plain_name.ends_with(".tsv") && path != rules_name;
  if (plain_name.ends_with(".zip")) return read_archive(path);
  if (!lines_of_json && !document && !table) return {};
  source_ = without(without(without(without(plain_name, ".jsonl"), ".ndjson"), ".json"), ".tsv");
  DOORMAN_TRY(const std::unique_ptr<PlainFile> file, PlainFile::open(folder_ + "/" + path));
  LineReader lines(file->stream());
  if (document) return read_document(lines);
  if (table) return read_table(lines);
  return read_lines(lines, [this](std::string_view line) -> Status {
    if (base::trim(line).empty()) return {};
    DOORMAN_TRY(const base::JsonDocument record, base::JsonDocument::parse(line));
    return take_osv(record.root());
  });
}

/// One record a member, as in the archives that OSV publishes for each ecosystem.
Status FolderReader::read_archive(const std::string& path) {
  source_ = without(without(path, ".zip"), "/all");
  DOORMAN_TRY(const base::MappedFile file, base::MappedFile::open(folder_ + "/" + path));
  DOORMAN_TRY(const parse::binary::Zip zip, parse::binary::Zip::open(file.bytes()));
  parse::binary::ZipMember member;
  auto cursor = zip.members();
  while (cursor.next(member)) {
    if (!member.name.ends_with(".json")) continue;
    const auto take = [&]() -> Status {
      DOORMAN_TRY(const std::string text, zip.inflate(member, max_member));
      DOORMAN_TRY(const base::JsonDocument record, base::JsonDocument::parse(text));
      return take_osv(record.root());
    };
    if (const Status taken = take(); !taken.ok()) {
      note(path_ + "!/" + base::printable(member.name.substr(0, 200)), taken.error());
    }
  }
  return cursor.status();
}

Status FolderReader::read_document(LineReader& lines) {
  DOORMAN_TRY(const std::string text, lines.rest(max_document));
  DOORMAN_TRY(const base::JsonDocument document, base::JsonDocument::parse(text));
  const base::JsonValue root = document.root();
  if (parse::advisory::is_kev(root)) {
    DOORMAN_TRY(const model::KnownExploited known, parse::advisory::parse_kev(root));
    announce({}, "CC0-1.0");
    summary_.records += known.ids.size();
    receiver_.take(known);
    return {};
  }
  if (!root.is_array()) {
    const std::size_t slash = path_.find('/');
    if (slash != std::string::npos) source_ = path_.substr(0, slash);
    return take_osv(root);
  }
  std::size_t index = 0;
  for (const base::JsonValue& record : root.items()) {
    ++index;
    if (const Status taken = take_osv(record); !taken.ok())
      note(path_ + ": record " + std::to_string(index), taken.error());
  }
  return {};
}

Status FolderReader::read_lines(LineReader& lines, const EachLine& each) {
  std::string_view line;
  for (;;) {
    DOORMAN_TRY(const bool more, lines.next(line));
    if (!more) return {};
    if (const Status taken = each(line); !taken.ok())
      note(path_ + ":" + std::to_string(lines.number()), taken.error());
  }
}

Status FolderReader::read_table(LineReader& lines) {
  DOORMAN_TRY(std::string_view head, lines.peek());
  std::string_view line;
  while (base::next_line(head, line) && (line.empty() || line[0] == '#')) continue;
  if (line.starts_with("pkg:")) return read_lines(lines, [this](std::string_view row) { return take_listed(row); });
  if (line.starts_with("VCID-")) {
    return read_lines(lines, [this](std::string_view row) { return take_listed_vulnerability(row); });
  }
  const auto columns = base::split(line, '\t');
  if (columns.size() >= 4 && parse::advisory::is_cve(base::trim(columns[2]))) {
    return read_lines(lines, [this](std::string_view row) { return take_fix(row); });
  }
  return base::Error(base::ErrorCode::unsupported, "no table of advisories that we know");
}

Status FolderReader::take_osv(base::JsonValue record) {
  DOORMAN_TRY(const model::Advisory advisory, parse::advisory::parse_osv(record));
  ++summary_.records;
  for (const std::string& ecosystem : advisory.skipped) ++summary_.skipped[ecosystem];
  if (advisory.withdrawn) ++summary_.withdrawn;
  // A file with nothing for us is no source of the database.
  if (advisory.affected.empty()) return {};
  announce(advisory.id);
  receiver_.take(advisory);
  return {};
}

Status FolderReader::take_fix(std::string_view line) {
  DOORMAN_TRY(const std::optional<model::DistributionFix> fix, parse::advisory::parse_debian_fix(line));
  if (!fix) return {};
  announce(fix->cve);
  ++summary_.records;
  receiver_.take(*fix);
  return {};
}

Status FolderReader::take_listed(std::string_view line) {
  DOORMAN_TRY(const std::optional<model::ListedVersion> row, rows_.package(line));
  if (!row) {
    if (line.starts_with("pkg:")) ++summary_.skipped[std::string(line.substr(0, line.find('/')))];
    return {};
  }
  announce(row->vulnerability);
  ++summary_.records;
  receiver_.take(*row);
  return {};
}

Status FolderReader::take_listed_vulnerability(std::string_view line) {
  DOORMAN_TRY(const std::optional<model::ListedVulnerability> row, rows_.vulnerability(line));
  if (!row) return {};
  announce(row->id);
  ++summary_.records;
  receiver_.take(*row);
  return {};
}

}  // namespace

Result<FolderSummary> read_advisory_folder(const std::string& folder, AdvisoryReceiver& receiver) {
  return FolderReader(folder, receiver).read();
}

}  // namespace doorman::source
