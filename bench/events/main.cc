// SPDX-License-Identifier: Apache-2.0
// Events a second on one core, from the bytes of a recording to the rules that match.
//
//   doorman_bench_events record MIX EVENTS FILE
//   doorman_bench_events log RECORDING FOLDER [ROUNDS]
//   doorman_bench_events replay FILE [--stable RULES] [--packs FOLDER] [--rounds N] [--only STAGE]
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

#include "base/fd.h"
#include "derive/event_stream.h"
#include "events/log.h"
#include "events/population.h"
#include "events/rules.h"
#include "model/system_event.h"
#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "source/recording.h"

namespace doorman::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using model::EventRecord;

constexpr std::size_t container_count = 200, process_count = 3000;
constexpr std::uint64_t boot_time = 1'700'000'000'000'000'000U;

struct Options {
  std::string recording, stable, packs, only;
  int rounds = 5;
};

Status record(std::string_view mix_name, std::size_t count, const std::string& path) {
  const std::map<std::string_view, Mix> mixes = {
      {"files", Mix::files}, {"programs", Mix::programs}, {"connections", Mix::connections}, {"all", Mix::all}};
  const auto mix = mixes.find(mix_name);
  if (mix == mixes.end()) return Error(ErrorCode::usage, "MIX is files, programs, connections or all");
  Population population(1);
  DOORMAN_TRY(auto recording, source::Recording::create(path, {.boot_time = boot_time, .hostname = "bench"}));
  DOORMAN_CHECK(recording.append(population.inhabitants(container_count, process_count)));
  constexpr std::size_t at_once = 100'000;
  for (std::size_t done = 0; done < count; done += at_once) {
    DOORMAN_CHECK(recording.append(population.events(mix->second, std::min(at_once, count - done))));
  }
  return recording.flush();
}

/// What one pass over the recording found: shown, so that nothing is left out because nobody looks.
struct Tally {
  std::uint64_t events = 0, matches = 0, read = 0, bytes = 0;
};

// How far a pass goes.
enum class Depth : std::uint8_t { decode, processes, fields, rules };

derive::RecordDecoders decoders() {
  return {parse::event::decode_process, parse::event::decode_container, parse::event::decode_cgroup};
}

class Pass {
 public:
  Pass(source::Replay& replay, Depth depth, std::shared_ptr<const policy::Engine> engine)
      : replay_(replay), depth_(depth), stream_({.decoders = decoders(), .boot_time = replay.head().boot_time}) {
    if (engine != nullptr) evaluator_.emplace(std::move(engine));
  }

  Result<Tally> run() {
    replay_.rewind();
    EventRecord record;
    while (true) {
      DOORMAN_TRY(const auto bytes, replay_.next());
      if (!bytes) return tally_;
      DOORMAN_CHECK(parse::event::decode(*bytes, record));
      ++tally_.events;
      tally_.bytes += record.size;
      if (depth_ != Depth::decode) DOORMAN_CHECK(look(record));
    }
  }

 private:
  Status look(const EventRecord& record) {
    DOORMAN_TRY(const auto seen, stream_.take(record));
    if (depth_ == Depth::processes) {
      tally_.read += seen.process != nullptr ? seen.process->revision & 1U : 0;
      return {};
    }
    if (record.kind == EventRecord::Kind::container) return {};
    const model::SystemEvent event = derive::EventStream::event(record, seen);
    if (depth_ == Depth::fields) read_fields(event);
    else tally_.matches += evaluator_->match(event).size();
    return {};
  }

  void read_fields(const model::SystemEvent& event) {
    using model::FieldId;
    for (const FieldId id :
         {FieldId::evt_type, FieldId::proc_name, FieldId::container_id, FieldId::fd_name, FieldId::proc_pname,
          FieldId::evt_is_open_read, FieldId::proc_cmdline, FieldId::fd_num}) {
      uses_.id = id;
      tally_.read += event.read(uses_, scratch_).exists() ? 1U : 0U;
    }
    scratch_.clear();
  }

  source::Replay& replay_;
  Depth depth_;
  std::optional<policy::Evaluator> evaluator_;
  derive::EventStream stream_;
  base::Arena scratch_;
  model::FieldUse uses_{.key = {}};
  Tally tally_;
};

