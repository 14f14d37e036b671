// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/call_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <ranges>

#include "source/kernel/call_signatures.h"

namespace doorman::source::kernel {
namespace {

using kern::CallArgument;
using kern::CallClause;
using kern::CallFilter;
using kern::CallForm;
using model::EventInfo;
using model::EventNeed;
using model::EventParameter;
using model::EventType;
using model::ParameterForm;

/// How wide the argument is: what the kernel does not look at of a register may be anything.
CallArgument::Form form_of(ParameterForm form) {
  switch (form) {
    case ParameterForm::integer:
    case ParameterForm::descriptor:
    case ParameterForm::process:
    case ParameterForm::signal:
      return CallArgument::Form::integer;
    case ParameterForm::octal:
    case ParameterForm::user:
    case ParameterForm::group:
    case ParameterForm::open_flags:
    case ParameterForm::file_mode:
    case ParameterForm::address_family:
    case ParameterForm::bpf_command:
    case ParameterForm::at_flags:
    case ParameterForm::rename_flags:
    case ParameterForm::unmount_flags:
    case ParameterForm::memfd_flags:
    case ParameterForm::access_mode:
    case ParameterForm::module_flags:
    case ParameterForm::prctl_option:
    case ParameterForm::fcntl_command:
    case ParameterForm::keyctl_operation:
      return CallArgument::Form::natural;
    case ParameterForm::text:
    case ParameterForm::path:
      return CallArgument::Form::text;
    case ParameterForm::natural:
    case ParameterForm::hex:
    case ParameterForm::time:
    case ParameterForm::interval:
    case ParameterForm::clone_flags:
    case ParameterForm::ptrace_request:
    case ParameterForm::resolve_flags:
    case ParameterForm::mount_flags:
    case ParameterForm::memory_protection:
    case ParameterForm::map_flags:
      return CallArgument::Form::number;
    case ParameterForm::result:
    case ParameterForm::object_fd:
    case ParameterForm::object_device:
    case ParameterForm::object_inode:
    case ParameterForm::address:
    case ParameterForm::tuple:
    case ParameterForm::task:
    case ParameterForm::bytes:
      return CallArgument::Form::none;
  }
  return CallArgument::Form::none;
}

/// What a signature says of one argument: `name`, `name|name`, or `name@8+name%16`, behind a pointer.
void read_word(std::string_view word, std::uint8_t index, std::string_view wanted, ParameterForm form,
               CallArgument& into) {
  for (const auto part : std::views::split(word, word.find_first_of("@%") == word.npos ? '|' : '+')) {
    const std::string_view text(part.begin(), part.end());
    const std::size_t mark = text.find_first_of("@%");
    if (text.substr(0, mark) != wanted) continue;
    into = {form_of(form), index, 0};
    if (mark == text.npos) return;
    into.form = text[mark] == '@' ? CallArgument::Form::far : CallArgument::Form::far_half;
    std::from_chars(text.data() + mark + 1, text.data() + text.size(), into.offset);
  }
}

std::vector<std::string_view> words_of(std::string_view signature) {
  std::vector<std::string_view> words;
  for (const auto part : std::views::split(signature, ' ')) {
    if (!part.empty()) words.emplace_back(part.begin(), part.end());
  }
  return words;
}

std::uint8_t place_of(const std::vector<std::string_view>& words, std::string_view word) {
  const auto at = std::ranges::find(words, word);
  return at == words.end() ? std::uint8_t{0} : static_cast<std::uint8_t>(at - words.begin() + 1);
}

void add_path(CallForm& form, std::uint8_t place, std::uint8_t folder) {
  if (form.path == 0) {
    form.path = place;
    form.folder = folder;
  } else if (form.other_path == 0) {
    form.other_path = place;
    form.other_folder = folder;
  }
}

bool is_open(EventType type) {
  return type == EventType::open || type == EventType::openat || type == EventType::openat2 ||
         type == EventType::creat || type == EventType::open_by_handle_at;
}

void take_parameters(CallForm& form, const EventInfo& event, const std::vector<std::string_view>& words) {
  std::uint8_t folder = 0;
  for (const EventParameter& parameter : event.parameters) {
    CallArgument argument;
    for (std::size_t i = 0; i < words.size(); ++i) {
      read_word(words[i], static_cast<std::uint8_t>(i), parameter.name, parameter.form, argument);
    }
    const std::uint8_t place = place_of(words, parameter.name);
    if (parameter.form == ParameterForm::object_fd && form.object == 0) {
      form.object = place == 0 ? CallForm::object_is_result : place;
    }
    if (parameter.form == ParameterForm::descriptor) folder = place;
    if (parameter.form == ParameterForm::path && place != 0) add_path(form, place, std::exchange(folder, 0));
    if (parameter.form == ParameterForm::open_flags && is_open(event.type)) form.open_flags = argument;
    form.parameters.push_back(argument);
  }
  while (!form.parameters.empty() && form.parameters.back().form == CallArgument::Form::none) {
    form.parameters.pop_back();
  }
}

/// Changes what a process may do or sees, or looks into others.
bool is_privileged(EventType type) {
  constexpr std::array privileged{EventType::setuid,
                                  EventType::setgid,
                                  EventType::setreuid,
                                  EventType::setregid,
                                  EventType::setresuid,
                                  EventType::setresgid,
                                  EventType::setfsuid,
                                  EventType::setfsgid,
                                  EventType::setgroups,
                                  EventType::capset,
                                  EventType::chroot,
                                  EventType::pivot_root,
                                  EventType::unshare,
                                  EventType::setns,
                                  EventType::mount,
                                  EventType::umount,
                                  EventType::umount2,
                                  EventType::move_mount,
                                  EventType::open_tree,
                                  EventType::fsopen,
                                  EventType::fsmount,
                                  EventType::fsconfig,
                                  EventType::mount_setattr,
                                  EventType::init_module,
                                  EventType::finit_module,
                                  EventType::delete_module,
                                  EventType::bpf,
                                  EventType::ptrace,
                                  EventType::kexec_load,
                                  EventType::kexec_file_load,
                                  EventType::process_vm_readv,
                                  EventType::process_vm_writev,
                                  EventType::memfd_create,
                                  EventType::memfd_secret,
                                  EventType::seccomp,
                                  EventType::userfaultfd,
                                  EventType::pidfd_getfd,
                                  EventType::perf_event_open,
                                  EventType::iopl,
                                  EventType::ioperm,
                                  EventType::personality};
  return std::ranges::find(privileged, type) != privileged.end();
}

CallForm form_of(const EventInfo& event) {
  CallForm form;
  form.type = static_cast<std::uint16_t>(event.type);
  form.number = event.system_call;
  const CallSignature signature = signature_of(event.type);
  form.compat_number = signature.compat_number;
  if (signature.is_about_result) form.object = CallForm::object_is_result;
  const auto words = words_of(signature.arguments);
  take_parameters(form, event, words);
  form.address = place_of(words, "&address");
  form.message = place_of(words, "&message");
  if (is_open(event.type)) form.flags |= CallForm::is_open;
  if (event.type == EventType::accept || event.type == EventType::accept4) form.flags |= CallForm::is_accept;
  const bool sends = event.type == EventType::sendto || event.type == EventType::sendmsg;
  if (sends) form.flags |= CallForm::names_other_end;
  if (event.type == EventType::creat) form.flags |= CallForm::is_creat;
  if (is_privileged(event.type)) form.flags |= CallForm::is_privileged;
  return form;
}

bool is_about_socket(EventType type) {
  const std::string_view category = model::info(type).category;
  return category == "net" || category.starts_with("io");
}

/// Is told as a record of its own kind, unless it fails.
bool is_told_anyway(EventType type) { return type == EventType::execve || type == EventType::execveat; }

/// Is told as FORK, or is a thread's and not told.
bool is_fork(EventType type) {
  return type == EventType::clone || type == EventType::clone3 || type == EventType::fork ||
         type == EventType::vfork;
}

class Builder {
 public:
  void add(const EventNeed& need);
  CallFilter take() && { return std::move(filter_); }

