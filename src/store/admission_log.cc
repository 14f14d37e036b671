// SPDX-License-Identifier: Apache-2.0
#include "store/admission_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace doorman::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Fd;
using base::Result;
using base::Status;

constexpr std::string_view newest_name = "admission.log", for_ever_name = "break-glass.log";

std::string path_in(const std::string& folder, std::string_view name) { return fmt::format("{}/{}", folder, name); }
std::string old_path(const std::string& folder, int number) {
  return fmt::format("{}/{}.{}", folder, newest_name, number);
}

/// Somebody who ran out of room may have left a part of a line.
bool ends_in_the_middle(const Fd& file, std::uint64_t size) {
  char last = '\n';
  const auto got = size == 0 ? base::Result<std::size_t>(0) : base::read_at(file, size - 1, std::span(&last, 1));
  return got.ok() && last != '\n';
}

}  // namespace

Status AdmissionLog::append(std::string_view line, Keep keep) const {
  const std::string path = path_in(folder_, keep == Keep::for_ever ? for_ever_name : newest_name);
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) return base::system_error(path);
  if (!S_ISREG(status.st_mode)) return Error(ErrorCode::invalid, path + ": no regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::string text(ends_in_the_middle(file, size) ? 1 : 0, '\n');
  text += line;
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written < 0) return base::system_error(path);
  if (std::cmp_not_equal(written, text.size())) return Error(ErrorCode::io, path + ": no room for the whole line");
  if (keep == Keep::for_ever) {
    if (::fdatasync(file.get()) != 0) return base::system_error(path);
  } else if (size + text.size() > file_bytes_) {
    rotate();
  }
  return {};
}

/// Who comes second finds the file short, or the folder locked, and leaves it.
void AdmissionLog::rotate() const {
  const Fd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) return;
  const std::string newest = path_in(folder_, newest_name);
  struct stat status{};
  if (::lstat(newest.c_str(), &status) != 0 || std::cmp_less_equal(status.st_size, file_bytes_)) return;
  for (int number = old_files; number > 1; --number) {
    ::rename(old_path(folder_, number - 1).c_str(), old_path(folder_, number).c_str());
  }
  ::rename(newest.c_str(), old_path(folder_, 1).c_str());
}

AdmissionLogReader AdmissionLogReader::open(const std::string& state_folder) {
  AdmissionLogReader reader;
  reader.folder_ = state_folder;
  reader.add(path_in(state_folder, for_ever_name), false);
  for (int number = AdmissionLog::old_files; number > 0; --number)
    reader.add(old_path(state_folder, number), false);
  reader.add(path_in(state_folder, newest_name), true);
  return reader;
}

void AdmissionLogReader::add(const std::string& path, bool is_newest) {
  File file{path, Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)), 0, 0, is_newest};
  struct stat status{};
  if (file.fd.valid() && ::fstat(file.fd.get(), &status) == 0 && S_ISREG(status.st_mode)) {
    file.inode = status.st_ino;
    // It got its new name between two of these openings.
    const bool is_there = std::ranges::any_of(files_, [&](const File& other) { return other.inode == file.inode; });
    if (!is_there) files_.push_back(std::move(file));
  } else if (file.fd.valid()) {
    notes_.push_back(path + ": no regular file");
  } else if (errno != ENOENT) {
    notes_.push_back(base::system_error(path).message());
  }
}

Status AdmissionLogReader::read_file(File& file, std::vector<std::string>& lines) {
  std::string line;
  const std::uint64_t begin = file.offset;
  std::uint64_t at = begin;
  std::array<char, 64U << 10U> piece;  // NOLINT(*-member-init): read_at fills it
  while (at - begin < max_read_bytes) {
    DOORMAN_TRY(const std::size_t got, base::read_at(file.fd, at, piece));
    if (got == 0) break;
    std::string_view rest(piece.data(), got);
    for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
      line += rest.substr(0, end);
      const bool is_whole = !file.in_long_line && line.size() <= AdmissionLog::max_line_bytes;
      if (is_whole && !line.empty()) lines.push_back(std::move(line));
      line.clear();
      file.in_long_line = false;
      rest.remove_prefix(end + 1);
      at += end + 1;
      file.offset = at;
    }
    at += rest.size();
    line += rest;
    if (file.in_long_line || line.size() > AdmissionLog::max_line_bytes) {
      file.in_long_line = true;
      file.offset = at;
      line.clear();
    }
  }
  return {};
}

/// The newest file may have been given another name, and a file that was not there may be there now.
void AdmissionLogReader::follow() {
  for (const auto& [name, is_newest] : {std::pair(for_ever_name, false), std::pair(newest_name, true)}) {
    const std::string path = path_in(folder_, name);
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0) add(path, is_newest);
  }
  // What got another name, and was read to its end, does not grow any more: a door holds it open for a moment only.
  while (std::ranges::count(files_, true, &File::is_newest) > AdmissionLog::old_files) {
    files_.erase(std::ranges::find(files_, true, &File::is_newest));
  }
}

Result<std::vector<std::string>> AdmissionLogReader::read() {
  follow();
  std::vector<std::string> lines;
  for (File& file : files_) {
    if (Status read = read_file(file, lines); !read.ok()) return read.error().in(file.path);
  }
  return lines;
}

std::vector<std::string> AdmissionLogReader::take_notes() { return std::exchange(notes_, {}); }

}  // namespace doorman::store
