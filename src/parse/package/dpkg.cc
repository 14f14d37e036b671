// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/dependency.h"
#include "parse/package/file_list.h"
#include "parse/package/notes.h"

// The database of dpkg. Sources: deb-control(5) for the form of stanzas and the Source field, dpkg(1) section
// "Package states"; dpkg-divert(1), and lib/dpkg/db-fsys-divert.c for the file of diversions. Distroless images
// have no status file, but the control file of each package in status.d.

namespace doorman::parse::package {
namespace {

using base::Bytes;

constexpr std::uint64_t max_file_bytes = 64U << 20U;
constexpr std::size_t max_packages = 200'000;
constexpr std::size_t max_value_bytes = 1024;
constexpr std::size_t max_diversions = 100'000;

constexpr std::string_view status_file = "var/lib/dpkg/status";
constexpr std::string_view list_suffix = ".list";
constexpr std::string_view md5sums_suffix = ".md5sums";

constexpr std::array<Pattern, 4> wants = {{
    {Pattern::Kind::path, status_file},
    {Pattern::Kind::path, model::dpkg_diversions},
    {Pattern::Kind::folder, "var/lib/dpkg/status.d"},
    {Pattern::Kind::suffix, list_suffix, "var/lib/dpkg/info"},
}};

struct Stanza {
  std::size_t line = 0;  // of its first field; 0 before there is one
  std::string_view package, status, version, architecture, source, essential, priority;
  std::string_view depends, pre_depends, recommends, provides;
};

struct Field {
  std::string_view name;  // in lower case
  std::string_view Stanza::* value;
  std::size_t max_bytes = max_value_bytes;
};

constexpr std::array<Field, 11> fields = {{
    {"package", &Stanza::package},
    {"status", &Stanza::status},
    {"version", &Stanza::version},
    {"architecture", &Stanza::architecture},
    {"source", &Stanza::source},
    {"essential", &Stanza::essential},
    {"priority", &Stanza::priority},
    {"depends", &Stanza::depends, max_dependency_bytes},
    {"pre-depends", &Stanza::pre_depends, max_dependency_bytes},
    {"recommends", &Stanza::recommends, max_dependency_bytes},
    {"provides", &Stanza::provides, max_dependency_bytes},
}};

const Field* find_field(std::string_view name) {
  for (const Field& field : fields) {
    if (field.name.size() == name.size() && field.name == base::to_lower(name)) return &field;
  }
  return nullptr;
}

/// `foo (1.2-3)`, or `foo` alone.
void set_source(model::Package& package, std::string_view source) {
  const std::size_t space = source.find_first_of(" \t(");
  const std::string_view name = source.substr(0, space);
  std::string_view version = source.substr(name.size());
  const std::size_t open = version.find('(');
  version = open == std::string_view::npos ? std::string_view() : version.substr(open + 1);
  version = base::trim(version.substr(0, version.find(')')));
  if (name != package.name) package.source_name = name;
  if (version != package.version) package.source_version = version;
}

class StatusReader {
 public:
  StatusReader(const File& file, model::FileFacts& facts)
      : file_(file), facts_(facts), needs_status_(file.path == status_file) {}

  base::Status read() {
    Bytes rest = file_.content;
    std::string_view line;
    while (base::next_line(rest, line)) {
      ++line_;
      if (line.empty()) DOORMAN_CHECK(finish());
      else if (line.front() != ' ' && line.front() != '\t' && line.front() != '#') DOORMAN_CHECK(read_field(line));
    }
    return finish();
  }

 private:
  base::Status read_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      note(line_, "neither a field nor a continuation");
      return {};
    }
    const Field* field = find_field(base::trim(line.substr(0, colon)));
    // The line between two stanzas may be damaged; what follows is another package all the same.
    if (field != nullptr && field->value == &Stanza::package && !stanza_.package.empty()) DOORMAN_CHECK(finish());
    if (stanza_.line == 0) stanza_.line = line_;
    if (field == nullptr) return {};
    const std::string_view value = base::trim(line.substr(colon + 1));
    if (value.size() > field->max_bytes)
      note(line_, fmt::format("{} of more than {} bytes", field->name, field->max_bytes));
    else stanza_.*(field->value) = value;
    return {};
  }

