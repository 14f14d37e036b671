// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/stream.h"

namespace doorman::base {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// `what: strerror(errno)` as an Error; ENOENT becomes not_found, EACCES and EPERM denied.
Error system_error(std::string_view what);

Result<Fd> open_read(const std::string& path);
Result<std::uint64_t> file_size(const Fd& fd);
/// Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file.
Result<std::size_t> read_at(const Fd& fd, std::uint64_t offset, std::span<char> into);
Status write_all(const Fd& fd, Bytes bytes);

/// The whole file, or a `limit` error when it is larger than `max_bytes`.
Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes);
enum class Durability : std::uint8_t {
  synced,   ///< on the disk when the call returns
  relaxed,  ///< for what can be made again, and is checked when it is read
};
/// Writes beside the target and renames over it: readers see the old file or the new one.
Status replace_file(const std::string& path, Bytes content, Durability durability = Durability::synced);
/// To write to the file, device or pipe of that name, from its start; a new file gets the permissions that the
/// umask leaves.
Result<Fd> open_write(const std::string& path);
/// Every missing folder of `path`, mode 0700.
Status make_folders(const std::string& path);
/// Where the path leads, links followed and without `.` and `..`.
Result<std::string> real_path(const std::string& path);

/// A read-only mapping of a whole file. Empty files map to empty bytes.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  static Result<MappedFile> map(const Fd& fd, std::uint64_t size);
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  explicit MappedFile(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// Reads `length` bytes of a file from `offset`; the descriptor is borrowed and may be shared.
class FileRangeStream final : public ByteStream {
 public:
  FileRangeStream(const Fd& fd, std::uint64_t offset, std::uint64_t length)
      : fd_(fd), offset_(offset), end_(offset + length) {}
  Result<std::size_t> read(std::span<char> into) override;

 private:
  const Fd& fd_;
  std::uint64_t offset_;
  std::uint64_t end_;
};

/// Reads a descriptor from where it stands: a pipe, standard input.
class FdStream final : public ByteStream {
 public:
  explicit FdStream(Fd fd) : fd_(std::move(fd)) {}
  Result<std::size_t> read(std::span<char> into) override;

 private:
  Fd fd_;
};

}  // namespace doorman::base
