// SPDX-License-Identifier: Apache-2.0
#include "source/container/runtimes.h"

#include <filesystem>
#include <set>

namespace doorman::source::container {
namespace {

using parse::container::RuntimeState;

}  // namespace

RuntimeRoot::RuntimeRoot(Runtime runtime, std::string folder, std::string groups)
    : runtime_(runtime), folder_(std::move(folder)), groups_(std::move(groups)) {}

CachedFile<RuntimeState> RuntimeRoot::file_of(const std::string& id) const {
  return CachedFile<RuntimeState>(folder_ + "/" + id + (runtime_ == Runtime::runc ? "/state.json" : "/status"));
}

std::optional<RuntimeState> RuntimeRoot::read(const std::string& id, CachedFile<RuntimeState>& file) const {
  const auto state =
      file.get(RuntimeState::max_bytes, runtime_ == Runtime::runc ? parse::container::parse_runc_state
                                                                  : parse::container::parse_crun_status);
  // What cannot be read is not written yet, or goes away right now.
  if (!state.ok()) return std::nullopt;
  RuntimeState found = **state;
  if (found.id.empty()) found.id = id;
  if (found.group.starts_with(groups_)) found.group.erase(0, groups_.size());
  if (!found.group.starts_with('/')) found.group.insert(0, 1, '/');
  while (found.group.size() > 1 && found.group.ends_with('/')) found.group.pop_back();
  return found;
}

std::optional<RuntimeState> RuntimeRoot::with_id(std::string_view id) {
  if (id.empty() || id == "." || id == ".." || id.find('/') != id.npos) return std::nullopt;
  const std::string name(id);
  CachedFile<RuntimeState> file = file_of(name);
  return read(name, file);
}

std::optional<RuntimeState> RuntimeRoot::with_group(std::string_view path) {
  std::set<std::string, std::less<>> there;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    if (there.size() == max_containers) break;
    there.insert(entry.path().filename().string());
  }
  std::erase_if(known_, [&](const auto& known) { return !there.contains(known.first); });
  for (const std::string& id : there) {
    auto [entry, added] = known_.try_emplace(id, file_of(id));
    auto state = read(id, entry->second);
    if (state && state->group == path) return state;
  }
  return std::nullopt;
}

}  // namespace doorman::source::container
