// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/kernel_source.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <optional>
#include <thread>
#include <utility>

#include "base/fd.h"
#include "base/nanoseconds.h"
#include "kern/call_programs.h"
#include "kern/process_programs.h"
#include "kern/ring.h"
#include "kern/seed_programs.h"
#include "parse/event/guard.h"
#include "source/kernel/call_table.h"
#include "source/kernel/merge.h"

namespace doorman::source::kernel {
namespace {

using base::Result;
using base::Status;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

static_assert(static_cast<int>(kern::LossCause::table_full) ==
              static_cast<int>(model::LostRecord::Cause::table_full));

/// The programs of system calls, with what they fill.
struct Calls {
  kern::CallPrograms programs;
  kern::Ring privileges, watched, others;
};

class Source final : public KernelSource {
 public:
  Source(const kern::Pins& pins, KernelOptions options, kern::SharedMaps maps, kern::ProcessPrograms processes,
         kern::Ring critical)
      : pins_(pins),
        options_(options),
        maps_(std::move(maps)),
        processes_(std::move(processes)),
        critical_(std::move(critical)) {}

  Status want(const model::KernelNeeds& needs) override;
  Status read_seed(std::string& into) override;
  Result<bool> wait(std::chrono::milliseconds timeout) override;
  Result<std::size_t> read(std::string& into) override;
  kern::SharedMaps& maps() override { return maps_; }

 private:
  Status do_each_second(std::string& into);
  void read_rings();

  const kern::Pins& pins_;
  KernelOptions options_;
  kern::SharedMaps maps_;
  kern::ProcessPrograms processes_;
  kern::Ring critical_;
  std::optional<Calls> calls_;
  std::string from_critical_, from_privileges_, from_watched_, from_calls_;
  Clock::time_point next_second_;
};

Status Source::want(const model::KernelNeeds& needs) {
  const kern::CallFilter filter = filter_of(needs);
  std::optional<Calls> calls;
  if (!filter.forms.empty()) {
    DOORMAN_TRY(auto programs, kern::CallPrograms::load(pins_, filter));
    DOORMAN_CHECK(programs.attach(pins_, options_.pinned));
    DOORMAN_TRY(auto privileges, programs.privileges());
    DOORMAN_TRY(auto watched, programs.watched());
    DOORMAN_TRY(auto others, programs.calls());
    calls.emplace(Calls{std::move(programs), std::move(privileges), std::move(watched), std::move(others)});
  } else {
    DOORMAN_CHECK(pins_.remove_links(kern::CallPrograms::family));
  }
  calls_ = std::move(calls);
  return {};
}

Status Source::read_seed(std::string& into) {
  DOORMAN_TRY(const kern::Seed seed, kern::read_seed(pins_));
  into.append(seed.groups).append(seed.processes);
  return {};
}

Result<bool> Source::wait(std::chrono::milliseconds timeout) {
  std::array<pollfd, 4> rings{};
  std::size_t count = 0;
  const auto look_at = [&](const kern::Ring& ring) {
    rings.at(count++) = {.fd = ring.fd(), .events = POLLIN, .revents = 0};
  };
  look_at(critical_);
  if (calls_) {
    look_at(calls_->privileges);
    look_at(calls_->watched);
    look_at(calls_->others);
  }
  const int ready = ::poll(rings.data(), count, static_cast<int>(timeout.count()));
  if (ready < 0 && errno != EINTR) return base::system_error("poll");
  if (ready <= 0) return false;
  std::this_thread::sleep_for(linger);
  return true;
}

/// The ring of processes last: so whoever did what the others tell is known, in this batch or an earlier one.
void Source::read_rings() {
  for (std::string* bytes : {&from_critical_, &from_privileges_, &from_watched_, &from_calls_}) bytes->clear();
  if (calls_) {
    calls_->others.read(from_calls_, most_bytes_of_ring);
    calls_->watched.read(from_watched_, most_bytes_of_ring);
    calls_->privileges.read(from_privileges_, most_bytes_of_ring);
  }
  critical_.read(from_critical_, most_bytes_of_ring);
}

Result<std::size_t> Source::read(std::string& into) {
  const std::size_t before = into.size();
  read_rings();
  const std::array<base::Bytes, 4> batches{from_critical_, from_privileges_, from_watched_, from_calls_};
  DOORMAN_CHECK(merge(batches, into));
  if (Clock::now() >= next_second_) DOORMAN_CHECK(do_each_second(into));
  return into.size() - before;
}

Status Source::do_each_second(std::string& into) {
  next_second_ = Clock::now() + 1s;
  DOORMAN_TRY(const auto losses, maps_.take_losses());
  for (const kern::Loss& loss : losses) {
    model::EventRecord record;
    record.time = base::read_clock(CLOCK_BOOTTIME);
    record.cgroup = loss.cgroup;
    const auto cause = static_cast<model::LostRecord::Cause>(loss.cause);
    parse::event::append_lost(into, record, {cause, loss.count});
  }
  return maps_.beat();
}

}  // namespace

Result<std::unique_ptr<KernelSource>> KernelSource::start(const kern::Pins& pins, const KernelOptions& options) {
  DOORMAN_TRY(auto processes, kern::ProcessPrograms::load(pins));
  DOORMAN_TRY(auto maps, kern::SharedMaps::open(pins));
  DOORMAN_CHECK(maps.set(options.settings));
  DOORMAN_CHECK(processes.attach(pins, options.pinned));
  DOORMAN_TRY(auto critical, processes.critical());
  return std::unique_ptr<KernelSource>(
      std::make_unique<Source>(pins, options, std::move(maps), std::move(processes), std::move(critical)));
}

}  // namespace doorman::source::kernel
