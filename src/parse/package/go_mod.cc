// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// go.mod: the modules that it requires, direct and indirect, after its replacements. Source: go.dev/ref/mod,
// section "go.mod files". Whether a module is for tests only is not told.

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 4U << 20U;

constexpr Pattern wants[] = {{Pattern::Kind::basename, "go.mod"}};

struct Module {
  std::string path, version;
  auto operator<=>(const Module&) const = default;
};

/// The words of a line up to its comment; a word may be "quoted" or `quoted`.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    line = base::trim(line);
    if (line.empty() || line.starts_with("//")) return words;
    const char quote = line.front();
    const bool quoted = quote == '"' || quote == '`';
    if (quoted) line.remove_prefix(1);
    const std::size_t end = quoted ? line.find(quote) : line.find_first_of(" \t");
    words.push_back(line.substr(0, end));
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
}

class GoMod {
 public:
  void read(base::Bytes text) {
    std::string_view line;
    std::string block;
    while (base::next_line(text, line)) {
      std::vector<std::string_view> words = words_of(line);
      if (words.empty()) continue;
      if (!block.empty()) {
        if (words[0] == ")") block.clear();
        else take(block, words);
      } else if (words.size() == 2 && words[1] == "(") {
        block = words[0];
      } else {
        const std::string_view directive = words[0];
        words.erase(words.begin());
        take(directive, words);
      }
    }
  }

  void declare(DeclaredPackages& declared) const {
    for (const Module& required : required_) {
      auto found = replaced_.find(required);
      if (found == replaced_.end()) found = replaced_.find({required.path, ""});
      const Module& used = found == replaced_.end() ? required : found->second;
      // A replacement without a version is a folder beside the project.
      if (!used.version.empty()) declared.add(used.path, used.version);
    }
  }

 private:
  void take(std::string_view directive, const std::vector<std::string_view>& words) {
    if (directive == "require" && words.size() >= 2) {
      required_.push_back({std::string(words[0]), std::string(words[1])});
    } else if (directive == "replace") {
      take_replacement(words);
    }
  }

  /// `old => new v1`, `old v1 => new v2`, `old => ../folder`.
  void take_replacement(const std::vector<std::string_view>& words) {
    const std::size_t arrow = words.size() > 1 && words[1] == "=>" ? 1 : 2;
    if (words.size() <= arrow + 1 || words[arrow] != "=>") return;
    Module old{std::string(words[0]), std::string(arrow == 2 ? words[1] : "")};
    Module fresh{std::string(words[arrow + 1]), std::string(words.size() > arrow + 2 ? words[arrow + 2] : "")};
    replaced_.insert_or_assign(std::move(old), std::move(fresh));
  }

  std::vector<Module> required_;
  std::map<Module, Module> replaced_;
};

base::Status parse_go_mod(const File& file, model::FileFacts& facts) {
  if (is_inside_package(file.path) || has_folder(file.path, "vendor")) return {};
  GoMod module;
  module.read(file.content);
  DeclaredPackages declared(model::PackageType::golang);
  module.declare(declared);
  std::move(declared).finish(file, facts);
  return {};
}

}  // namespace

const Parser go_mod_parser = {"go-mod", wants, max_file_bytes, parse_go_mod};

}  // namespace doorman::parse::package