/// Of this thread on its core: what others do on the machine meanwhile does not count.
double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double seconds_of(const std::function<void()>& work) {
  const double start = processor_seconds();
  work();
  return processor_seconds() - start;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// One line of the table: the median of the rounds, and the fastest.
Status measure(const Options& options, source::Replay& replay, std::string_view name, Depth depth,
               const std::shared_ptr<const policy::Engine>& engine) {
  if (!options.only.empty() && options.only != name) return {};
  std::vector<double> seconds;
  Tally tally;
  for (int round = 0; round < options.rounds; ++round) {
    Pass pass(replay, depth, engine);
    Result<Tally> outcome = Tally();
    seconds.push_back(seconds_of([&] { outcome = pass.run(); }));
    DOORMAN_TRY(tally, std::move(outcome));
  }
  const auto events = static_cast<double>(tally.events);
  const double middle = median(seconds), fastest = *std::ranges::min_element(seconds);
  fmt::print("{:<28} {:>7.2f} M/s   {:>7.1f} ns   fastest {:>7.1f} ns   matches {}", name, events / middle / 1e6,
             middle * 1e9 / events, fastest * 1e9 / events, tally.matches);
  if (engine != nullptr)
    fmt::print("   rules {} predicates {}", engine->rules().rules.size(), engine->predicates());
  fmt::print("\n");
  std::fflush(stdout);
  return {};
}

Result<policy::SourceText> read_rules(const std::string& path) {
  constexpr std::uint64_t most = 64U << 20U;
  DOORMAN_TRY(std::string text, base::read_file(path, most));
  return policy::SourceText{.name = path, .text = std::move(text)};
}

/// Every rule file of a pack; not its tests, nor the patterns of secrets, which are no rules.
Result<std::vector<policy::SourceText>> read_packs(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".yaml") && path.find("/tests/") == std::string::npos &&
        path.find("/secrets/") == std::string::npos) {
      paths.push_back(path);
    }
  }
  std::ranges::sort(paths);
  std::vector<policy::SourceText> texts;
  for (const std::string& path : paths) {
    DOORMAN_TRY(policy::SourceText text, read_rules(path));
    texts.push_back(std::move(text));
  }
  return texts;
}

Status measure_rules(const Options& options, source::Replay& replay) {
  DOORMAN_TRY(const auto one, compile({one_rule()}));
  DOORMAN_CHECK(measure(options, replay, "1 rule", Depth::rules, one));
  if (options.stable.empty()) return {};
  DOORMAN_TRY(const policy::SourceText stable, read_rules(options.stable));
  DOORMAN_TRY(const auto stable_engine, compile({stable}));
  DOORMAN_CHECK(measure(options, replay, "stable", Depth::rules, stable_engine));
  if (!options.packs.empty()) {
    DOORMAN_TRY(auto texts, read_packs(options.packs));
    texts.push_back(stable);
    DOORMAN_TRY(const auto all, compile(std::move(texts)));
    DOORMAN_CHECK(measure(options, replay, "packs and stable", Depth::rules, all));
  }
  for (const std::size_t count : {25U, 250U, 2500U}) {
    const std::string name = fmt::format("{} variations", count);
    if (!options.only.empty() && options.only != name) continue;
    DOORMAN_TRY(const policy::SourceText many, variations(stable, count));
    std::shared_ptr<const policy::Engine> engine;
    std::optional<Error> error;
    std::vector<double> seconds;
    for (int round = 0; round < options.rounds; ++round) {
      seconds.push_back(seconds_of([&] {
        auto made = compile({many});
        if (made.ok()) engine = *made;
        else error = made.error();
      }));
      if (error) return *error;
    }
    DOORMAN_CHECK(measure(options, replay, name, Depth::rules, engine));
    fmt::print("{:<28} {:>7.1f} ms to load\n", "", median(seconds) * 1e3);
  }
  return {};
}

Status replay(const Options& options) {
  DOORMAN_TRY(source::Replay replay, source::Replay::open(options.recording));
  DOORMAN_CHECK(Pass(replay, Depth::decode, nullptr).run());  // brings the file into memory
  DOORMAN_CHECK(measure(options, replay, "decode", Depth::decode, nullptr));
  DOORMAN_CHECK(measure(options, replay, "decode and process", Depth::processes, nullptr));
  DOORMAN_CHECK(measure(options, replay, "and eight fields", Depth::fields, nullptr));
  return measure_rules(options, replay);
}

Status run(const std::vector<std::string_view>& words) {
  const auto number = [](std::string_view text) {
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  if (words.size() == 4 && words[0] == "record") return record(words[1], number(words[2]), std::string(words[3]));
  if (words.size() >= 3 && words[0] == "log") {
    return measure_log(std::string(words[1]), std::string(words[2]), words.size() > 3 ? number(words[3]) : 5);
  }
  if (words.size() < 2 || words[0] != "replay")
    return Error(ErrorCode::usage, "record, log or replay: see the source");
  Options options;
  options.recording = words[1];
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    if (words[i] == "--stable") options.stable = words[i + 1];
    else if (words[i] == "--packs") options.packs = words[i + 1];
    else if (words[i] == "--only") options.only = words[i + 1];
    else if (words[i] == "--rounds") options.rounds = std::max(1, static_cast<int>(number(words[i + 1])));
    else return Error(ErrorCode::usage, "unknown option " + std::string(words[i]));
  }
  return replay(options);
}

}  // namespace
}  // namespace doorman::bench

int main(int argc, char** argv) {
  const auto status = doorman::bench::run({argv + 1, argv + argc});
  if (status.ok()) return 0;
  fmt::print(stderr, "{}\n", status.error().message());
  return 2;
}
