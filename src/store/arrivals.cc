// SPDX-License-Identifier: Apache-2.0
#include "store/arrivals.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/fd.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/process_start.h"
#include "base/text.h"

namespace doorman::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Fd;
using base::JsonValue;
using base::Result;
using base::Status;
using model::Resident;

constexpr std::chrono::milliseconds patience{500}, pause{5};

struct Note {
  std::uint32_t pid = 0;
  std::uint64_t start = 0;
  Resident who;
};

void put_list(base::JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.begin_array(name);
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

std::string line_of(const Note& note) {
  base::JsonWriter json(base::JsonWriter::Layout::one_line);
  json.begin_object();
  json.member("pid", note.pid);
  json.member("start", note.start);
  json.member("id", note.who.id);
  json.member("name", note.who.name);
  json.member("image", note.who.image);
  json.member("pod", note.who.pod);
  if (note.who.trust) json.member("trust", *note.who.trust);
  put_list(json, "host_paths", note.who.host_paths);
  put_list(json, "writable_paths", note.who.writable_paths);
  json.end_object();
  return json.take() + '\n';
}

std::vector<std::string> texts_of(const JsonValue& list) {
  std::vector<std::string> texts;
  for (const JsonValue& item : list.items()) texts.emplace_back(item.string_or(""));
  return texts;
}

std::optional<Note> parse_note(std::string_view line) {
  const auto document = base::JsonDocument::parse(line);
  if (!document.ok()) return std::nullopt;
  const JsonValue root = document->root();
  const auto pid = root["pid"].integer(), start = root["start"].integer();
  if (!pid || !start || *pid <= 0 || *pid > INT32_MAX) return std::nullopt;
  Note note{static_cast<std::uint32_t>(*pid), static_cast<std::uint64_t>(*start), {}};
  note.who.id = root["id"].string_or("");
  note.who.name = root["name"].string_or("");
  note.who.image = root["image"].string_or("");
  note.who.pod = root["pod"].string_or("");
  if (const auto trust = root["trust"].integer()) note.who.trust = static_cast<std::uint32_t>(*trust);
  note.who.host_paths = texts_of(root["host_paths"]);
  note.who.writable_paths = texts_of(root["writable_paths"]);
  return note;
}

/// Nobody holds it for longer than one reading and writing, unless he was stopped.
Status lock(const Fd& file, const std::string& path) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return base::system_error(path);
    if (std::chrono::steady_clock::now() > until) return Error(ErrorCode::io, path + ": locked by somebody else");
    std::this_thread::sleep_for(pause);
  }
  return {};
}

/// A line that somebody could not finish is nobody's.
std::vector<Note> living(std::string_view text) {
  std::vector<Note> notes;
  for (std::string_view line; base::next_line(text, line);) {
    auto note = parse_note(line);
    if (note && base::process_start(note->pid) == note->start) notes.push_back(std::move(*note));
  }
  return notes;
}

Status write_all(const Fd& file, std::string_view text, const std::string& path) {
  if (::ftruncate(file.get(), 0) != 0) return base::system_error(path);
  const ssize_t written = ::pwrite(file.get(), text.data(), text.size(), 0);
  if (written < 0) return base::system_error(path);
  if (std::cmp_not_equal(written, text.size())) return Error(ErrorCode::io, path + ": no room for the whole of it");
  return {};
}

}  // namespace

Result<std::vector<Resident>> Arrivals::enter(const Resident& self) const {
  const std::string path = folder_ + "/arrivals";
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) return base::system_error(path);
  if (!S_ISREG(status.st_mode)) return Error(ErrorCode::invalid, path + ": no regular file");
  DOORMAN_CHECK(lock(file, path));
  DOORMAN_TRY(const std::string text, base::read_file("/proc/self/fd/" + std::to_string(file.get()), max_bytes));
  const auto pid = static_cast<std::uint32_t>(::getpid());
  std::vector<Resident> earlier;
  std::string kept;
  for (Note& note : living(text)) {
    if (note.pid == pid) continue;  // the same process asks again
    kept += line_of(note);
    earlier.push_back(std::move(note.who));
  }
  const auto start = base::process_start(pid);
  if (!start) return Error(ErrorCode::io, "/proc: does not tell of this process");
  kept += line_of({pid, *start, self});
  if (kept.size() > max_bytes) return Error(ErrorCode::limit, path + ": too many are about to start");
  DOORMAN_CHECK(write_all(file, kept, path));
  return earlier;
}

}  // namespace doorman::store
