// SPDX-License-Identifier: Apache-2.0
// The program doorman-runtime. Engines call a runtime several times for each container, and only the first of these
// calls is judged: loading doorman with its libraries for the others would cost milliseconds each. So this is a
// small static program, which becomes the real runtime or, for a call that makes a container, the door in doorman.
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>

#include "app/runtime/arguments.h"
#include "app/runtime/real_runtime.h"

int main(int count, char** arguments) {
  using namespace doorman::app;
  if (count < 1) return 1;
  const std::span<const char* const> words(arguments + 1, static_cast<std::size_t>(count) - 1);
  if (!parse_runtime_call(words).makes_container) become_real_runtime(arguments);
  // Where the real runtime cannot be started, the door says so.
  std::array<char, PATH_MAX> doorman{};
  if (name_beside("doorman", doorman)) ::execve(doorman.data(), arguments, environ);
  const char message[] = "doorman-runtime: doorman, which should lie beside it, cannot be started\n";
  (void)!::write(STDERR_FILENO, message, sizeof message - 1);
  return 1;
}
