// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "app/policy/tell.h"
#include "app/policy/verbs.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "policy/syntax/condition.h"
#include "policy/syntax/condition_json.h"

namespace doorman::app {
namespace {

/// The longest that a condition can become as a JSON string: six bytes for each of its own.
constexpr std::size_t max_line_bytes = 6 * policy::max_condition_bytes + 64;

std::string not_a_string() {
  base::JsonWriter json(base::JsonWriter::Layout::one_line);
  json.begin_object();
  json.member("ok", false);
  json.begin_object("error");
  json.member("message", "the line is no JSON string");
  json.end_object();
  json.end_object();
  return json.take();
}

std::string answer(std::string_view line) {
  const auto document = base::JsonDocument::parse(line);
  const auto condition = document.ok() ? document->root().string() : std::nullopt;
  return (condition ? policy::parsed_as_json(*condition) : not_a_string()) + "\n";
}

/// One JSON string a line in, one JSON object a line out, as soon as the line is there.
int answer_lines() {
  std::string waiting;
  std::array<char, 65536> block{};
  for (;;) {
    const auto count = ::read(STDIN_FILENO, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tell_failure(base::system_error("standard input"));
    if (count == 0) return waiting.empty() ? 0 : tell(answer(waiting));
    std::size_t begin = 0, end = waiting.size();  // there is no line feed in what waited
    waiting.append(block.data(), static_cast<std::size_t>(count));
    std::string answers;
    for (; (end = waiting.find('\n', end)) != std::string::npos; begin = ++end) {
      answers += answer(std::string_view(waiting).substr(begin, end - begin));
    }
    waiting.erase(0, begin);
    if (const int code = tell(answers); code != 0) return code;
    if (waiting.size() > max_line_bytes) {
      return tell_failure(
          base::Error(base::ErrorCode::limit, "standard input: a line is longer than any condition"));
    }
  }
}

}  // namespace

int policy_parse(const cli::ParsedCommand& command) {
  const std::string& condition = command.operands().front();
  if (condition == "-") return answer_lines();
  return tell(policy::parsed_as_json(condition) + "\n", policy::parse_condition(condition).condition ? 0 : 1);
}

}  // namespace doorman::app
