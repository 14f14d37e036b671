// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace doorman::base {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Error system_error(std::string_view what) {
  const int number = errno;
  ErrorCode code = ErrorCode::io;
  if (number == ENOENT || number == ENOTDIR) code = ErrorCode::not_found;
  if (number == EACCES || number == EPERM) code = ErrorCode::denied;
  return Error(code, ::strerror(number)).in(what);
}

Result<Fd> open_read(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) return system_error(path);
  return fd;
}

Result<std::uint64_t> file_size(const Fd& fd) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return system_error("fstat");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::size_t> read_at(const Fd& fd, std::uint64_t offset, std::span<char> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got =
        ::pread(fd.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Status write_all(const Fd& fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error("write");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes) {
  DOORMAN_TRY(const Fd fd, open_read(path));
  struct stat status{};
  // Files of the kernel say that they are empty; one that grows meanwhile takes another round.
  const bool has_size = ::fstat(fd.get(), &status) == 0 && status.st_size > 0;
  std::string content(has_size ? std::min(static_cast<std::uint64_t>(status.st_size), max_bytes) + 1 : 64U << 10U,
                      '\0');
  std::size_t used = 0;
  for (;;) {
    if (used == content.size()) content.resize(used * 2);
    const ssize_t got = ::read(fd.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(path);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > max_bytes) {
      return Error(ErrorCode::limit, path + ": larger than the limit of " + std::to_string(max_bytes) + " bytes");
    }
  }
  content.resize(used);
  return content;
}

Status replace_file(const std::string& path, Bytes content, Durability durability) {
  std::string temporary = path + ".XXXXXX";
  Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.valid()) return system_error(path);
  Status written = write_all(fd, content);
  if (written.ok() && durability == Durability::synced && ::fsync(fd.get()) != 0) written = system_error(path);
  if (written.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) written = system_error(path);
  if (!written.ok()) ::unlink(temporary.c_str());
  return written;
}

Result<Fd> open_write(const std::string& path) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
  if (!fd.valid()) return system_error(path);
  return fd;
}

Result<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (real == nullptr) return system_error(path);
  return std::string(real.get());
}

Status make_folders(const std::string& path) {
  for (std::size_t at = 0; at != std::string::npos;) {
    at = path.find('/', at + 1);
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      struct stat status{};
      if (::stat(part.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) continue;
      return system_error(part);
    }
  }
  return {};
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  DOORMAN_TRY(const Fd fd, open_read(path));
  DOORMAN_TRY(const std::uint64_t size, file_size(fd));
  return map(fd, size).in(path);
}

Result<MappedFile> MappedFile::map(const Fd& fd, std::uint64_t size) {
  if (size == 0) return MappedFile(Bytes{});
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (address == MAP_FAILED) return system_error("mmap");
  return MappedFile(Bytes(static_cast<const char*>(address), size));
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

Result<std::size_t> FileRangeStream::read(std::span<char> into) {
  const std::uint64_t left = end_ - offset_;
  if (into.size() > left) into = into.first(static_cast<std::size_t>(left));
  DOORMAN_TRY(const std::size_t got, read_at(fd_, offset_, into));
  if (got < into.size()) return Error(ErrorCode::truncated, "the file ends before the announced size");
  offset_ += got;
  return got;
}

Result<std::size_t> FdStream::read(std::span<char> into) {
  for (;;) {
    const ssize_t got = ::read(fd_.get(), into.data(), into.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read");
    return static_cast<std::size_t>(got);
  }
}

}  // namespace doorman::base
