// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/complaint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "base/fd.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace doorman::app {

std::string complaint_line(std::string_view format, Level level, std::string_view message, base::Time now) {
  const std::string_view word = level == Level::error ? "error" : "warning";
  if (format != "json") {
    return fmt::format("time=\"{}\" level={} msg={}\n", base::format_time(now), word, base::quoted(message));
  }
  base::JsonWriter json(base::JsonWriter::Layout::one_line);
  json.begin_object();
  json.member("level", word);
  json.member("msg", message);
  json.member("time", base::format_time(now));
  json.end_object();
  return json.take() + "\n";
}

void complain(const RuntimeCall& call, Level level, std::string_view message, base::Time now) {
  const std::string text = base::printable(message);
  if (!call.log.empty()) {
    const base::Fd file(::open(std::string(call.log).c_str(),
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644));
    if (file.valid()) (void)base::write_all(file, complaint_line(call.log_format, level, text, now));
  }
  const std::string line = text + "\n";
  (void)!::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace doorman::app
