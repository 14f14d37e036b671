// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace doorman::tests {

inline std::filesystem::path data_dir(const std::string& topic) {
  return std::filesystem::path(DOORMAN_TEST_DATA) / topic;
}

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

}  // namespace doorman::tests
