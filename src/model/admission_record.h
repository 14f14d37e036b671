// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/container.h"
#include "model/facts.h"
#include "model/image_record.h"
#include "model/neighbours.h"

namespace doorman::model {

/// A container that asks to be started. Empty texts and lists are what was not said.
struct AdmissionRequest {
  Container container;       ///< who it is; its image_facts are what a scan left
  bool scan_unread = false;  ///< a scan left something that could not be read
  ImageName image;
  std::string kind;  ///< container, or sandbox
  std::vector<std::string> env;
  std::uint32_t uid = 0, gid = 0;
  bool read_only_root = false, no_new_privileges = false;
  std::optional<bool> host_users;
  std::vector<std::string> capabilities, capabilities_add, capabilities_drop;  ///< without CAP_
  std::string seccomp, apparmor, selinux_type, proc_mount;
  std::vector<std::string> sysctls;  ///< name=value
  std::vector<std::string> host_paths, writable_host_paths, engine_sockets, devices;
  std::optional<std::uint64_t> memory_limit;
  std::optional<double> cpu_limit;
  Container::Labels annotations;
  std::optional<base::Time> now;         ///< what the image's age counts to
  std::optional<std::uint32_t> trust;    ///< 0 to 100; nothing: nobody said
  std::optional<Neighbours> neighbours;  ///< nothing: no rule asks, or they are not known
};

/// What rules of source `admission` see of a request that reaches the runtime. Borrows it. What only an
/// orchestrator knows (who asks, probes, ports) is absent.
class AdmissionRecord final : public Facts {
 public:
  explicit AdmissionRecord(const AdmissionRequest& request) : request_(request) {}

  [[nodiscard]] EventSource source() const override { return EventSource::admission; }
  [[nodiscard]] Value read(const FieldUse& use, base::Arena& scratch) const override;

 private:
  const AdmissionRequest& request_;
};

}  // namespace doorman::model
