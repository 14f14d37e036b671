// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/dependency.h"
#include "parse/package/file_list.h"
#include "parse/package/notes.h"

// The database of apk. Source: apk-tools' description of the installed database, apk(5) v2 format: stanzas of
// `X:value` lines, packages first and their folders (F) with files (R) after them.

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 64U << 20U;
constexpr std::size_t max_packages = 200'000;
constexpr std::size_t max_value_bytes = 4096;
constexpr std::string_view letters_read = "PVAoLDpFR";

constexpr std::array<Pattern, 2> wants = {{
    {Pattern::Kind::path, "lib/apk/db/installed"},
    {Pattern::Kind::path, "usr/lib/apk/db/installed"},
}};

class InstalledReader {
 public:
  InstalledReader(const File& file, model::FileFacts& facts) : file_(file), facts_(facts) {}

  base::Status read() {
    base::Bytes rest = file_.content;
    std::string_view line;
    while (base::next_line(rest, line)) {
      ++line_;
      if (line.empty()) {
        DOORMAN_CHECK(finish());
      } else if (line.size() < 2 || line[1] != ':') {
        note(line_, "not of the form X:value");
      } else {
        DOORMAN_CHECK(read_field(line[0], line.substr(2)));
      }
    }
    DOORMAN_CHECK(finish());
    if (files_.full())
      return base::Error(base::ErrorCode::limit, fmt::format("more than {} files", FileList::max_files));
    return {};
  }

 private:
  base::Status read_field(char letter, std::string_view value) {
    if (first_line_ == 0) first_line_ = line_;
    if (letters_read.find(letter) == std::string_view::npos) return {};
    const std::size_t most = letter == 'D' || letter == 'p' ? max_dependency_bytes : max_value_bytes;
    if (value.size() > most) {
      note(line_, fmt::format("{} of more than {} bytes", letter, most));
      return {};
    }
    // The line between two stanzas may be missing; what follows is another package all the same.
    if (letter == 'P' && !package_.name.empty()) {
      DOORMAN_CHECK(finish());
      first_line_ = line_;
    }
    switch (letter) {
      case 'P':
        package_.name = value;
        break;
      case 'V':
        package_.version = value;
        break;
      case 'A':
        package_.architecture = value;
        break;
      case 'o':
        package_.source_name = value;
        break;
      case 'L':
        if (!value.empty()) package_.licenses.assign(1, std::string(value));
        break;
      case 'D':
        add_apk_names(value, package_.needs);
        break;
      case 'p':
        add_apk_names(value, package_.provides);
        break;
      case 'F':
        folder_ = value;
        break;
      case 'R':
        files_.add(folder_, value);
        break;
      default:
        break;
    }
    return {};
  }

  base::Status finish() {
    model::Package package = std::exchange(package_, {});
    const std::size_t line = std::exchange(first_line_, 0);
    folder_ = {};
    if (line == 0) return {};
    model::Ownership owned = files_.take(package.name);
    if (package.name.empty()) {
      note(line, "no name (P)");
      return {};
    }
    if (!owned.files.empty()) facts_.owned.push_back(std::move(owned));
    if (package.version.empty()) {
      note(line, "no version (V)");
      return {};
    }
    if (facts_.packages.size() >= max_packages) {
      return base::Error(base::ErrorCode::limit, fmt::format("more than {} packages", max_packages));
    }
    package.type = model::PackageType::apk;
    if (package.source_name == package.name) package.source_name.clear();
    facts_.packages.push_back(std::move(package));
    return {};
  }

  void note(std::size_t line, std::string message) { note_line(facts_, file_.path, line, std::move(message)); }

  const File& file_;
  model::FileFacts& facts_;
  FileList files_;
  std::size_t line_ = 0, first_line_ = 0;
  model::Package package_;
  std::string_view folder_;
};

base::Status parse_apk(const File& file, model::FileFacts& facts) { return InstalledReader(file, facts).read(); }

}  // namespace

const Parser apk_parser = {"apk", wants, max_file_bytes, parse_apk};

}  // namespace doorman::parse::package
