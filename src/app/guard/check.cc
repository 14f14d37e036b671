// SPDX-License-Identifier: Apache-2.0
#include "app/guard/check.h"

#include <fmt/format.h>

#include <string_view>

#include "kern/features.h"
#include "kern/pins.h"
#include "source/container/folders.h"

namespace doorman::app {
namespace {

/// Another than that of a guard that may be at work.
constexpr std::string_view trial_folder = "/sys/fs/bpf/doorman-check";

constexpr std::string_view with_lsm = R"(
Cannot be refused, and is killed before its first instruction in the modes deny and kill:
  a file that is named to the dynamic loader (ld.so ./file)
  a file of the image that was run before, and is changed through a mapping
)";
constexpr std::string_view without_lsm = R"(
Cannot be refused, and is killed before its first instruction in the modes deny and kill:
  a program in memory only (memfd)
  a program on a file system that the container itself mounted
  a file that is named to the dynamic loader (ld.so ./file)
  a file of the image that was run before, and is changed through a mapping
  when the guard and its gate are both gone: any program that is not the image's; a script that was written later runs
)";

constexpr std::string_view limits = R"(Is told and cannot be refused:
  sh FILE and python FILE: the interpreter is the image's, and the file is data to it
Cannot be seen or stopped:
  code that an interpreter of the image reads from standard input, or from an argument (sh -c)
  a library that was written later and is loaded by a program of the image
  containers whose root is not on overlayfs: what was written later is not told from what the image brought
  names in DNS answers over TCP, TLS or HTTPS
)";

std::string_view mode_of(bool lsm, bool fanotify) {
  if (!fanotify) return "tracepoints; programs are told and not stopped, as deny and kill need fanotify";
  return lsm ? "BPF-LSM, fanotify and tracepoints for programs" : "fanotify and tracepoints for programs";
}

std::string row(std::string_view name, bool works, std::string_view more) {
  return fmt::format("{:<22} {:<4} {}\n", name, works ? "yes" : "no", more);
}

}  // namespace

GuardCheck check_guard() {
  GuardCheck check;
  const auto folders = source::container::EngineFolders::of_this_host();
  check.text = row("control groups", folders.ok(), folders.ok() ? folders->groups : folders.error().message());
  check.can_work = folders.ok();
  bool lsm = false, fanotify = false;
  const auto pins = kern::Pins::open(std::string(trial_folder));
  if (!pins.ok()) {
    check.text += row("BPF file system", false, pins.error().message());
    check.can_work = false;
  } else {
    for (const kern::Feature& each : kern::probe_features(*pins)) {
      check.text += row(each.name, each.works, each.works ? each.gives : each.why_not);
      if (each.is_needed && !each.works) check.can_work = false;
      if (each.name == kern::lsm_feature) lsm = each.works;
      if (each.name == kern::fanotify_feature) fanotify = each.works;
    }
    (void)pins->remove();
  }
  if (check.can_work) {
    check.text += fmt::format("\nMode: {}; control group programs for connections\n", mode_of(lsm, fanotify));
  } else {
    check.text += "\nThe guard cannot work here\n";
  }
  check.text += lsm ? with_lsm : without_lsm;
  check.text += limits;
  return check;
}

}  // namespace doorman::app
