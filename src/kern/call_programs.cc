// SPDX-License-Identifier: Apache-2.0
#include "kern/call_programs.h"

#include "bpf/calls.h"  // before the skeleton, which declares its structs anew where they are not known

#include <bpf/bpf.h>
#include <skeletons/calls.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/fd.h"
#include "kern/skeleton.h"

namespace doorman::kern {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

static_assert(CallClause::in_container == DOORMAN_TRAIT_IN_CONTAINER && CallClause::climbs == DOORMAN_TRAIT_CLIMBS);
static_assert(CallForm::names_other_end == DOORMAN_CALL_NAMES_OTHER_END);
static_assert(CallForm::is_privileged == DOORMAN_CALL_IS_PRIVILEGED);
static_assert(static_cast<int>(CallArgument::Form::far_half) == DOORMAN_ARGUMENT_FAR_HALF);
static_assert(CallFilter::most_clauses == DOORMAN_CALL_CLAUSES);

doorman_argument raw_of(const CallArgument& argument) {
  return {static_cast<__u8>(argument.form), argument.index, argument.offset, 0};
}

doorman_call_form raw_of(const CallForm& form) {
  doorman_call_form raw{};
  raw.type = form.type;
  raw.flags = form.flags;
  raw.object = form.object;
  raw.path = form.path;
  raw.folder = form.folder;
  raw.other_path = form.other_path;
  raw.other_folder = form.other_folder;
  raw.address = form.address;
  raw.message = form.message;
  raw.named = form.named;
  raw.open_flags = raw_of(form.open_flags);
  for (const CallClause& clause : form.clauses) raw.clause[raw.clauses++] = {clause.filter, clause.traits, 0};
  for (const CallArgument& each : form.parameters) raw.parameter[raw.parameters++] = raw_of(each);
  return raw;
}

Status check(const CallFilter& filter) {
  if (filter.forms.size() >= DOORMAN_CALL_FORMS) return Error(ErrorCode::limit, "too many system calls are wanted");
  if (filter.paths.size() > DOORMAN_MAX_PATHS) return Error(ErrorCode::limit, "rules name too many paths");
  for (const CallForm& form : filter.forms) {
    if (form.clauses.size() > DOORMAN_CALL_CLAUSES || form.parameters.size() > DOORMAN_CALL_PARAMETERS) {
      return Error(ErrorCode::limit, "too many conditions or parameters of a system call");
    }
  }
  return {};
}

Status fill_paths(int map, const CallFilter& filter) {
  for (const PathFilter& each : trie_of(filter.paths, DOORMAN_PATH_KEY_BYTES - 1)) {
    doorman_path_key key{};
    key.bits = static_cast<__u32>(each.text.size() * 8);
    each.text.copy(key.path, sizeof key.path);
    if (bpf_map_update_elem(map, &key, &each.filters, BPF_ANY) != 0) return base::system_error("paths");
  }
  return {};
}

/// Says which filters they have; adds to `bits` what tells them from others.
base::Result<std::uint64_t> fill_names(int map, const std::map<std::string, std::uint64_t>& names, bool of_folder,
                                       __u64& bits) {
  std::uint64_t seen = 0;
  for (const auto& [name, filters] : names) {
    doorman_leaf_key key{};
    key.length = static_cast<__u16>(name.size());
    key.of_folder = of_folder ? 1 : 0;
    name.copy(key.text, sizeof key.text);
    std::uint64_t all = filters;
    if (std::uint64_t before = 0; bpf_map_lookup_elem(map, &key, &before) == 0) all |= before;  // begins alike
    if (bpf_map_update_elem(map, &key, &all, BPF_ANY) != 0) return base::system_error("last names of paths");
    bits |= doorman_leaf_bit(&key);
    seen |= all;
  }
  return seen;
}

/// Says whether there are any.
base::Result<bool> fill_endings(int map, const CallFilter& filter) {
  std::map<std::uint32_t, std::uint64_t> endings;
  for (const PathFilter& each : filter.paths) {
    if (each.match != PathFilter::Match::ending) continue;
    std::uint32_t key = 0;
    if (each.text.size() < sizeof key) return Error(ErrorCode::limit, "the ending " + each.text + " is too short");
    each.text.substr(each.text.size() - sizeof key).copy(reinterpret_cast<char*>(&key), sizeof key);
    endings[key] |= each.filters;
  }
  for (const auto& [key, filters] : endings) {
    if (bpf_map_update_elem(map, &key, &filters, BPF_ANY) != 0) return base::system_error("endings of paths");
  }
  return !endings.empty();
}

void want(calls_bpf::calls_bpf__bss& programs, const CallForm& form, __u8 at) {
  programs.forms[at] = raw_of(form);
  if (form.number >= 0 && form.number < DOORMAN_CALL_NUMBERS) {
    programs.form_of[form.number] = at;
    programs.wanted[form.number] |= 1U;
  }
  if (form.compat_number >= 0 && form.compat_number < DOORMAN_CALL_NUMBERS) {
    programs.compat_form_of[form.compat_number] = at;
    programs.wanted[form.compat_number] |= 2U;
  }
}

}  // namespace

struct CallPrograms::Loaded {
  Skeleton<calls_bpf> skeleton;
  Links links;
};

CallPrograms::CallPrograms(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
CallPrograms::CallPrograms(CallPrograms&&) noexcept = default;
CallPrograms& CallPrograms::operator=(CallPrograms&&) noexcept = default;
CallPrograms::~CallPrograms() = default;

base::Result<CallPrograms> CallPrograms::load(const Pins& pins, const CallFilter& filter) {
  DOORMAN_CHECK(check(filter));
  DOORMAN_TRY(auto skeleton, Skeleton<calls_bpf>::open(family, pins));
  DOORMAN_CHECK(size_by_processors(skeleton->maps.scratches));
  DOORMAN_CHECK(size_by_processors(skeleton->maps.call_states));
  DOORMAN_CHECK(skeleton.load());
  auto& programs = *skeleton->bss;
  programs.guard_pid = static_cast<__u32>(::getpid());
  DOORMAN_CHECK(fill_paths(bpf_map__fd(skeleton->maps.paths), filter));
  DOORMAN_TRY(const bool has_endings, fill_endings(bpf_map__fd(skeleton->maps.endings), filter));
  programs.ends_matter = has_endings ? 1 : 0;
  const LeafFilters leaves = leaves_of(filter.paths, DOORMAN_PATH_KEY_BYTES - 1);
  const int names = bpf_map__fd(skeleton->maps.leaves);
  DOORMAN_CHECK(fill_names(names, leaves.leaves, false, programs.leaf_bits));
  DOORMAN_TRY(programs.by_folder, fill_names(names, leaves.folders, true, programs.leaf_bits));
  programs.any_leaf = leaves.any;
  __u8 next = 0;
  for (const CallForm& form : filter.forms) want(programs, form, ++next);
  return CallPrograms(std::make_unique<Loaded>(Loaded{std::move(skeleton), {}}));
}

Status CallPrograms::attach(const Pins& pins, bool pinned) {
  return loaded_->links.attach(loaded_->skeleton->progs.on_sys_exit, pinned ? &pins : nullptr, family);
}

base::Result<Ring> CallPrograms::calls() const { return Ring::open(bpf_map__fd(loaded_->skeleton->maps.calls)); }

base::Result<Ring> CallPrograms::privileges() const {
  return Ring::open(bpf_map__fd(loaded_->skeleton->maps.privileges));
}

base::Result<Ring> CallPrograms::watched() const {
  return Ring::open(bpf_map__fd(loaded_->skeleton->maps.watched));
}

}  // namespace doorman::kern
