// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/event_record.h"
#include "model/facts.h"
#include "model/process.h"

namespace doorman::model {

/// Who has the addresses: names out of the DNS answers that a container itself received.
class AddressNames {
 public:
  AddressNames() = default;
  AddressNames(const AddressNames&) = delete;
  AddressNames& operator=(const AddressNames&) = delete;
  virtual ~AddressNames() = default;

  /// The latest name, or empty. Lives until the next call.
  [[nodiscard]] virtual std::string_view name_of(const base::IpAddress& address, std::uint64_t cgroup) const = 0;
};

/// What holds for many events. Everything here outlives the events that are read with it.
struct EventContext {
  std::uint64_t boot_time = 0;  ///< of the machine, in nanoseconds since 1970: what a record's clock counts from
  std::uint64_t first = 0;      ///< time of the first event, as records tell time
  std::uint64_t previous = 0;   ///< and of the event before this one
  std::uint64_t number = 0;     ///< of the event, from 1
  std::string hostname;
  const UserNames* host_names = nullptr;
  const AddressNames* address_names = nullptr;
};

/// An event of the kernel as rules see it: one record, the process it is about, that process's ancestors, its
/// container. A view: record, process, container and context must outlive it and what is read from it.
class SystemEvent final : public Facts {
 public:
  /// `process` is null when nothing is known of it; `container` is null for the host's.
  SystemEvent(const EventRecord& record, const Process* process, const Container* container,
              const EventContext& context)
      : record_(record), process_(process), container_(container), context_(context) {}

  [[nodiscard]] EventSource source() const override { return EventSource::syscall; }
  [[nodiscard]] Value read(const FieldUse& use, base::Arena& scratch) const override;
  [[nodiscard]] EventType event_type() const override { return record_.type; }
  [[nodiscard]] Revisions revisions() const override {
    if (process_ == nullptr) return {};
    return {{0, process_->revision, process_->program->id, process_->ancestry, process_->place}};
  }

  [[nodiscard]] const EventRecord& record() const { return record_; }
  [[nodiscard]] const Process* process() const { return process_; }
  [[nodiscard]] const Container* container() const { return container_; }
  [[nodiscard]] const EventContext& context() const { return context_; }

 private:
  const EventRecord& record_;
  const Process* process_;
  const Container* container_;
  const EventContext& context_;
};

}  // namespace doorman::model
