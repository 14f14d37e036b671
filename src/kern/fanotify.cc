// SPDX-License-Identifier: Apache-2.0
#include "kern/fanotify.h"

#include <fcntl.h>
#include <sys/fanotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace doorman::kern {
namespace {

using base::Error;
using base::ErrorCode;

// Since Linux 5.15 and 5.19; Debian 12's glibc knows them, older headers do not.
#ifndef FAN_REPORT_PIDFD
constexpr unsigned FAN_REPORT_PIDFD = 0x80;
#endif
#ifndef FAN_MARK_EVICTABLE
constexpr unsigned FAN_MARK_EVICTABLE = 0x200;
#endif

/// Of descriptors in the process that reads: it has few of its own.
constexpr std::int32_t largest_name = 256;

base::Status mark(const base::Fd& group, unsigned flags, const base::Fd& place, std::string_view what) {
  const std::string path = "/proc/self/fd/" + std::to_string(place.get());
  if (::fanotify_mark(group.get(), flags, FAN_OPEN_EXEC_PERM, AT_FDCWD, path.c_str()) != 0) {
    return base::system_error(what);
  }
  return {};
}

/// The pidfd among the records that follow the event's metadata.
int pidfd_of(const char* event, std::size_t size, std::size_t at) {
  fanotify_event_info_header header{};
  while (at + sizeof header <= size) {
    std::memcpy(&header, event + at, sizeof header);
    if (header.len < sizeof header || at + header.len > size) return -1;
    if (header.info_type == FAN_EVENT_INFO_TYPE_PIDFD && header.len >= sizeof(fanotify_event_info_pidfd)) {
      fanotify_event_info_pidfd info{};
      std::memcpy(&info, event + at, sizeof info);
      return info.pidfd;
    }
    at += header.len;
  }
  return -1;
}

}  // namespace

base::Result<ExecQuestions> ExecQuestions::open() {
  const unsigned flags =
      FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS | FAN_REPORT_PIDFD;
  // NOLINTNEXTLINE(misc-redundant-expression): O_LARGEFILE is 0 where every file is one
  base::Fd group(::fanotify_init(flags, O_RDONLY | O_CLOEXEC | O_LARGEFILE));
  if (group.valid()) return ExecQuestions(std::move(group));
  if (errno == EINVAL || errno == ENOSYS) {
    return Error(ErrorCode::unsupported, "fanotify: this kernel cannot ask before a program is executed");
  }
  return base::system_error("fanotify");
}

base::Status ExecQuestions::watch_file_system(const base::Fd& place) {
  return mark(group_, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, place, "watch a file system");
}

base::Status ExecQuestions::watch_mount(const base::Fd& place) {
  return mark(group_, FAN_MARK_ADD | FAN_MARK_MOUNT, place, "watch a mount");
}

base::Status ExecQuestions::ignore(const Question& question) {
  return mark(group_, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_EVICTABLE, question.file, "an ignore mark");
}

base::Result<ExecQuestions::Question> ExecQuestions::next() {
  // Room for one event with its pidfd record: the kernel gives as many events as fit whole.
  alignas(fanotify_event_metadata)
      std::array<char, sizeof(fanotify_event_metadata) + sizeof(fanotify_event_info_pidfd)>
          event{};
  ssize_t got = -1;
  do {
    got = ::read(group_.get(), event.data(), event.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EAGAIN) return Error(ErrorCode::not_found, "no question waits");
  if (got < 0) return base::system_error("fanotify");
  fanotify_event_metadata metadata{};
  const auto size = static_cast<std::size_t>(got);
  if (size < sizeof metadata) return Error(ErrorCode::truncated, "fanotify: an event is too short");
  std::memcpy(&metadata, event.data(), sizeof metadata);
  Question question;
  question.file = base::Fd(metadata.fd);
  question.process = base::Fd(std::max(pidfd_of(event.data(), size, metadata.metadata_len), -1));
  question.pid = static_cast<std::uint32_t>(metadata.pid);
  question.name = metadata.fd;
  if (metadata.vers != FANOTIFY_METADATA_VERSION || !question.file.valid()) {
    return Error(ErrorCode::unsupported, "fanotify: an event without a file");
  }
  return question;
}

base::Status ExecQuestions::answer(std::int32_t name, Answer answer) {
  const fanotify_response response{
      .fd = name, .response = static_cast<std::uint32_t>(answer == Answer::allow ? FAN_ALLOW : FAN_DENY)};
  const ssize_t put = ::write(group_.get(), &response, sizeof response);
  if (put < 0 && errno != ENOENT) return base::system_error("fanotify: an answer");
  return {};
}

void ExecQuestions::release_all() {
  for (std::int32_t name = 0; name < largest_name; ++name) {
    if (!answer(name, Answer::allow).ok()) return;
  }
}

}  // namespace doorman::kern