 private:
  CallForm& form_for(EventType type);
  std::uint64_t filter_for(const EventNeed& need);
  void add_clause(CallForm& form, const EventNeed& need, std::uint32_t outcome, std::uint64_t filter);

  CallFilter filter_;
  std::size_t filters_ = 0;
};

CallForm& Builder::form_for(EventType type) {
  const auto number = static_cast<std::uint16_t>(type);
  const auto known = std::ranges::find(filter_.forms, number, &CallForm::type);
  return known != filter_.forms.end() ? *known : filter_.forms.emplace_back(form_of(model::info(type)));
}

/// A bit for the paths of the need; 0 when it names none, or there are too many filters.
std::uint64_t Builder::filter_for(const EventNeed& need) {
  if (need.paths.empty() && need.prefixes.empty() && need.folders.empty() && need.endings.empty()) return 0;
  if (filters_ == CallFilter::most_filters) return 0;
  const std::uint64_t bit = std::uint64_t{1} << filters_++;
  using Match = kern::PathFilter::Match;
  for (const std::string& path : need.paths) filter_.paths.push_back({path, Match::whole, bit});
  for (const std::string& path : need.prefixes) filter_.paths.push_back({path, Match::beginning, bit});
  for (const std::string& path : need.folders) filter_.paths.push_back({path, Match::inside, bit});
  for (const std::string& path : need.endings) filter_.paths.push_back({path, Match::ending, bit});
  return bit;
}

void Builder::add_clause(CallForm& form, const EventNeed& need, std::uint32_t outcome, std::uint64_t filter) {
  std::uint32_t traits = outcome;
  if ((form.flags & CallForm::is_open) != 0 && need.reads != need.writes) {
    traits |= need.reads ? CallClause::reads : CallClause::writes;
  }
  if ((form.flags & CallForm::is_open) != 0 && need.truncates) traits |= CallClause::truncates;
  if (need.in_container) traits |= CallClause::in_container;
  if (need.climbs) traits |= CallClause::climbs;
  const CallClause clause{traits, filter};
  if (form.clauses.size() < CallFilter::most_clauses) {
    form.clauses.push_back(clause);
    return;
  }
  // No room: the last one becomes what both ask for, on any path.
  form.clauses.back() = {form.clauses.back().traits & traits, 0};
}

void Builder::add(const EventNeed& need) {
  if (is_fork(need.type) || model::info(need.type).system_call < 0) return;
  CallForm& form = form_for(need.type);
  // Of a socket and of what is named by path the kernel side does not know the path in time.
  const bool has_path = form.object != 0 && !is_about_socket(need.type);
  const std::uint64_t filter = has_path && !need.any_path ? filter_for(need) : 0;
  form.named |= filter;
  const bool failures = need.failures, successes = !is_told_anyway(need.type) && need.successes;
  if (successes && failures) {
    add_clause(form, need, 0, filter);
  } else if (successes) {
    add_clause(form, need, CallClause::succeeded, filter);
  } else if (failures) {
    add_clause(form, need, CallClause::failed, filter);
  }
}

/// A clause that asks for paths is needless beside one that asks for no more and lets every path through.
void drop_needless(std::vector<CallClause>& clauses) {
  std::vector<std::uint32_t> open;  // traits of those
  for (const CallClause& clause : clauses) {
    if (clause.filter == 0) open.push_back(clause.traits);
  }
  std::erase_if(clauses, [&](const CallClause& clause) {
    const auto holds = [&](std::uint32_t traits) { return (traits & ~clause.traits) == 0; };
    return clause.filter != 0 && std::ranges::any_of(open, holds);
  });
}

}  // namespace

kern::CallFilter filter_of(const model::KernelNeeds& needs) {
  Builder builder;
  for (const EventNeed& need : needs.events) builder.add(need);
  CallFilter filter = std::move(builder).take();
  for (CallForm& form : filter.forms) drop_needless(form.clauses);
  std::erase_if(filter.forms, [](const CallForm& form) { return form.clauses.empty(); });
  return filter;
}

}  // namespace doorman::source::kernel
