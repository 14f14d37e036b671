// SPDX-License-Identifier: Apache-2.0
// What the parsers find, against what the package managers themselves list, where these are at hand.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "files.h"
#include "parse/package/matcher.h"

namespace doorman::parse::package {
namespace {

namespace fs = std::filesystem;
using Lines = std::set<std::string>;

struct Output {
  int status = -1;
  std::string text;
};

Output run(const std::string& command) {
  Output output;
  std::FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");  // NOLINT(cert-env33-c)
  if (pipe == nullptr) return output;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.text.append(buffer.data(), count);
  }
  output.status = pclose(pipe);
  return output;
}

Lines lines_of(std::string_view text) {
  Lines lines;
  std::string_view line;
  while (base::next_line(text, line)) lines.emplace(line);
  return lines;
}

using Tell = std::function<std::string(const fs::path& file, const model::Package&)>;

/// A line for each installed package of that type in the files below `folder`, as `tell` writes it.
void collect(const fs::path& folder, model::PackageType type, const Tell& tell, Lines& lines) {
  const Matcher& matcher = Matcher::shared();
  for (const auto& entry :
       fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied)) {
    if (entry.is_symlink() || !entry.is_regular_file()) continue;
    const std::string path = entry.path().string().substr(1);
    const Matcher::Mask mask = matcher.by_path(path);
    if (mask == 0) continue;
    const std::string content = tests::slurp(entry.path());
    model::FileFacts facts;
    facts.path = path;
    for (std::size_t i = 0; i < matcher.parsers().size(); ++i) {
      if ((mask >> i & 1U) != 0) (void)matcher.parsers()[i]->parse({path, content}, facts);
    }
    for (const model::Package& package : facts.packages) {
      if (package.type != type || package.evidence != model::Evidence::installed) continue;
      lines.insert(tell(entry.path(), package));
    }
  }
}

void expect_same(const Lines& found, const Lines& listed) {
  for (const std::string& line : listed) EXPECT_TRUE(found.contains(line)) << "missed: " << line;
  for (const std::string& line : found) EXPECT_TRUE(listed.contains(line)) << "not listed: " << line;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "doorman-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// `FOLDER:name@version`, out of npm's `FOLDER:name@version` or `FOLDER:alias@npm:name@version`.
Lines npm_list(const fs::path& project) {
  Lines lines;
  const std::string alias = "@npm:";
  for (std::string line : lines_of(run("cd " + project.string() + " && npm ls --all --parseable --long").text)) {
    if (line.find("/node_modules/") == std::string::npos) continue;
    const std::size_t colon = line.find(':');
    if (const std::size_t at = line.find(alias); at != std::string::npos) {
      line.erase(colon + 1, at + alias.size() - colon - 1);
    }
    lines.insert(line);
  }
  return lines;
}

TEST(LanguageTools, FindsWhatNpmLists) {
  if (run("npm --version").status != 0) GTEST_SKIP() << "npm is not at hand";
  // With aliases, scopes, nested versions, and a package that carries test fixtures with a name and a version.
  const TemporaryFolder project;
  std::ofstream(project.path() / "package.json") << R"({"name": "app", "version": "1.0.0", "dependencies":
      {"ms-old": "npm:ms@2.0.0", "debug": "4.3.4", "resolve": "1.22.8", "@isaacs/cliui": "8.0.2"}})";
  const Output install = run("cd " + project.path().string() +
                             " && npm install --ignore-scripts --no-audit --no-fund --loglevel=error");
  if (install.status != 0) GTEST_SKIP() << "npm install failed: no registry";
  Lines found;
  collect(
      project.path(), model::PackageType::npm,
      [](const fs::path& file, const model::Package& package) {
        return file.parent_path().string() + ":" + package.name + "@" + package.version;
      },
      found);
  const Lines listed = npm_list(project.path());
  EXPECT_GT(listed.size(), 20U);
  expect_same(found, listed);
}

TEST(LanguageTools, FindsWhatPythonLists) {
  const Output listing = run(R"(python3 -I -c '
import importlib.metadata, os, re, sys
for folder in sys.path:
    if os.path.isdir(folder) and folder.endswith("-packages"):
        print("folder", folder)
        for found in importlib.metadata.distributions(path=[folder]):
            if not found.metadata["Name"]: continue
            print(re.sub("[-_.]+", "-", found.metadata["Name"]).lower() + " " + found.version)
')");
  if (listing.status != 0) GTEST_SKIP() << "python3 is not at hand";
  const std::string mark = "folder ";
  Lines listed;
  Lines found;
  for (const std::string& line : lines_of(listing.text)) {
    if (!line.starts_with(mark)) {
      listed.insert(line);
      continue;
    }
    collect(
        line.substr(mark.size()), model::PackageType::pypi,
        [](const fs::path&, const model::Package& package) { return package.name + " " + package.version; }, found);
  }
  if (listed.empty()) GTEST_SKIP() << "python3 lists no distribution";
  expect_same(found, listed);
}

TEST(LanguageTools, FindsWhatRubyGemsLists) {
  // The same gem may lie in several folders; it is listed once.
  const Output listing =
      run(R"(ruby -e 'Gem::Specification.each { |s| puts "#{s.loaded_from}:#{s.name} #{s.version}" }')");
  if (listing.status != 0 || listing.text.empty()) GTEST_SKIP() << "ruby is not at hand, or has no gems";
  Lines listed;
  std::set<fs::path> folders;
  for (const std::string& line : lines_of(listing.text)) {
    const std::size_t colon = line.find(':');
    const fs::path folder = fs::path(line.substr(0, colon)).parent_path();
    folders.insert(folder.filename() == "default" ? folder.parent_path() : folder);
    listed.insert(line.substr(colon + 1));
  }
  Lines found;
  for (const fs::path& folder : folders) {
    collect(
        folder, model::PackageType::gem,
        [](const fs::path&, const model::Package& package) { return package.name + " " + package.version; }, found);
  }
  expect_same(found, listed);
}

}  // namespace
}  // namespace doorman::parse::package