  base::Status finish() {
    const Stanza stanza = std::exchange(stanza_, {});
    if (stanza.line == 0) return {};
    if (stanza.package.empty()) {
      note(stanza.line, "no Package");
    } else if (!has_files(stanza)) {
      return {};
    } else if (stanza.version.empty()) {
      note(stanza.line, "no Version");
    } else if (is_new(stanza)) {
      if (facts_.packages.size() >= max_packages) {
        return base::Error(base::ErrorCode::limit, fmt::format("more than {} packages", max_packages));
      }
      facts_.packages.push_back(package_of(stanza));
    }
    return {};
  }

  /// Every state but the two in which nothing of the package is unpacked. What dpkg was asked to do next, the
  /// first word, says nothing of what is there.
  bool has_files(const Stanza& stanza) {
    if (stanza.status.empty()) {
      if (needs_status_) note(stanza.line, "no Status; taken as installed");
      return true;
    }
    const std::size_t space = stanza.status.find_last_of(" \t");
    const std::string_view state = stanza.status.substr(space == std::string_view::npos ? 0 : space + 1);
    return state != "config-files" && state != "not-installed";
  }

  /// dpkg has one entry a name and architecture, and refuses a file with two. Two versions are both told here.
  bool is_new(const Stanza& stanza) {
    const auto [known, added] = seen_.try_emplace(fmt::format("{}:{}", stanza.package, stanza.architecture),
                                                  Seen{stanza.line, stanza.version});
    if (added) return true;
    note(stanza.line,
         fmt::format("{} was told in line {} already", base::printable(known->first), known->second.line));
    return known->second.version != stanza.version;
  }

  static model::Package package_of(const Stanza& stanza) {
    model::Package package;
    package.type = model::PackageType::deb;
    package.name = stanza.package;
    package.version = stanza.version;
    package.architecture = stanza.architecture;
    if (!stanza.source.empty()) set_source(package, stanza.source);
    package.essential = stanza.essential == "yes" || stanza.priority == "required";
    for (const std::string_view relation : {stanza.pre_depends, stanza.depends, stanza.recommends}) {
      add_deb_names(relation, package.needs);
    }
    add_deb_names(stanza.provides, package.provides);
    return package;
  }

  void note(std::size_t line, std::string message) { note_line(facts_, file_.path, line, std::move(message)); }

  struct Seen {
    std::size_t line;
    std::string_view version;
  };

  const File& file_;
  model::FileFacts& facts_;
  bool needs_status_;
  std::size_t line_ = 0;
  Stanza stanza_;
  std::unordered_map<std::string, Seen> seen_;
};

/// `libc6` from `var/lib/dpkg/info/libc6:amd64.list`.
std::string_view package_of_list(std::string_view path, std::string_view suffix) {
  std::string_view name = base::basename_of(path);
  name.remove_suffix(suffix.size());
  return name.substr(0, name.find(':'));
}

/// Three lines each: a path, where the file that had it was moved, and the package that has another one in its
/// place;
/// `:` where that is no package's.
base::Status parse_diversions(Bytes rest, model::FileFacts& facts) {
  FileList files;
  std::string_view path, moved, package;
  while (base::next_line(rest, path) && base::next_line(rest, moved) && base::next_line(rest, package)) {
    if (package == ":") continue;
    if (facts.owned.size() >= max_diversions) {
      return base::Error(base::ErrorCode::limit, fmt::format("more than {} diversions", max_diversions));
    }
    files.add(path);
    if (!files.empty()) facts.owned.push_back(files.take(package));
  }
  return {};
}

base::Status parse_dpkg(const File& file, model::FileFacts& facts) {
  if (file.path == model::dpkg_diversions) return parse_diversions(file.content, facts);
  FileList files;
  if (file.path.ends_with(list_suffix)) {
    add_lines(files, file.content);
    if (!files.empty()) facts.owned.push_back(files.take(package_of_list(file.path, list_suffix)));
    return {};
  }
  if (file.path.ends_with(md5sums_suffix)) {
    const std::size_t malformed = add_md5sums(files, file.content);
    if (malformed != 0)
      add_note(facts, std::string(file.path), fmt::format("lines that are no MD5 sums: {}", malformed));
    if (!files.empty()) facts.owned.push_back(files.take(package_of_list(file.path, md5sums_suffix)));
    return {};
  }
  return StatusReader(file, facts).read();
}

}  // namespace

const Parser dpkg_parser = {"dpkg", wants, max_file_bytes, parse_dpkg};

}  // namespace doorman::parse::package
