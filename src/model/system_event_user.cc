// SPDX-License-Identifier: Apache-2.0
// user.* and group.*: who runs it, by the names of its container or of the host.
#include <array>

#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;

const UserNames::User* user_of(const SystemEvent& event) {
  const UserNames* names = names_of(event);
  return names == nullptr ? nullptr : names->user(event.record().uid);
}

Value uid(const SystemEvent& event, const FieldUse&, Arena&) { return Value::of_natural(event.record().uid); }
Value name(const SystemEvent& event, const FieldUse&, Arena&) {
  return text_unless_empty(user_name(event, event.record().uid));
}
Value home(const SystemEvent& event, const FieldUse&, Arena&) {
  const UserNames::User* user = user_of(event);
  return user == nullptr ? Value() : text_unless_empty(user->home);
}
Value shell(const SystemEvent& event, const FieldUse&, Arena&) {
  const UserNames::User* user = user_of(event);
  return user == nullptr ? Value() : text_unless_empty(user->shell);
}

/// Who logged in, whatever the process became since; -1 for nobody, as rules write it.
Value login_uid(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr) return {};
  const std::uint32_t login = event.process()->state.loginuid;
  return Value::of_integer(login == ProcessState::no_user ? -1 : std::int64_t{login});
}
/// Logins are the host's, so the name is too.
Value login_name(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr || event.process()->state.loginuid == ProcessState::no_user) return {};
  const std::uint32_t login = event.process()->state.loginuid;
  const UserNames* names = event.context().host_names;
  const UserNames::User* user = names == nullptr ? nullptr : names->user(login);
  if (user != nullptr) return Value::of(user->name);
  return login == 0 ? Value::of(std::string_view("root")) : Value();
}

Value gid(const SystemEvent& event, const FieldUse&, Arena&) { return Value::of_natural(event.record().gid); }
Value group(const SystemEvent& event, const FieldUse&, Arena&) {
  return text_unless_empty(group_name(event, event.record().gid));
}

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::user_uid, uid},
    {FieldId::user_name, name},
    {FieldId::user_homedir, home},
    {FieldId::user_shell, shell},
    {FieldId::user_loginuid, login_uid},
    {FieldId::user_loginname, login_name},
    {FieldId::group_gid, gid},
    {FieldId::group_name, group},
});

}  // namespace

std::span<const ReaderOf> user_readers() { return readers; }

const UserNames* names_of(const SystemEvent& event) {
  return event.container() != nullptr ? &event.container()->names : event.context().host_names;
}

std::string_view user_name(const SystemEvent& event, std::uint32_t uid) {
  const UserNames* names = names_of(event);
  const UserNames::User* user = names == nullptr ? nullptr : names->user(uid);
  if (user != nullptr) return user->name;
  return uid == 0 ? "root" : "";
}

std::string_view group_name(const SystemEvent& event, std::uint32_t gid) {
  const UserNames* names = names_of(event);
  const UserNames::Group* group = names == nullptr ? nullptr : names->group(gid);
  if (group != nullptr) return group->name;
  return gid == 0 ? "root" : "";
}

}  // namespace doorman::model
