// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/arguments.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace doorman::app {
namespace {

using Arguments = std::span<const char* const>;

enum class Takes : std::uint8_t { nothing, value };
struct Known {
  std::string_view name;
  Takes takes = Takes::nothing;
  std::string_view RuntimeCall::* into = nullptr;
};

// Of runc 1.0 to 1.3 and crun 1.0 to 1.20. Where the two take the same name differently it is not here.
constexpr auto global_options = std::to_array<Known>({
    {"cgroup-manager", Takes::value},
    {"criu", Takes::value},
    {"debug"},
    {"help"},
    {"log", Takes::value, &RuntimeCall::log},
    {"log-format", Takes::value, &RuntimeCall::log_format},
    {"log-level", Takes::value},
    {"root", Takes::value},
    {"rootless", Takes::value},
    {"systemd-cgroup"},
    {"usage"},
    {"version"},
    {"?"},
    {"V"},
    {"h"},
    {"v"},
});

constexpr auto making_options = std::to_array<Known>({
    {"auto-dedup"},
    {"b", Takes::value, &RuntimeCall::bundle},
    {"bundle", Takes::value, &RuntimeCall::bundle},
    {"config", Takes::value, &RuntimeCall::config},
    {"console-socket", Takes::value},
    {"d"},
    {"detach"},
    {"empty-ns", Takes::value},
    {"ext-unix-sk"},
    {"f", Takes::value, &RuntimeCall::config},
    {"file-locks"},
    {"help"},
    {"h"},
    {"image-path", Takes::value},
    {"keep"},
    {"lazy-pages"},
    {"lsm-mount-context", Takes::value},
    {"lsm-profile", Takes::value},
    {"manage-cgroups-mode", Takes::value},
    {"no-new-keyring"},
    {"no-pivot"},
    {"no-subreaper"},
    {"page-server", Takes::value},
    {"parent-path", Takes::value},
    {"pid-file", Takes::value},
    {"pidfd-socket", Takes::value},
    {"preserve-fds", Takes::value},
    {"shell-job"},
    {"status-fd", Takes::value},
    {"tcp-established"},
    {"work-path", Takes::value},
});

bool is_making(std::string_view word) { return word == "create" || word == "run" || word == "restore"; }
bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

/// An option that both runtimes read as it is read here; nullptr for any other.
const Known* find(std::span<const Known> known, std::string_view word) {
  const bool is_long = word.starts_with("--");
  const std::string_view body = word.substr(is_long ? 2 : 1);
  const std::string_view name = body.substr(0, body.find('='));
  // To Go `-bundle` is `--bundle` and `--b` is `-b`; to crun they are `-b undle` and short for something longer.
  if (is_long ? name.size() < 2 : body.size() != 1) return nullptr;
  const auto found = std::ranges::find(known, name, &Known::name);
  return found == known.end() ? nullptr : &*found;
}

std::optional<std::string_view> attached_value(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals == word.npos ? std::nullopt : std::optional(word.substr(equals + 1));
}

class Reader {
 public:
  explicit Reader(Arguments arguments) : rest_(arguments) {}

  RuntimeCall read() {
    read_global();
    if (call_.makes_container) read_making();
    return call_;
  }

 private:
  std::string_view next() {
    const std::string_view word = rest_.front();
    rest_ = rest_.subspan(1);
    return word;
  }

  void doubt(std::string_view word) {
    if (call_.unclear.empty()) call_.unclear = word;
  }

  void read_global() {
    bool ended = false;
    while (!rest_.empty()) {
      const std::string_view word = next();
      if (!ended && word == "--") {
        ended = true;
      } else if (ended || !is_option(word)) {
        call_.command = word;
        call_.makes_container = is_making(word);
        break;
      } else {
        take(global_options, word);
      }
    }
    // Behind an option that is not known, the command may be any word: the next may be the option's value.
    if (call_.unclear.empty() || call_.makes_container) return;
    call_.makes_container = std::ranges::any_of(rest_, [](const char* word) { return is_making(word); });
    if (!call_.makes_container) call_.unclear = {};
  }

  void read_making() {
    bool ended = false;
    while (!rest_.empty()) {
      const std::string_view word = next();
      if (!ended && word == "--") ended = true;
      else if (ended || !is_option(word)) take_operand(word);
      else take(making_options, word);
    }
  }

  void take_operand(std::string_view word) {
    if (call_.id.empty()) call_.id = word;
    else doubt(word);
  }

  void take(std::span<const Known> known, std::string_view word) {
    const Known* option = find(known, word);
    if (option == nullptr) return doubt(word);
    if (option->takes == Takes::nothing) return;
    auto value = attached_value(word);
    if (!value) {
      if (rest_.empty()) return doubt(word);
      value = next();
      // Reordering makes another word the value of an option whose value looks like an option.
      if (value->starts_with('-')) doubt(*value);
    }
    if (option->into != nullptr) call_.*(option->into) = *value;
  }

  Arguments rest_;
  RuntimeCall call_;
};

}  // namespace

RuntimeCall parse_runtime_call(Arguments arguments) { return Reader(arguments).read(); }

}  // namespace doorman::app
