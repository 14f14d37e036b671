// SPDX-License-Identifier: Apache-2.0
#include "kern/seed_programs.h"

#include <bpf/bpf.h>
#include <skeletons/seed.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "kern/skeleton.h"

namespace doorman::kern {
namespace {

using base::Result;

constexpr std::size_t most_bytes = 1U << 30U;  // of what programs write; more than any machine has processes

struct DestroyLink {
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};

/// Everything that an iterator writes.
Result<std::string> read_all(bpf_program* program, bpf_iter_link_info* which) {
  bpf_iter_attach_opts options{};
  options.sz = sizeof options;
  options.link_info = which;
  options.link_info_len = which == nullptr ? 0 : sizeof *which;
  const LibbpfMessages messages;
  const std::unique_ptr<bpf_link, DestroyLink> link(bpf_program__attach_iter(program, &options));
  if (link == nullptr) return messages.error("attach an iterator", errno);
  const base::Fd iterator(bpf_iter_create(bpf_link__fd(link.get())));
  if (!iterator.valid()) return base::system_error("iterator");
  std::string read;
  constexpr std::size_t step = 64U << 10U;  // more than any record
  std::size_t used = 0;
  for (;;) {
    read.resize(used + step);
    const ssize_t got = ::read(iterator.get(), read.data() + used, step);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return base::system_error("read an iterator");
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > most_bytes) return base::Error(base::ErrorCode::limit, "more processes than can be read");
  }
  read.resize(used);
  return read;
}

}  // namespace

Result<Seed> read_seed(const Pins& pins) {
  DOORMAN_TRY(auto skeleton, Skeleton<seed_bpf>::open("seed", pins));
  DOORMAN_CHECK(skeleton.load());
  bpf_iter_link_info all_groups{};
  all_groups.cgroup.order = BPF_CGROUP_ITER_DESCENDANTS_PRE;
  Seed seed;
  DOORMAN_TRY(seed.groups, read_all(skeleton->progs.tell_group, &all_groups));
  DOORMAN_TRY(seed.processes, read_all(skeleton->progs.tell_process, nullptr));
  return seed;
}

}  // namespace doorman::kern
