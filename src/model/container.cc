// SPDX-License-Identifier: Apache-2.0
#include "model/container.h"

#include <algorithm>

namespace doorman::model {

const UserNames::User* UserNames::user(std::uint32_t uid) const {
  const auto found = std::ranges::lower_bound(users, uid, {}, &User::uid);
  return found != users.end() && found->uid == uid ? &*found : nullptr;
}

const UserNames::Group* UserNames::group(std::uint32_t gid) const {
  const auto found = std::ranges::lower_bound(groups, gid, {}, &Group::gid);
  return found != groups.end() && found->gid == gid ? &*found : nullptr;
}

}  // namespace doorman::model
