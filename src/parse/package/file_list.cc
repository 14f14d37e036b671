// SPDX-License-Identifier: Apache-2.0
#include "parse/package/file_list.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "model/merged_usr.h"

namespace doorman::parse::package {

void FileList::add(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  else if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty() || path == "." || path.size() > base::CanonPath::max_bytes || full()) return;
  files_.push_back(base::path_id(model::merged_usr(path)));
  ++total_;
}

void FileList::add(std::string_view folder, std::string_view name) {
  if (folder.size() + name.size() > base::CanonPath::max_bytes) return;
  joined_.assign(folder);
  if (!folder.empty() && !folder.ends_with('/')) joined_.push_back('/');
  joined_.append(name);
  add(joined_);
}

model::Ownership FileList::take(std::string_view package) {
  std::sort(files_.begin(), files_.end());
  files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
  model::Ownership owned{std::string(package), {files_.begin(), files_.end()}};
  files_.clear();
  return owned;
}

void add_lines(FileList& files, base::Bytes text) {
  std::string_view line;
  while (base::next_line(text, line)) files.add(line);
}

std::size_t add_md5sums(FileList& files, base::Bytes text) {
  constexpr std::size_t digits = 32;
  std::size_t malformed = 0;
  std::string_view line;
  while (base::next_line(text, line)) {
    if (line.empty()) continue;
    const bool well_formed = line.size() > digits + 2 && line[digits] == ' ' && line.find(' ') == digits;
    if (well_formed) files.add(line.substr(digits + 2));
    else ++malformed;
  }
  return malformed;
}

}  // namespace doorman::parse::package
