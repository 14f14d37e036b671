// SPDX-License-Identifier: Apache-2.0
// All fuzz targets in one program. With libFuzzer (-DDOORMAN_FUZZ=ON) DOORMAN_FUZZ_TARGET names the one to run;
// otherwise the program replays the seeds of each, as part of the tests.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "files.h"
#include "fuzz/fuzz.h"

namespace {

struct Target {
  const char* name;
  void (*run)(doorman::base::Bytes);
};

constexpr Target targets[] = {
#define FUZZ_TARGET(name) {#name, doorman::fuzz::name},
#include "fuzz/targets.def"
#undef FUZZ_TARGET
};

}  // namespace

#ifdef DOORMAN_LIBFUZZER

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const Target* chosen = [] {
    const char* wanted = std::getenv("DOORMAN_FUZZ_TARGET");
    for (const Target& target : targets) {
      if (wanted != nullptr && std::strcmp(wanted, target.name) == 0) return &target;
    }
    std::fprintf(stderr, "DOORMAN_FUZZ_TARGET must be one of:");
    for (const Target& target : targets) std::fprintf(stderr, " %s", target.name);
    std::fprintf(stderr, "\n");
    std::exit(2);
  }();
  chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}

#else

int main() {
  std::size_t seeds = 0;
  bool complete = true;
  for (const Target& target : targets) {
    const std::filesystem::path folder = std::filesystem::path(DOORMAN_FUZZ_SEEDS) / target.name;
    std::size_t here = 0;
    if (std::filesystem::is_directory(folder)) {
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string input = doorman::tests::slurp(entry.path());
        target.run(input);
        ++here;
      }
    }
    if (here == 0) {
      std::fprintf(stderr, "%s has no seeds in %s\n", target.name, folder.c_str());
      complete = false;
    }
    target.run({});
    seeds += here;
  }
  std::printf("%zu targets, %zu seeds replayed\n", std::size(targets), seeds);
  return complete ? 0 : 1;
}

#endif
