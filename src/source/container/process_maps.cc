// SPDX-License-Identifier: Apache-2.0
#include "source/container/process_maps.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/process_start.h"

namespace doorman::source::container {

using base::Fd;
using base::Result;

namespace {

constexpr std::size_t piece_bytes = 16U << 10U;

Result<std::uint64_t> read_start(const Fd& folder) {
  const Fd stat(::openat(folder.get(), "stat", O_RDONLY | O_CLOEXEC));
  if (!stat.valid()) return base::system_error("stat");
  std::array<char, 4096> text{};
  const ssize_t count = ::read(stat.get(), text.data(), text.size());
  if (count < 0) return base::system_error("stat");
  const auto ticks = base::start_ticks({text.data(), static_cast<std::size_t>(count)});
  if (!ticks) return base::Error(base::ErrorCode::invalid, "stat tells no start");
  return *ticks;
}

}  // namespace

Result<ProcessMaps> ProcessMaps::open(std::uint32_t pid, std::uint64_t start) {
  const std::string path = fmt::format("/proc/{}", pid);
  Fd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return base::system_error(path);
  DOORMAN_TRY(const std::uint64_t ticks, read_start(folder).in(path));
  if (!base::is_start(ticks, start)) return base::Error(base::ErrorCode::not_found, path + ": another process");
  Fd maps(::openat(folder.get(), "maps", O_RDONLY | O_CLOEXEC));
  if (!maps.valid()) return base::system_error(path + "/maps");
  return ProcessMaps(std::move(folder), std::move(maps));
}

std::size_t ProcessMaps::read(std::size_t bytes, const Take& take) {
  std::array<char, piece_bytes> piece{};
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t count = ::read(maps_.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text_.append(piece.data(), static_cast<std::size_t>(count));
    done += static_cast<std::size_t>(count);
    take_lines(take);
  }
  return done;
}

/// A name may hold a carriage return: lines end with a line feed and nothing else.
void ProcessMaps::take_lines(const Take& take) {
  std::string_view rest = text_;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    if (!std::exchange(passes_over_, false)) {
      if (const auto file = parse::container::parse_mapped_file(rest.substr(0, end))) take(*file);
    }
    rest.remove_prefix(end + 1);
  }
  if (rest.size() > parse::container::max_map_line_bytes) {
    passes_over_ = true;
    rest = {};
  }
  text_.erase(0, text_.size() - rest.size());
}

Result<Fd> ProcessMaps::open_file(const parse::container::MappedFile& file) const {
  const std::string name = fmt::format("map_files/{}", file.range);
  Fd opened(::openat(folder_.get(), name.c_str(), O_PATH | O_CLOEXEC));
  if (!opened.valid()) return base::system_error(name);
  return opened;
}

std::string ProcessMaps::process() const { return fmt::format("self/fd/{}", folder_.get()); }

}  // namespace doorman::source::container
