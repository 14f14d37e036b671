// SPDX-License-Identifier: Apache-2.0
#include "app/cli/table.h"

#include <algorithm>

#include "app/cli/options.h"
#include "app/cli/verbs/all.h"

namespace doorman::app::cli {
namespace {

/// In this order help, manual page and completions tell them.
constexpr const Verb* all_verbs[] = {
    &scan_verb,
    &ls_verb,
    &show_verb,
    &status_verb,
    &report_isolation_verb,
    &guard_verb,
    &up_verb,
    &events_verb,
    &ps_verb,
    &flows_verb,
    &runtime_check_verb,
    &runtime_install_verb,
    &runtime_remove_verb,
    &policy_check_verb,
    &policy_parse_verb,
    &policy_test_verb,
    &policy_explain_verb,
    &policy_fields_verb,
    &db_build_verb,
    &db_info_verb,
    &cache_info_verb,
    &cache_clear_verb,
    &completion_verb,
    &help_verb,
    &version_verb,
};

constexpr const Option* common[] = {&options::config, &options::help, &options::version};

constexpr Term exit_codes[] = {
    {"0", "Done: no rule denies, and nothing that --fail-on names was found"},
    {"1", "The verdict is no: a rule denies, --fail-on found what it names, or rules or their tests are wrong"},
    {"2", "It could not be decided: a mistake in the command, something that cannot be read, a wrong digest"},
};
constexpr Term variables[] = {
    {"DOORMAN_OPTION",
     "The value of --option, upper case with _ for -: DOORMAN_FAIL_ON=high. A flag takes true or "
     "false; what may be repeated takes a comma-separated list. A flag on the command line comes "
     "first, then the variable, then the configuration file"},
    {"NO_COLOR", "When set, --color=auto means never"},
    {"COLUMNS", "The width of the table and of help where standard output is no terminal"},
    {"SOURCE_DATE_EPOCH", "The date of the report, in seconds since 1970; the image's own when it is not set"},
    {"REGISTRY_AUTH_FILE, DOCKER_CONFIG", "Where credentials for registries are, as for podman and docker"},
    {"DOCKER_HOST, CONTAINER_HOST", "The socket of docker and of podman, as unix://PATH"},
    {"CONTAINERD_NAMESPACE", "Where containerd:IMAGE looks; in all namespaces when it is not set"},
};
constexpr Term files[] = {
    {"/etc/doorman/config.yaml", "Settings for everybody on this machine"},
    {"$XDG_CONFIG_HOME/doorman/config.yaml",
     "The user's own settings (~/.config/doorman/config.yaml), which come "
     "before those. No file in the current folder is ever read by itself"},
    {"/var/lib/doorman, $XDG_CACHE_HOME/doorman", "The state folder, of root and of others: see --state-dir"},
};
constexpr Section about_program[] = {{"Exit status", exit_codes}, {"Environment", variables}, {"Files", files}};

}  // namespace

std::string_view heading(Group group) {
  switch (group) {
    case Group::findings:
      return "What is told";
    case Group::output:
      return "How it is told";
    case Group::input:
      return "What is read";
    case Group::registry:
      return "Registries";
    case Group::running:
      return "State and speed";
    case Group::general:
      return "General";
  }
  return {};
}

std::span<const Verb* const> verbs() { return all_verbs; }

const Verb& verb_of(VerbId id) { return **std::ranges::find(all_verbs, id, &Verb::id); }

std::span<const Option* const> common_options() { return common; }

std::span<const Section> program_sections() { return about_program; }

}  // namespace doorman::app::cli
