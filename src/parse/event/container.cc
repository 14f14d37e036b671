// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "bpf/event.h"
#include "parse/event/record.h"

namespace doorman::parse::event {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using model::Container;
using model::EventRecord;

Result<std::vector<std::string_view>> list_at(const EventRecord& record, std::size_t slot, std::size_t each,
                                              std::size_t limit, std::string_view what) {
  std::vector<std::string_view> texts;
  model::for_each_text(record.at(slot), [&](std::string_view text) {
    texts.push_back(text);
    return texts.size() <= limit * each;
  });
  if (texts.size() > limit * each) return Error(ErrorCode::limit, fmt::format("more than {} {}", limit, what));
  if (texts.size() % each != 0) return Error(ErrorCode::invalid, fmt::format("the last of the {} is cut", what));
  return texts;
}

Result<Container::Labels> labels_at(const EventRecord& record, std::size_t slot) {
  DOORMAN_TRY(const auto texts, list_at(record, slot, 2, RecordLimits::labels, "labels"));
  Container::Labels labels;
  for (std::size_t i = 0; i < texts.size(); i += 2) labels.emplace_back(texts[i], texts[i + 1]);
  std::ranges::sort(labels);
  return labels;
}

Result<std::vector<model::ContainerMount>> mounts_at(const EventRecord& record) {
  constexpr std::size_t parts = 5;
  DOORMAN_TRY(const auto texts, list_at(record, DOORMAN_CONTAINER_MOUNTS, parts, RecordLimits::mounts, "mounts"));
  std::vector<model::ContainerMount> mounts;
  for (std::size_t i = 0; i < texts.size(); i += parts) {
    model::ContainerMount mount;
    mount.source = texts[i];
    mount.destination = texts[i + 1];
    mount.mode = texts[i + 2];
    mount.writable = texts[i + 3] == "rw";
    mount.propagation = texts[i + 4];
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

void read_flags(const EventRecord& record, Container& container) {
  std::uint64_t flags = 0;
  const std::string_view bytes = record.at(DOORMAN_CONTAINER_FLAGS);
  if (bytes.size() != sizeof flags) return;
  std::memcpy(&flags, bytes.data(), sizeof flags);
  container.privileged = (flags & DOORMAN_CONTAINER_PRIVILEGED) != 0;
  container.host_pid = (flags & DOORMAN_CONTAINER_HOST_PID) != 0;
  container.host_network = (flags & DOORMAN_CONTAINER_HOST_NETWORK) != 0;
  container.host_ipc = (flags & DOORMAN_CONTAINER_HOST_IPC) != 0;
}

}  // namespace

Result<Container> decode_container(const EventRecord& record) {
  Container container;
  const auto text = [&](std::size_t slot) { return std::string(record.at(slot)); };
  container.id = text(DOORMAN_CONTAINER_ID);
  if (container.id.empty() && record.cgroup != 0 && !record.gone) {
    return Error(ErrorCode::invalid, "a container without an id");
  }
  container.name = text(DOORMAN_CONTAINER_NAME);
  container.engine = text(DOORMAN_CONTAINER_ENGINE);
  container.image = text(DOORMAN_CONTAINER_IMAGE);
  container.image_id = text(DOORMAN_CONTAINER_IMAGE_ID);
  container.repository = text(DOORMAN_CONTAINER_REPOSITORY);
  container.tag = text(DOORMAN_CONTAINER_TAG);
  container.digest = text(DOORMAN_CONTAINER_DIGEST);
  container.ip = text(DOORMAN_CONTAINER_IP);
  container.pod_name = text(DOORMAN_CONTAINER_POD_NAME);
  container.pod_namespace = text(DOORMAN_CONTAINER_POD_NAMESPACE);
  container.pod_uid = text(DOORMAN_CONTAINER_POD_UID);
  container.pod_sandbox = text(DOORMAN_CONTAINER_POD_SANDBOX);
  container.hostname = text(DOORMAN_CONTAINER_HOSTNAME);
  DOORMAN_TRY(container.labels, labels_at(record, DOORMAN_CONTAINER_LABELS));
  DOORMAN_TRY(container.pod_labels, labels_at(record, DOORMAN_CONTAINER_POD_LABELS));
  DOORMAN_TRY(container.mounts, mounts_at(record));
  container.names = model::parse_user_names(record.at(DOORMAN_CONTAINER_USERS), record.at(DOORMAN_CONTAINER_GROUPS),
                                            RecordLimits::names);
  read_flags(record, container);
  return container;
}

}  // namespace doorman::parse::event
