// SPDX-License-Identifier: Apache-2.0
#include "model/container.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"

namespace doorman::model {
namespace {

using Parts = std::vector<std::string_view>;

std::optional<std::uint32_t> id_of(std::string_view text) {
  const auto number = base::to_number(text);
  if (!number || *number > 0xffffffffU) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

template <typename Entry, typename Read>
std::vector<Entry> entries_of(std::string_view file, std::size_t limit, std::uint32_t Entry::* number,
                              Read&& read) {
  std::map<std::uint32_t, Entry> by_number;
  std::string_view line;
  while (by_number.size() < limit && base::next_line(file, line)) {
    const Parts parts = base::split(line, ':');
    const auto id = parts.size() > 2 ? id_of(parts[2]) : std::nullopt;
    if (!id || parts[0].empty()) continue;
    Entry entry = read(parts);
    entry.*number = *id;
    by_number.emplace(*id, std::move(entry));
  }
  std::vector<Entry> entries;
  for (auto& [id, entry] : by_number) entries.push_back(std::move(entry));
  return entries;
}

}  // namespace

UserNames parse_user_names(std::string_view passwd, std::string_view group, std::size_t limit) {
  UserNames names;
  names.users = entries_of(passwd, limit, &UserNames::User::uid, [](const Parts& parts) {
    UserNames::User user;
    user.name = parts[0];
    if (parts.size() > 5) user.home = parts[5];
    if (parts.size() > 6) user.shell = parts[6];
    return user;
  });
  names.groups = entries_of(group, limit, &UserNames::Group::gid, [](const Parts& parts) {
    UserNames::Group entry;
    entry.name = parts[0];
    return entry;
  });
  return names;
}

const UserNames::User* UserNames::user(std::uint32_t uid) const {
  const auto found = std::ranges::lower_bound(users, uid, {}, &User::uid);
  return found != users.end() && found->uid == uid ? &*found : nullptr;
}

const UserNames::Group* UserNames::group(std::uint32_t gid) const {
  const auto found = std::ranges::lower_bound(groups, gid, {}, &Group::gid);
  return found != groups.end() && found->gid == gid ? &*found : nullptr;
}

const std::string* find_label(const Container::Labels& labels, std::string_view key) {
  const auto found = std::ranges::lower_bound(labels, key, {}, &Container::Labels::value_type::first);
  return found != labels.end() && found->first == key ? &found->second : nullptr;
}

std::string label_list(const Container::Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels) {
    if (!text.empty()) text.append(1, ',');
    text.append(key).append(1, ':').append(value);
  }
  return text;
}

std::string_view short_id(std::string_view id) {
  constexpr std::size_t digits = 12;
  return id.substr(id.find(':') + 1).substr(0, digits);  // sha256:
}

std::string_view name_or_id(std::string_view name, std::string_view id) {
  return name.empty() ? short_id(id) : name;
}

}  // namespace doorman::model
