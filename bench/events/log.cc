// SPDX-License-Identifier: Apache-2.0
#include "events/log.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <functional>
#include <vector>

#include "base/fd.h"
#include "model/record_frame.h"
#include "source/replay.h"
#include "store/event_log.h"
#include "store/event_log_reader.h"
#include "store/log_folder.h"

namespace doorman::bench {
namespace {

using base::Bytes;
using base::Result;
using base::Status;

struct Cost {
  double processor = 0, wall = 0;  ///< seconds
};

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Result<Cost> cost_of(const std::function<Status()>& work) {
  const auto began = std::chrono::steady_clock::now();
  const double processor = processor_seconds();
  DOORMAN_CHECK(work());
  return Cost{processor_seconds() - processor,
              std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()};
}

/// One record after another, as the guard has them.
template <typename Take>
void for_each_record(Bytes records, Take&& take) {
  while (const auto frame = model::RecordFrame::of(records)) {
    take(records.substr(0, frame->size));
    records.remove_prefix(frame->size);
  }
}

Status write_plainly(Bytes records, const std::string& path) {
  constexpr std::size_t block_bytes = 256U << 10U;
  const base::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) return base::system_error(path);
  std::string block;
  Status status;
  for_each_record(records, [&](Bytes record) {
    if (block.size() + record.size() > block_bytes && status.ok()) {
      status = base::write_all(fd, block);
      block.clear();
    }
    block.append(record);
  });
  DOORMAN_CHECK(status);
  return base::write_all(fd, block);
}

Status append(Bytes records, const std::string& folder) {
  store::EventLog::Settings settings;
  settings.limits.total_bytes = std::uint64_t{16} << 30U;
  DOORMAN_TRY(const auto log, store::EventLog::open(folder, std::move(settings)));
  for_each_record(records, [&](Bytes record) { log->append(record); });
  return log->flush();
}

Status read_back(const std::string& folder, std::uint64_t wanted) {
  DOORMAN_TRY(auto reader, store::EventLogReader::open(folder));
  std::uint64_t count = 0;
  while (reader.next()) ++count;
  if (count == wanted) return {};
  return base::Error(base::ErrorCode::mismatch, fmt::format("{} records were read, not {}", count, wanted));
}

void tell(std::string_view what, std::vector<Cost>& costs, std::uint64_t records, std::uint64_t bytes) {
  const auto middle = [&](double Cost::* part) {
    std::ranges::sort(costs, {}, part);
    return costs[costs.size() / 2].*part;
  };
  const double processor = middle(&Cost::processor), wall = middle(&Cost::wall);
  fmt::print("{:<24} {:>7.2f} M/s of processor  {:>6.1f} ns  {:>6.2f} GB/s   {:>7.2f} M/s by the clock\n", what,
             static_cast<double>(records) / processor / 1e6, processor * 1e9 / static_cast<double>(records),
             static_cast<double>(bytes) / processor / 1e9, static_cast<double>(records) / wall / 1e6);
}

}  // namespace

Status measure_log(const std::string& recording, const std::string& folder, std::size_t rounds) {
  DOORMAN_TRY(const source::Replay replay, source::Replay::open(recording));
  const Bytes records = replay.records();
  std::uint64_t count = 0;
  for_each_record(records, [&](Bytes) { ++count; });
  fmt::print("{} records, {} MB, {} bytes each\n", count, records.size() / 1'000'000, records.size() / count);
  std::vector<Cost> plain, appended, read;
  const std::string file = folder + "/plain";
  for (std::size_t round = 0; round < rounds; ++round) {
    std::filesystem::remove_all(store::log_folder(folder));
    DOORMAN_TRY(plain.emplace_back(), cost_of([&] { return write_plainly(records, file); }));
    std::filesystem::remove(file);
    DOORMAN_TRY(appended.emplace_back(), cost_of([&] { return append(records, folder); }));
    DOORMAN_TRY(read.emplace_back(), cost_of([&] { return read_back(folder, count); }));
  }
  std::filesystem::remove_all(store::log_folder(folder));
  tell("copied and written", plain, count, records.size());
  tell("appended to the log", appended, count, records.size());
  tell("read from the log", read, count, records.size());
  return {};
}

}  // namespace doorman::bench
