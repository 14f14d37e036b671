// SPDX-License-Identifier: Apache-2.0
#include "app/scan/scan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "app/db.h"
#include "app/scan/judging.h"
#include "app/scan/read_target.h"
#include "app/scan/running_targets.h"
#include "app/scan/target.h"
#include "app/secret_rules.h"
#include "app/state.h"
#include "app/terminal.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "derive/image_facts.h"
#include "derive/match.h"
#include "derive/package_files.h"
#include "derive/support.h"
#include "model/report.h"
#include "model/scan_record.h"
#include "parse/package/parser.h"
#include "sink/all.h"
#include "sink/progress.h"
#include "store/image_facts_folder.h"
#include "store/package_files_folder.h"
#include "store/scan_records.h"

namespace doorman::app {

using base::Result;
using base::Status;
namespace options = cli::options;

namespace {

class Scan {
 public:
  Scan(const cli::ParsedCommand& command, const cli::Environment& environment)
      : command_(command), environment_(environment) {}

  Result<int> run() {
    if (command_.get(options::quiet)) base::set_log_level(base::LogLevel::error);
    const auto requests = command_.get(options::output);
    DOORMAN_TRY(const auto destinations, cli::plan_outputs(command_.get(options::format), requests));
    DOORMAN_TRY(const std::vector<ScanTarget> targets, scan_targets(command_.operands()));
    DOORMAN_CHECK(check_count(destinations, targets.size()));
    DOORMAN_TRY(judging_, Judging::open(command_.get(options::policy), command_.get(options::exceptions),
                                        targets_of(targets)));
    DOORMAN_CHECK(prepare());
    bool undecided = false;
    if (targets.empty()) base::log(base::LogLevel::info, "no container runs here");
    for (const ScanTarget& target : targets) {
      Status told = take_target(target);
      if (told.ok()) continue;
      base::log(base::LogLevel::error, told.error().in("scan " + base::printable(target.text)).message());
      undecided = true;
    }
    if (!reports_.empty()) DOORMAN_CHECK(write(destinations));
    if (cache_ && cache_->grew()) (void)cache_->prune({}, base::now());
    if (undecided) return 2;
    return failed_ ? 1 : 0;
  }

 private:
  static std::vector<std::string> targets_of(const std::vector<ScanTarget>& targets) {
    std::vector<std::string> texts;
    texts.reserve(targets.size());
    for (const ScanTarget& each : targets) texts.push_back(each.target);
    return texts;
  }

  /// What cannot be written is told before anything is read.
  [[nodiscard]] Status check_count(const std::vector<cli::Destination>& destinations, std::size_t targets) const {
    for (const cli::Destination& destination : destinations) {
      const std::string_view name = to_text(destination.format);
      if (targets > 1 && sink::find_format(name)->one_target) {
        return base::Error(
            base::ErrorCode::usage,
            fmt::format("a {} document describes one target, not {}: scan them one by one", name, targets));
      }
    }
    return {};
  }

  Status prepare() {
    use_state(open_state(command_.get(options::state_dir), environment_));
    DOORMAN_TRY(Database database, Database::choose(command_.get(options::db).value_or(""), state_path_));
    database_ = std::move(database);
    now_ = command_.get(options::now).value_or(base::now());
    read_.plan.read_again = command_.get(options::verify) == cli::Verify::full;
    read_.layer.verify_diff_id = read_.plan.read_again;
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    read_.plan.jobs = static_cast<std::size_t>(command_.get(options::jobs).value_or(processors));
    read_.platform = command_.get(options::platform);
    read_.ca_file = command_.get(options::ca_file).value_or("");
    read_.insecure_http = command_.get(options::insecure_http);
    progress_ = sink::Progress::on_stderr(command_.get(options::quiet) || command_.get(options::no_progress));
    if (!command_.get(options::no_secrets)) {
      DOORMAN_TRY(parse::secret::SecretRules rules, built_in_secret_rules());
      read_.layer.secrets = &secret_rules_.emplace(std::move(rules));
    }
    read_.layer.progress = [this](std::uint64_t bytes) { progress_->add_bytes(bytes); };
    return {};
  }

