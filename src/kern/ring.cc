// SPDX-License-Identifier: Apache-2.0
// The layout is the kernel's: Documentation/bpf/ringbuf.rst, kernel/bpf/ringbuf.c.
#include "kern/ring.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace doorman::kern {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::uint64_t header_bytes = BPF_RINGBUF_HDR_SZ;

std::uint64_t load(const std::uint64_t* at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }

}  // namespace

base::Result<Ring> Ring::open(int map) {
  bpf_map_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(map, &info, &size) != 0) return base::system_error("ring");
  if (info.type != BPF_MAP_TYPE_RINGBUF) return Error(ErrorCode::invalid, "the map is no ring");
  Ring ring;
  ring.map_ = base::Fd(::fcntl(map, F_DUPFD_CLOEXEC, 0));
  if (!ring.map_.valid()) return base::system_error("ring");
  ring.mask_ = std::uint64_t{info.max_entries} - 1;
  ring.page_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const own = ::mmap(nullptr, ring.page_, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
  if (own == MAP_FAILED) return base::system_error("map the ring");
  ring.consumer_ = static_cast<std::uint64_t*>(own);
  // The kernel offers the data twice in a row; what is mapped counts as memory, so we take it once.
  void* const others =
      ::mmap(nullptr, ring.page_ + ring.capacity(), PROT_READ, MAP_SHARED, map, static_cast<off_t>(ring.page_));
  if (others == MAP_FAILED) return base::system_error("map the ring");
  ring.producer_ = static_cast<const std::uint64_t*>(others);
  ring.data_ = static_cast<const char*>(others) + ring.page_;
  return ring;
}

Ring::Ring(Ring&& other) noexcept { *this = std::move(other); }

Ring& Ring::operator=(Ring&& other) noexcept {
  std::swap(map_, other.map_);
  std::swap(mask_, other.mask_);
  std::swap(consumer_, other.consumer_);
  std::swap(producer_, other.producer_);
  std::swap(data_, other.data_);
  std::swap(page_, other.page_);
  return *this;
}

Ring::~Ring() {
  if (consumer_ != nullptr) ::munmap(consumer_, page_);
  if (producer_ != nullptr) ::munmap(const_cast<std::uint64_t*>(producer_), page_ + capacity());
}

std::uint64_t Ring::pending() const { return load(producer_) - load(consumer_); }

std::size_t Ring::read(std::string& into, std::size_t most_bytes) {
  std::size_t records = 0, added = 0;
  std::uint64_t at = *consumer_;
  const std::uint64_t end = load(producer_);
  while (at < end && added < most_bytes) {
    const auto* const header = reinterpret_cast<const std::uint32_t*>(data_ + (at & mask_));
    const std::uint32_t length = __atomic_load_n(header, __ATOMIC_ACQUIRE);
    if ((length & BPF_RINGBUF_BUSY_BIT) != 0) break;  // its writer is not done, and those behind it wait
    const std::uint64_t bytes = length & ~(std::uint32_t{BPF_RINGBUF_BUSY_BIT} | BPF_RINGBUF_DISCARD_BIT);
    if ((length & BPF_RINGBUF_DISCARD_BIT) == 0) {
      const std::uint64_t begin = (at + header_bytes) & mask_, first = std::min(bytes, capacity() - begin);
      into.append(data_ + begin, first).append(data_, bytes - first);
      added += bytes;
      ++records;
    }
    at += (bytes + header_bytes + 7) & ~std::uint64_t{7};
  }
  __atomic_store_n(consumer_, at,
                   __ATOMIC_SEQ_CST);  // before the ring is looked at again: a wake-up may hang on it
  return records;
}

}  // namespace doorman::kern
