// SPDX-License-Identifier: Apache-2.0
#include "app/cli/table.h"

#include <algorithm>
#include <array>

namespace doorman::app::cli {

namespace {

using Options = const Option* const;

constexpr Options scan_options[] = {
    &options::severity,
    &options::fail_on,
    &options::ignore_unfixed,
    &options::policy,
    &options::exceptions,
    &options::no_secrets,
    &options::all,
    &options::format,
    &options::output,
    &options::color,
    &options::width,
    &options::wide,
    &options::no_progress,
    &options::quiet,
    &options::platform,
    &options::verify,
    &options::db,
    &options::now,
    &options::ca_file,
    &options::insecure_http,
    &options::state_dir,
    &options::no_cache,
    &options::jobs,
};
constexpr Options policy_check_options[] = {&options::policy_format};
constexpr Options policy_explain_options[] = {&options::rule, &options::case_name};
constexpr Options policy_fields_options[] = {&options::source, &options::fields_format};
constexpr Options db_build_options[] = {&options::db_output, &options::quiet, &options::state_dir};
constexpr Options db_info_options[] = {&options::db, &options::state_dir};
constexpr Options cache_options[] = {&options::state_dir};
constexpr Options help_options[] = {&options::man, &options::width};
constexpr Options common[] = {&options::config, &options::help, &options::version};

constexpr Term scan_targets[] = {
    {"oci-archive:FILE", "A tar of an OCI layout, plain or compressed"},
    {"docker-archive:FILE", "What docker save writes, plain or compressed"},
    {"oci:FOLDER[:TAG]", "An OCI layout"},
    {"registry:REFERENCE", "An image in a registry: registry.example/app:1.2 or ...@sha256:DIGEST"},
    {"podman:IMAGE, docker:IMAGE", "An image of the engine, over its socket"},
    {"containers-storage:IMAGE", "An image of podman, buildah or CRI-O, read in place"},
    {"dir:FOLDER", "A folder that holds a root file system"},
    {"host", "This machine"},
    {"-", "An archive on standard input"},
};
constexpr Term scan_examples[] = {
    {"doorman scan app.tar", "What is known to be wrong with the image in app.tar"},
    {"doorman scan --severity high+ --ignore-unfixed app.tar", "What is serious and can be updated"},
    {"doorman scan --fail-on critical -o sarif=app.sarif -o table=- registry.example/app:1.2",
     "In a pipeline: a file for the code host, a table for the log, and exit code 1 when something is critical"},
    {"doorman scan -f cyclonedx dir:/mnt > sbom.cdx.json", "A bill of materials of a mounted root file system"},
};
constexpr Section scan_sections[] = {{"Targets", scan_targets}, {"Examples", scan_examples}};

constexpr Term policy_check_examples[] = {
    {"doorman policy check rules.yaml local_rules.yaml", "Whether two rule files are sound, read as one"},
    {"doorman policy check image", "The same of the built-in pack for images"},
};
constexpr Section policy_check_sections[] = {{"Examples", policy_check_examples}};
constexpr Term policy_parse_examples[] = {
    {"doorman policy parse 'proc.name = sh and not user.uid = 0'", "The tree of one condition"},
    {"doorman policy parse - < conditions.jsonl", "Those of many, a JSON string a line, an answer a line"},
};
constexpr Section policy_parse_sections[] = {{"Examples", policy_parse_examples}};
constexpr Term policy_explain_examples[] = {
    {"doorman policy explain image case.yaml", "What each rule for images says of the case, and why"},
    {"doorman policy explain --rule 'Image runs as root' policies/team policies/team/tests/users.yaml",
     "Why one rule says what it says, for each case of a file"},
};
constexpr Section policy_explain_sections[] = {{"Examples", policy_explain_examples}};
constexpr Term policy_fields_examples[] = {
    {"doorman policy fields --source package", "What a rule about packages may ask"},
    {"doorman policy fields proc.", "The fields whose names hold `proc.`"},
};
constexpr Section policy_fields_sections[] = {{"Examples", policy_fields_examples}};

constexpr Term completion_examples[] = {
    {"doorman completion bash > /etc/bash_completion.d/doorman", ""},
    {"doorman completion zsh > /usr/local/share/zsh/site-functions/_doorman", ""},
    {"doorman completion fish > ~/.config/fish/completions/doorman.fish", ""},
};
constexpr Section completion_sections[] = {{"Examples", completion_examples}};

constexpr Verb all_verbs[] = {
    {
        .id = VerbId::scan,
        .words = "scan",
        .operands = "TARGET...",
        .min_operands = 1,
        .max_operands = any_number,
        .operand_choices = {},
        .summary = "What is in an image, and what is wrong with it",
        .about = "Reads each target once, lists its packages, compares them with the advisory database and judges "
                 "what it "
                 "finds by the rules of --policy. A target "
                 "is a file, a folder, a reference to a registry, or one of the forms below; without its prefix it "
                 "is recognised by what it is.\n\n"
                 "The report goes to standard output, everything else to standard error.",
        .options = scan_options,
        .sections = scan_sections,
    },
    {
        .id = VerbId::policy_check,
        .words = "policy check",
        .operands = "FILE|PACK...",
        .min_operands = 1,
        .max_operands = any_number,
        .operand_choices = {},
        .summary = "Tell everything that is wrong with rule files",
        .about = "Reads the files as one rule set, in the order given, checks every rule against the field "
                 "catalogue and "
                 "compiles it. A folder stands for its *.yaml files, the name of a built-in pack for that pack.\n\n"
                 "Exit code 1 means that there is an error; warnings alone pass.",
        .options = policy_check_options,
        .sections = policy_check_sections,
    },
    {
        .id = VerbId::policy_parse,
        .words = "policy parse",
        .operands = "CONDITION|-",
        .min_operands = 1,
        .max_operands = 1,
        .operand_choices = {},
        .summary = "Show the tree of a condition, as JSON",
        .about = "With - it reads conditions from standard input, one JSON string a line, and answers each with "
                 "one JSON "
                 "object a line: whether it can be parsed, and its tree or the error and its place.",
        .options = {},
        .sections = policy_parse_sections,
    },
    {
        .id = VerbId::policy_test,
        .words = "policy test",
        .operands = "PACK|FOLDER...",
        .min_operands = 1,
        .max_operands = any_number,
        .operand_choices = {},
        .summary = "Ask the rules of a pack about the cases beside them",
        .about = "A pack is a folder of rule files with its cases in the folder tests, or a built-in one. Each "
                 "case says "
                 "which rules should match it; what differs is told, and so is a rule that no case tries.",
        .options = {},
        .sections = {},
    },
    {
        .id = VerbId::policy_explain,
        .words = "policy explain",
        .operands = "FILE|PACK CASES",
        .min_operands = 2,
        .max_operands = 2,
        .operand_choices = {},
        .summary = "Tell why rules match or do not match an event or a fact",
        .about = "Shows each rule's condition as a tree, with what every part of it came to and which parts "
                 "decided. CASES "
                 "is a YAML or JSON file of one case or several, written as for policy test.",
        .options = policy_explain_options,
        .sections = policy_explain_sections,
    },
    {
        .id = VerbId::policy_fields,
        .words = "policy fields",
        .operands = "[PATTERN]",
        .min_operands = 0,
        .max_operands = 1,
        .operand_choices = {},
        .summary = "List the fields that rules may use",
        .about = "All of them, or those whose names hold the pattern; * stands for any text.",
        .options = policy_fields_options,
        .sections = policy_fields_sections,
    },
    {
        .id = VerbId::db_build,
        .words = "db build",
        .operands = "DIR",
        .min_operands = 1,
        .max_operands = 1,
        .operand_choices = {},
        .summary = "Compile advisories into a database file",
        .about = "Reads every advisory below the folder and writes one file that scan maps and searches.",
        .options = db_build_options,
        .sections = {},
    },
    {
        .id = VerbId::db_info,
        .words = "db info",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "Tell the date, the sources and the licences of the advisory database",
        .about = "",
        .options = db_info_options,
        .sections = {},
    },
    {
        .id = VerbId::cache_info,
        .words = "cache info",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "Tell where the cache of layers lies and how large it is",
        .about = "",
        .options = cache_options,
        .sections = {},
    },
    {
        .id = VerbId::cache_clear,
        .words = "cache clear",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "Empty the cache of layers",
        .about = "",
        .options = cache_options,
        .sections = {},
    },
    {
        .id = VerbId::completion,
        .words = "completion",
        .operands = "SHELL",
        .min_operands = 1,
        .max_operands = 1,
        .operand_choices = shell_names,
        .summary = "Write the completions of a shell: bash, zsh or fish",
        .about = "",
        .options = {},
        .sections = completion_sections,
    },
    {
        .id = VerbId::help,
        .words = "help",
        .operands = "[VERB]",
        .min_operands = 0,
        .max_operands = 2,
        .operand_choices = {},
        .summary = "Show help, of one verb or of all",
        .about = "",
        .options = help_options,
        .sections = {},
    },
    {
        .id = VerbId::version,
        .words = "version",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "Show the version",
        .about = "",
        .options = {},
        .sections = {},
    },
};

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

std::span<const Verb> verbs() { return all_verbs; }

const Verb& verb_of(VerbId id) {
  return *std::find_if(std::begin(all_verbs), std::end(all_verbs),
                       [id](const Verb& verb) { return verb.id == id; });
}

bool is_about_program(VerbId id) {
  switch (id) {
    case VerbId::completion:
    case VerbId::help:
    case VerbId::version:
      return true;
    case VerbId::scan:
    case VerbId::policy_check:
    case VerbId::policy_parse:
    case VerbId::policy_test:
    case VerbId::policy_explain:
    case VerbId::policy_fields:
    case VerbId::db_build:
    case VerbId::db_info:
    case VerbId::cache_info:
    case VerbId::cache_clear:
      return false;
  }
  return false;
}

std::span<const Option* const> common_options() { return common; }

std::span<const Section> program_sections() { return about_program; }

}  // namespace doorman::app::cli
