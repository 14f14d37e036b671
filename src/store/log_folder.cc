// SPDX-License-Identifier: Apache-2.0
#include "store/log_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "store/event_log_format.h"

namespace doorman::store {
namespace {

namespace fs = std::filesystem;
using base::Bytes;
using base::Error;
using base::ErrorCode;

std::optional<BlockHead> head_at(Bytes file, std::uint64_t salt, std::size_t offset) {
  const auto head = BlockHead::read(file.substr(offset), seed_of(salt, offset));
  if (!head || file.size() - offset - BlockHead::bytes < head->length) return std::nullopt;
  return head;
}

/// Where the last whole block ends. Of the blocks before it only the heads are looked at.
std::size_t end_of_blocks(Bytes file, std::uint64_t salt) {
  std::size_t last_begin = SegmentHead::bytes;
  std::optional<BlockHead> last;
  for (std::size_t at = last_begin; at + BlockHead::bytes <= file.size();) {
    const auto head = head_at(file, salt, at);
    if (!head) {
      at += block_align;  // past what is damaged
      continue;
    }
    last = head;
    last_begin = at;
    at += BlockHead::bytes + head->length;
  }
  if (!last) return SegmentHead::bytes;
  const Bytes records = file.substr(last_begin + BlockHead::bytes, last->length);
  const bool is_whole = checksum_of(records, seed_of(salt, last_begin)) == last->checksum;
  return is_whole ? last_begin + BlockHead::bytes + last->length : last_begin;
}

}  // namespace

std::string segment_path(const std::string& folder, std::uint64_t number) {
  return folder + "/" + segment_name(number);
}

base::Result<std::vector<SegmentFile>> list_segments(const std::string& folder) {
  std::vector<SegmentFile> segments;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const auto number = segment_number(it->path().filename().string());
    struct stat status{};
    if (!number || ::lstat(it->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    segments.push_back({*number, static_cast<std::uint64_t>(status.st_size), status.st_mtime});
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Error(error == std::errc::permission_denied ? ErrorCode::denied : ErrorCode::io,
                 folder + ": " + error.message());
  }
  std::ranges::sort(segments, {}, &SegmentFile::number);
  return segments;
}

base::Result<base::Fd> lock_log(const std::string& folder) {
  const std::string path = folder + "/lock";
  base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return base::system_error(path);
  struct flock wanted{};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  if (::fcntl(fd.get(), F_SETLK, &wanted) == 0) return fd;
  if (errno != EACCES && errno != EAGAIN) return base::system_error(path);
  struct flock held = wanted;
  if (::fcntl(fd.get(), F_GETLK, &held) != 0 || held.l_type == F_UNLCK) held.l_pid = 0;
  return Error(ErrorCode::denied, fmt::format("{}: process {} writes this log already", folder, held.l_pid));
}

std::optional<std::uint32_t> log_writer(const std::string& state_folder) {
  const std::string path = state_folder + "/events/lock";
  const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return std::nullopt;
  struct flock held{};
  held.l_type = F_WRLCK;
  held.l_whence = SEEK_SET;
  if (::fcntl(fd.get(), F_GETLK, &held) != 0 || held.l_type == F_UNLCK || held.l_pid <= 0) return std::nullopt;
  return static_cast<std::uint32_t>(held.l_pid);
}

base::Result<std::string> mend_segment(const std::string& path) {
  std::uint64_t size = 0;
  std::size_t end = 0;
  {
    DOORMAN_TRY(const base::MappedFile file, base::MappedFile::open(path));
    size = file.bytes().size();
    const auto head = SegmentHead::read(file.bytes());
    if (!head.ok() && size >= SegmentHead::bytes) return std::string();  // a reader will say what is wrong
    if (!head.ok()) {
      if (::unlink(path.c_str()) != 0) return base::system_error(path);
      return fmt::format("{}: removed, its head was never finished", path);
    }
    end = end_of_blocks(file.bytes(), head->salt);
  }
  if (end == size) return std::string();
  if (::truncate(path.c_str(), static_cast<off_t>(end)) != 0) return base::system_error(path);
  return fmt::format("{}: cut off {} bytes that were never finished, at byte {}", path, size - end, end);
}

}  // namespace doorman::store
