// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "source/credentials.h"

// The protocol of docker-credential-helpers: the server's name on standard input; on standard output a JSON object
// {ServerURL, Username, Secret}, or after a failure a line of text. The user name `<token>` marks an identity
// token.
namespace doorman::source {
namespace {

using base::Error;
using base::ErrorCode;
using base::Fd;
using base::Result;
using std::chrono::steady_clock;

constexpr std::size_t max_answer_bytes = 256U << 10U;
constexpr std::size_t max_key_bytes = 2048;  // fits into an empty pipe, so that writing cannot block

struct Pipe {
  Fd read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return base::system_error("pipe");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

Result<pid_t> spawn(const std::string& program, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  std::string name = program;
  std::string verb = "get";
  const std::array<char*, 3> arguments{name.data(), verb.data(), nullptr};
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == ENOENT) return Error(ErrorCode::not_found, "no such program in the PATH");
  if (failed != 0) return Error(ErrorCode::io, "cannot be started");
  return pid;
}

Result<std::string> read_until(const Fd& from, steady_clock::time_point deadline) {
  std::string answer;
  std::array<char, 4096> piece{};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return Error(ErrorCode::io, "gave no answer in time");
    pollfd wait{from.get(), POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return base::system_error("poll");
    if (ready <= 0) continue;
    const ssize_t count = read(from.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::system_error("read");
    if (count == 0) return answer;
    answer.append(piece.data(), static_cast<std::size_t>(count));
    if (answer.size() > max_answer_bytes) return Error(ErrorCode::limit, "answer over 256 KiB");
  }
}

/// Waits for the end of the process; one that goes on after closing its output is killed.
int reap(pid_t pid, steady_clock::time_point deadline) {
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    if (steady_clock::now() >= deadline) {
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
      return -1;
    }
    poll(nullptr, 0, 5);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Result<std::optional<Credentials>> parse_answer(base::Bytes answer) {
  auto document = base::JsonDocument::parse(answer);
  // The parser's message may quote the answer, which holds the secret.
  if (!document.ok() || !document->root().is_object()) return Error(ErrorCode::invalid, "answer is no JSON object");
  const auto username = document->root()["Username"].string();
  const auto secret = document->root()["Secret"].string();
  if (!username || !secret) return Error(ErrorCode::invalid, "answer without Username and Secret");
  Credentials found;
  if (*username == "<token>") {
    found.identity_token = std::string(*secret);
  } else {
    found.username = std::string(*username);
    found.password = std::string(*secret);
  }
  if (secret->empty()) return std::optional<Credentials>();
  return std::optional<Credentials>(std::move(found));
}

Result<std::optional<Credentials>> ask(const std::string& program, std::string_view key,
                                       std::chrono::milliseconds timeout) {
  if (key.size() > max_key_bytes) return Error(ErrorCode::limit, "name of the server over 2 KiB");
  DOORMAN_TRY(Pipe question, make_pipe());
  DOORMAN_TRY(Pipe answer, make_pipe());
  DOORMAN_CHECK(base::write_all(question.write, key));
  question.write = Fd();
  const auto deadline = steady_clock::now() + timeout;
  DOORMAN_TRY(const pid_t pid, spawn(program, question.read.get(), answer.write.get()));
  question.read = Fd();
  answer.write = Fd();
  auto text = read_until(answer.read, deadline);
  const int exit_code = reap(pid, text.ok() ? deadline : steady_clock::now());
  if (!text.ok()) return text.error();
  if (exit_code == 0) return parse_answer(*text);
  if (text->find("credentials not found") != text->npos) return std::optional<Credentials>();
  return Error(ErrorCode::denied,
               exit_code < 0 ? "was killed" : fmt::format("failed with exit code {}", exit_code));
}

}  // namespace

Result<std::optional<Credentials>> ask_credential_helper(std::string_view name, std::string_view key,
                                                         std::chrono::milliseconds timeout) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.';
  });
  if (!plain) return Error(ErrorCode::usage, "credential helper with an unusual name: " + base::printable(name));
  const std::string program = "docker-credential-" + std::string(name);
  return ask(program, key, timeout).in(program);
}

}  // namespace doorman::source
