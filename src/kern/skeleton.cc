// SPDX-License-Identifier: Apache-2.0
#include "kern/skeleton.h"

#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/fd.h"

namespace doorman::kern {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

thread_local LibbpfMessages* listener = nullptr;

[[gnu::format(printf, 2, 0)]] int take(libbpf_print_level level, const char* format, va_list arguments) {
  if (listener == nullptr || level == LIBBPF_DEBUG) return 0;
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length <= 0) return 0;
  std::string line(static_cast<std::size_t>(length) + 1, '\0');
  std::vsnprintf(line.data(), line.size(), format, arguments);
  line.pop_back();
  listener->add(line);
  return 0;
}

ErrorCode code_of(int number) {
  if (number == EACCES || number == EPERM) return ErrorCode::denied;
  if (number == ENOENT || number == ESRCH) return ErrorCode::not_found;
  if (number == EINVAL || number == EOPNOTSUPP || number == E2BIG) return ErrorCode::unsupported;
  return ErrorCode::io;
}

}  // namespace

LibbpfMessages::LibbpfMessages() : outer_(std::exchange(listener, this)) { libbpf_set_print(take); }

LibbpfMessages::~LibbpfMessages() { listener = outer_; }

void LibbpfMessages::add(std::string_view text) {
  text_ += text;
  if (text_.size() > most_bytes) text_.erase(0, text_.size() - most_bytes);
}

Error LibbpfMessages::error(std::string_view what, int number) const {
  // Sizes of maps differ from version to version.
  if (text_.find("reusing pinned map") != std::string::npos) {
    return Error(ErrorCode::invalid,
                 "a guard of another version left what does not fit; `doorman guard --remove` takes it away")
        .in(what);
  }
  std::string message = std::strerror(number);
  std::string_view tail = text_;
  while (!tail.empty() && tail.back() == '\n') tail.remove_suffix(1);
  if (!tail.empty()) message.append(": ").append(tail);
  return Error(code_of(number), std::move(message)).in(what);
}

Status size_by_processors(bpf_map* map) {
  const int processors = libbpf_num_possible_cpus();
  if (processors <= 0) return Error(ErrorCode::io, std::strerror(-processors)).in("number of processors");
  const int result = bpf_map__set_max_entries(map, static_cast<std::uint32_t>(processors));
  if (result != 0) return Error(code_of(-result), std::strerror(-result)).in(bpf_map__name(map));
  return {};
}

Links::~Links() {
  for (bpf_link* link : links_) bpf_link__destroy(link);
}

void Links::detach() {
  const LibbpfMessages messages;
  for (bpf_link* link : links_) bpf_link__detach(link);
}

Status Links::keep(bpf_link* link, bpf_program* program, const Pins* pins, std::string_view family) {
  links_.push_back(link);
  if (pins == nullptr) return {};
  const std::string path = pins->link_path(family, bpf_program__name(program));
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return base::system_error(path);
  const LibbpfMessages messages;
  if (const int result = bpf_link__pin(link, path.c_str()); result != 0) {
    return messages.error("pin " + path, -result);
  }
  return {};
}

Status Links::attach(bpf_program* program, const Pins* pins, std::string_view family) {
  const LibbpfMessages messages;
  bpf_link* const link = bpf_program__attach(program);
  if (link == nullptr) return messages.error(std::string("attach ").append(bpf_program__name(program)), errno);
  return keep(link, program, pins, family);
}

Status Links::attach_to_cgroup(bpf_program* program, int group, const Pins* pins, std::string_view family) {
  const LibbpfMessages messages;
  bpf_link* const link = bpf_program__attach_cgroup(program, group);
  if (link == nullptr) return messages.error(std::string("attach ").append(bpf_program__name(program)), errno);
  return keep(link, program, pins, family);
}

}  // namespace doorman::kern
