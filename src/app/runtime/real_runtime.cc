// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/real_runtime.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace doorman::app {
namespace {

// Podman starts runtimes without PATH; runc is where distributions put it.
constexpr std::array<const char*, 6> program_folders = {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/",
                                                        "/usr/bin/",        "/sbin/",          "/bin/"};

bool is_file(const char* path, const struct stat& file) {
  struct stat other{};
  return ::stat(path, &other) == 0 && other.st_dev == file.st_dev && other.st_ino == file.st_ino;
}

/// Whether it is one of our own two programs, under any name: each would start the other for ever.
bool is_doorman(const char* path) {
  struct stat file{};
  if (::stat(path, &file) != 0) return false;
  if (is_file("/proc/self/exe", file)) return true;
  for (const char* name : {"doorman", "doorman-runtime"}) {
    std::array<char, PATH_MAX> sibling{};
    if (name_beside(name, sibling) && is_file(sibling.data(), file)) return true;
  }
  return false;
}

/// Returns only when it did not work.
void become(const char* path, char* const* arguments) {
  if (is_doorman(path)) errno = ELOOP;
  else ::execve(path, arguments, environ);
}

void become_named(const char* name, char* const* arguments) {
  if (std::strchr(name, '/') != nullptr) return become(name, arguments);
  std::array<char, 512> path{};
  for (const char* folder : program_folders) {
    const std::size_t length = std::strlen(folder), more = std::strlen(name) + 1;
    if (length + more > path.size()) continue;
    std::memcpy(path.data(), folder, length);
    std::memcpy(path.data() + length, name, more);
    become(path.data(), arguments);
    if (errno != ENOENT && errno != ENOTDIR) return;
  }
}

}  // namespace

bool name_beside(const char* name, std::span<char> into) {
  const ssize_t length = ::readlink("/proc/self/exe", into.data(), into.size());
  if (length <= 0 || static_cast<std::size_t>(length) == into.size()) return false;
  const std::string_view own(into.data(), static_cast<std::size_t>(length));
  const std::size_t folder = own.rfind('/') + 1, size = std::strlen(name) + 1;
  if (folder + size > into.size()) return false;
  std::memcpy(into.data() + folder, name, size);
  return true;
}

void become_real_runtime(char* const* arguments) {
  const char* named = std::getenv(real_runtime_variable);
  if (named != nullptr && *named != '\0') return become_named(named, arguments);
  become(real_runtime_link, arguments);
  if (errno == ENOENT || errno == ENOTDIR) become_named("runc", arguments);
}

}  // namespace doorman::app
