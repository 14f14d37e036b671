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
        .about =
            "Reads each target once, lists its packages and compares them with the advisory database. A target "
            "is a file, a folder, a reference to a registry, or one of the forms below; without its prefix it "
            "is recognised by what it is.\n\n"
            "The report goes to standard output, everything else to standard error.",
        .options = scan_options,
        .sections = scan_sections,
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
    {"0", "Done, and nothing that --fail-on names was found"},
    {"1", "The verdict is no: --fail-on found what it names"},
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
