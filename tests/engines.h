// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "scratch.h"

namespace doorman::tests {

struct Ran {
  int code = 0;
  std::string output;  ///< of both streams, without the last line's end
};

/// Runs a command of the shell.
inline Ran run_shell(const std::string& command) {
  Ran ran;
  // NOLINTNEXTLINE(cert-env33-c): the commands are the test's own
  FILE* pipe = ::popen(("exec 2>&1; " + command).c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen");
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    ran.output.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  while (ran.output.ends_with('\n')) ran.output.pop_back();
  return ran;
}

/// The same, where a failure is the test's end.
inline std::string must_run(const std::string& command) {
  const Ran ran = run_shell(command);
  if (ran.code != 0)
    throw std::runtime_error(command + " ended with " + std::to_string(ran.code) + ":\n" + ran.output);
  return ran.output;
}

inline bool has_program(const std::string& name) { return run_shell("command -v " + name).code == 0; }

/// A root file system of a shell and a few programs of this machine, as a tar; no registry is needed.
inline std::string make_root_tar(const std::filesystem::path& folder) {
  const std::string tar = (folder / "root.tar").string(), root = (folder / "root").string();
  must_run("mkdir -p " + root + "/etc " + root +
           "/tmp && printf 'root:x:0:0:root:/root:/bin/sh\\nshop:x:1000:1000::/srv:/bin/sh\\n' >" + root +
           "/etc/passwd && printf 'root:x:0:\\nshop:x:1000:\\n' >" + root + "/etc/group");
  must_run("for f in sh sleep true mkdir; do p=$(readlink -f /bin/$f); install -D $p " + root +
           "/bin/$f; for l in $(ldd $p | grep -o '/[^ ]*\\.so[^ ]*'); do install -D $(readlink -f $l) " + root +
           "$l; done; done && tar -C " + root + " -cf " + tar + " .");
  return tar;
}

}  // namespace doorman::tests