  /// Without a state folder nothing is cached, and a file that is too large for memory cannot be read.
  void use_state(Result<store::StateDir> state) {
    if (!state.ok()) {
      base::log(base::LogLevel::warning, state.error().in("no state folder, nothing is cached").message());
    } else {
      state_path_ = state->path();
      if (!command_.get(options::no_cache)) read_.plan.cache = &cache_.emplace(state_path_);
    }
    read_.layer.scratch = [state = std::move(state)]() -> Result<base::Fd> {
      if (!state.ok()) return state.error();
      return state->scratch_file();
    };
  }

  /// What an earlier scan by the same parsers and rules left of the image. Its digest says what is in it.
  [[nodiscard]] std::optional<model::Inventory> recall(const ScanTarget& target) const {
    if (!target.digest || state_path_.empty() || command_.get(options::no_cache) || read_.plan.read_again) {
      return std::nullopt;
    }
    auto record = store::ScanRecords(state_path_).find(*target.digest);
    if (!record.ok() || !*record || (*record)->parsers != parse::package::parsers_version ||
        (*record)->secret_rules != secret_version()) {
      return std::nullopt;
    }
    return std::move((*record)->inventory);
  }

  Result<model::Inventory> inventory_of(const ScanTarget& target, const TargetSpec& spec) {
    if (auto known = recall(target)) {
      known->target = target.text;
      return *std::move(known);
    }
    read_.begin = [&](std::uint64_t bytes, std::size_t layers) {
      progress_->start("reading " + target.text, bytes, layers);
    };
    auto read = read_target(spec, read_);
    progress_->finish();
    if (read.ok()) read->target = target.text;
    return read;
  }

  Status take_target(const ScanTarget& target) {
    if (!target.problem.empty()) return base::Error(base::ErrorCode::unsupported, target.problem);
    DOORMAN_TRY(TargetSpec spec, find_target(target.target));
    DOORMAN_TRY(model::Inventory inventory, inventory_of(target, spec));
    if (target.digest && inventory.subject.digest() != *target.digest) {
      return base::Error(base::ErrorCode::mismatch,
                         "the engine gave another image: " + inventory.subject.digest().text());
    }
    // Rules ask for the name, and an image that runs here is read by its id.
    if (!target.name.empty()) spec.location = target.name;
    if (inventory.distribution) inventory.support = derive::support_of(*inventory.distribution, now_);
    model::Report report{std::move(inventory), {},          0, database_->info(), std::nullopt,
                         DOORMAN_VERSION,      std::nullopt};
    report.created = created(report.inventory);
    report.findings = derive::match(report.inventory, database_->reader(), {command_.get(options::all)});
    keep_facts(report);
    judge(report, spec);
    keep_record(report);
    reports_.push_back(std::move(report));
    return {};
  }

  /// For the other doors, which meet the image again. Without them they know less, which is no reason to fail.
  void keep_facts(const model::Report& report) const {
    if (state_path_.empty() || command_.get(options::no_cache) || !report.inventory.identity) return;
    const base::Digest& image = report.inventory.identity->config;
    keep_package_files(image, report.inventory);  // first: who sees the facts finds the files
    const auto facts = derive::image_facts_of(report.inventory, report.findings);
    base::warn_of(store::ImageFactsFolder(state_path_).put(image, facts));
  }

  void keep_package_files(const base::Digest& image, const model::Inventory& inventory) const {
    const store::PackageFilesFolder folder(state_path_);
    if (!read_.plan.read_again && folder.holds(image, derive::package_files_key(inventory))) return;
    base::warn_of(folder.put(image, derive::package_files_of(inventory)));
  }

  /// All of it, to be told by `show` and matched again by `ls` and `scan running`.
  void keep_record(const model::Report& report) const {
    if (state_path_.empty() || command_.get(options::no_cache) || !report.inventory.identity) return;
    model::ScanRecord record(report.inventory);
    record.parsers = parse::package::parsers_version;
    record.secret_rules = secret_version();
    record.database = report.database.date;
    record.verdict = report.verdict;
    base::warn_of(store::ScanRecords(state_path_).put(record));
  }

