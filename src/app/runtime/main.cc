// SPDX-License-Identifier: Apache-2.0
// The program doorman-runtime. Engines call a runtime several times for each container, and a container waits for
// each call: so this is the door alone, linked statically (cmake/door.cmake), with nothing of what doorman needs
// for the rest of its work. Doorman beside it scans.
#include <array>
#include <climits>

#include "app/runtime/door.h"
#include "app/runtime/real_runtime.h"

int main(int count, char** arguments) {
  if (count < 1) return 1;
  std::array<char, PATH_MAX> doorman{};
  if (!doorman::app::name_beside("doorman", doorman)) doorman.front() = '\0';
  return doorman::app::runtime_door(count, arguments, doorman.data());
}