  /// 0: secrets are not sought.
  [[nodiscard]] std::uint64_t secret_version() const { return secret_rules_ ? secret_rules_->version() : 0; }

  /// SOURCE_DATE_EPOCH, as reproducible-builds.org specifies it, else the image's own date.
  [[nodiscard]] std::optional<base::Time> created(const model::Inventory& inventory) const {
    if (const auto epoch = environment_.find("SOURCE_DATE_EPOCH"); epoch != environment_.end()) {
      if (const auto seconds = base::to_number(epoch->second)) {
        return base::Time(std::chrono::seconds(static_cast<std::int64_t>(*seconds)));
      }
    }
    return inventory.config ? inventory.config->created : std::nullopt;
  }

  /// What is hidden counts, what is ignored does not.
  void judge(model::Report& report, const TargetSpec& target) {
    const auto lowest = command_.get(options::fail_on);
    const auto shown = command_.get(options::severity);
    if (command_.get(options::ignore_unfixed)) {
      std::erase_if(report.findings, [](const auto& finding) { return finding.fix != model::FixState::fixed; });
    }
    if (judging_.judge(report, target, now_)) failed_ = true;
    for (const model::Finding& finding : report.findings) {
      if (lowest && finding.vulnerability.severity >= *lowest) failed_ = true;
    }
    if (shown) {
      report.hidden = std::erase_if(
          report.findings, [&](const auto& finding) { return !shown->shows(finding.vulnerability.severity); });
    }
  }

  [[nodiscard]] Status write(const std::vector<cli::Destination>& destinations) const {
    for (const cli::Destination& destination : destinations) {
      const sink::Format* format = sink::find_format(to_text(destination.format));
      const bool to_terminal = destination.file == "-";
      sink::Options how;
      how.width = static_cast<std::size_t>(command_.get(options::width).value_or(terminal_width(environment_)));
      how.colour = to_terminal && use_colour(command_.get(options::color), environment_);
      how.utf8 = !to_terminal || is_utf8(environment_);
      how.wide = command_.get(options::wide);
      how.all = command_.get(options::all);
      DOORMAN_CHECK(to_terminal ? write_to_stdout(*format, how) : write_to_file(*format, how, destination.file));
    }
    return {};
  }

  [[nodiscard]] Status write_to_stdout(const sink::Format& format, const sink::Options& how) const {
    const auto put = [](std::string_view piece) -> Status {
      if (std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size()) return {};
      return base::system_error("standard output");
    };
    DOORMAN_CHECK(format.write(reports_, how, put));
    return std::fflush(stdout) == 0 ? Status() : base::system_error("standard output");
  }

  /// A file that is there stays as it is when the report cannot be made.
  [[nodiscard]] Status write_to_file(const sink::Format& format, const sink::Options& how,
                                     const std::string& path) const {
    base::Fd file;
    const auto put = [&](std::string_view piece) -> Status {
      if (!file.valid()) {
        DOORMAN_TRY(file, base::open_write(path));
      }
      return base::write_all(file, piece).in(path);
    };
    return format.write(reports_, how, put);
  }

  const cli::ParsedCommand& command_;
  const cli::Environment& environment_;
  std::string state_path_;  ///< empty when there is none
  Judging judging_;
  std::optional<parse::secret::SecretRules> secret_rules_;  ///< none: secrets are not sought
  std::optional<Database> database_;
  std::optional<store::LayerCache> cache_;
  std::unique_ptr<sink::Progress> progress_;
  ReadOptions read_;
  base::Time now_{};
  std::vector<model::Report> reports_;
  bool failed_ = false;
};

}  // namespace

int scan(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const auto scan = std::make_shared<Scan>(command, environment);
  const auto code = scan->run();
  // The program ends after this: what was found is left to the system, which frees it at once and not piece by
  // piece.
  static auto& left_to_the_system = *new std::vector<std::shared_ptr<const void>>;
  left_to_the_system.push_back(scan);
  if (code.ok()) return *code;
  base::log(base::LogLevel::error, code.error().message());
  return 2;
}

}  // namespace doorman::app
