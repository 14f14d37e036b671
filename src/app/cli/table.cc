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
constexpr Options host_options[] = {
    &options::policy_format, &options::color, &options::width, &options::wide,
    &options::host_root,     &options::db,    &options::now,   &options::state_dir,
};
constexpr Options isolation_options[] = {
    &options::rules, &options::policy_format, &options::color, &options::width, &options::wide,
    &options::db,    &options::state_dir,
};
constexpr Options guard_options[] = {
    &options::rules,        &options::drift,       &options::flows, &options::alert_format, &options::guard_check,
    &options::guard_remove, &options::guard_stats, &options::quiet, &options::state_dir,
};
constexpr Options events_options[] = {
    &options::kind,  &options::container,     &options::since,  &options::until,
    &options::rules, &options::policy_format, &options::follow, &options::color,
    &options::width, &options::wide,          &options::quiet,  &options::state_dir,
};
constexpr Options ps_options[] = {
    &options::dead,  &options::processes, &options::since, &options::policy_format,
    &options::color, &options::width,     &options::wide,  &options::state_dir,
};
constexpr Options runtime_check_options[] = {&options::rules, &options::on_error, &options::unscanned,
                                             &options::scan_time, &options::state_dir};
constexpr Options runtime_install_options[] = {&options::runtime_default};
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
    {"REFERENCE", "An image of an engine here if one has it, else of its registry"},
    {"registry:REFERENCE", "An image in a registry: registry.example/app:1.2 or ...@sha256:DIGEST"},
    {"podman:IMAGE, docker:IMAGE", "An image of the engine, over its socket"},
    {"containers-storage:IMAGE", "An image of podman, buildah or CRI-O, read in place"},
    {"containerd:IMAGE", "An image of containerd or Kubernetes on it, read in place"},
    {"dir:FOLDER", "A folder that holds a root file system"},
    {"running", "Every image that a container runs here, once each"},
    {"sha256:DIGEST", "The image of an engine here that has the digest"},
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
constexpr Term ls_examples[] = {
    {"doorman ls", "Every image here: what runs, what is old, and what to rebuild first"},
    {"doorman ls --format json | jq '.images[] | select(.state == \"stale\")'",
     "The images that run although a newer one has their name"},
};
constexpr Section ls_sections[] = {{"Examples", ls_examples}};
constexpr Term show_examples[] = {
    {"doorman show shop", "All that is known of the image that the container shop runs"},
    {"doorman show registry.example/shop:1 --wide", "The same by the image's name, with nothing left out"},
};
constexpr Section show_sections[] = {{"Examples", show_examples}};
constexpr Section scan_sections[] = {{"Targets", scan_targets}, {"Examples", scan_examples}};

constexpr Options flows_options[] = {
    &options::flow_format, &options::flow_suggestion, &options::color, &options::width,
    &options::wide,        &options::state_dir,
};
constexpr std::string_view flows_operands[] = {"suggest"};
constexpr Term flows_examples[] = {
    {"doorman flows", "Who spoke to whom, east-west and north-south"},
    {"doorman flows --format svg > map.svg", "The same as a picture"},
    {"doorman flows suggest > flows.yaml", "The rules that allow what was seen, and nothing else"},
    {"doorman flows suggest --as networkpolicy | kubectl apply --dry-run=server -f -", "The same for Kubernetes"},
};
constexpr Section flows_sections[] = {{"Examples", flows_examples}};
constexpr Options up_options[] = {
    &options::rules, &options::drift, &options::flows, &options::alert_format, &options::quiet, &options::state_dir,
};
constexpr Term guard_examples[] = {
    {"doorman guard", "Watch every container of every engine on this host; tell"},
    {"doorman guard --drift deny --flows protect", "Let only the images' programs run, and only known peers speak"},
    {"doorman guard -r falco_rules.yaml -r ours.yaml", "By Falco's rules, and ours beside them"},
    {"doorman guard --check", "What the guard can see and stop on this machine"},
};
constexpr Section guard_sections[] = {{"Examples", guard_examples}};

constexpr Term events_examples[] = {
    {"doorman events --since 10m", "What happened in the last ten minutes"},
    {"doorman events --follow 'proc.name = sh and container.name = shop'",
     "Each shell of one container, as it starts"},
    {"doorman events --kind alert,drift --format json --since 1d", "The alerts of a day, one JSON object a line"},
    {"doorman events record case.events --since 1h --container shop", "A recording of what one container did"},
    {"doorman events replay case.events -r ours.yaml", "What our rules say of it, on any machine and without root"},
};
constexpr Section events_sections[] = {{"Examples", events_examples}};
constexpr Term ps_examples[] = {
    {"doorman ps --all", "The containers of which the log tells, those that are gone too"},
    {"doorman ps --processes", "What runs and ran in those that are there"},
    {"doorman ps shop", "The life of one: programs, peers, drift, alerts"},
};
constexpr Section ps_sections[] = {{"Examples", ps_examples}};
constexpr std::string_view runtime_engines[] = {"podman", "docker", "containerd"};
constexpr Term runtime_check_examples[] = {
    {"doorman runtime check /var/lib/containers/storage/overlay-containers/ID/userdata",
     "What would be said of a container of podman, and why"},
};
constexpr Section runtime_check_sections[] = {{"Examples", runtime_check_examples}};
constexpr Term runtime_install_examples[] = {
    {"doorman runtime install podman", "Have podman ask before it starts a container"},
    {"doorman runtime install docker --default", "Have docker ask, too, for every container that names no runtime"},
    {"podman --runtime /usr/bin/doorman-runtime run IMAGE", "Ask for one container only, with nothing installed"},
};
constexpr Section runtime_install_sections[] = {{"Examples", runtime_install_examples}};
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
        .id = VerbId::ls,
        .words = "ls",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "List the images of this host, and what to rebuild",
        .about = "Reads the files of podman, CRI-O, docker and containerd, and tells of each image whether it "
                 "runs, whether "
                 "another one has taken its name, how old it and its base are, and which flaws an update repairs, "
                 "as far as "
                 "a scan told. Below it stands what to do so that running containers lose flaws, what clears most "
                 "first.",
        .options = host_options,
        .sections = ls_sections,
    },
    {
        .id = VerbId::show,
        .words = "show",
        .operands = "DIGEST|NAME|CONTAINER",
        .min_operands = 1,
        .max_operands = 1,
        .operand_choices = {},
        .summary = "Tell all that is known of an image",
        .about =
            "Joins what scans, the runtime's door and the guard left about one digest: content, flaws with those "
            "of packages in use first, the verdict and its exceptions, where it runs and ran, programs, peers, "
            "drift, alerts. A container stands for its image.",
        .options = host_options,
        .sections = show_sections,
    },
    {
        .id = VerbId::status,
        .words = "status",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "Tell what of Doorman is at work on this host",
        .about =
            "The guard and its modes, the runtime's door, the advisory database, the state folder, and what was "
            "refused and told in the last day.",
        .options = host_options,
        .sections = {},
    },
    {
        .id = VerbId::report_isolation,
        .words = "report isolation",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "Tell what stands between the containers that run here",
        .about = "The kernel, engines and runtimes that hold them apart, with their known flaws; of each container "
                 "how far "
                 "it is trusted, what of its settings leads to the host, by the rules of source admission, what it "
                 "shares "
                 "with others, and what a virtual machine of its own would close and leave.",
        .options = isolation_options,
        .sections = {},
    },
    {
        .id = VerbId::guard,
        .words = "guard",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "Watch the containers of this host, and hold them to what their images are",
        .about =
            "Knows each container from the creation of its control group, whatever engine makes it; asks the rules "
            "about what its processes do, and keeps to the modes for programs and connections. Alerts go to "
            "standard output, everything that was seen to the event log in the state folder.\n\n"
            "Ends on SIGINT and SIGTERM, and takes back what it enforced; when it is killed, that stays until "
            "the next guard or --remove. Needs root.",
        .options = guard_options,
        .sections = guard_sections,
    },
    {
        .id = VerbId::up,
        .words = "up",
        .operands = "",
        .min_operands = 0,
        .max_operands = 0,
        .operand_choices = {},
        .summary = "All of it for this host: the guard, and a scan of every image that is here",
        .about =
            "One process for a host. It guards as `doorman guard` does, with the same options, and beside that "
            "scans the image of every container that runs here, then every other image that an engine has here: "
            "when "
            "it appears, and matched anew when the advisory database changes. Scans take only the processor time "
            "that "
            "nobody else wants. So alerts name packages, flows have a risk, and `doorman ls` and `doorman show` "
            "know "
            "what to repair.\n\n"
            "Needs root. The Debian package brings the unit doorman.service.",
        .options = up_options,
        .sections = {},
    },
    {
        .id = VerbId::events,
        .words = "events",
        .operands = "[FILTER] | record FILE [FILTER] | replay FILE",
        .min_operands = 0,
        .max_operands = 3,
        .operand_choices = {},
        .summary = "Tell what happened, from the event log",
        .about = "FILTER is a condition of the policy language, as in rules of the source syscall or flow. Without "
                 "options it is the whole log, oldest first.\n\n"
                 "With record, what the filter lets through is written into a recording, together with the "
                 "processes and "
                 "containers that it refers to. With replay, rules are asked about a recording, and what the guard "
                 "would "
                 "have told is told; this needs neither root nor this kernel.",
        .options = events_options,
        .sections = events_sections,
    },
    {
        .id = VerbId::ps,
        .words = "ps",
        .operands = "[CONTAINER]",
        .min_operands = 0,
        .max_operands = 1,
        .operand_choices = {},
        .summary = "Tell what containers run and ran, from the event log",
        .about =
            "CONTAINER is a name or the beginning of an id: then its whole life is told, long after it is gone: "
            "the programs that it ran, whom it spoke to, its drift and alerts.",
        .options = ps_options,
        .sections = ps_sections,
    },
    {
        .id = VerbId::flows,
        .words = "flows",
        .operands = "[suggest]",
        .min_operands = 0,
        .max_operands = 1,
        .operand_choices = flows_operands,
        .summary = "Show who speaks to whom, or suggest the policy that this needs",
        .about =
            "Reads the event log of the guard and puts together every connection of every container: between two "
            "containers as one flow of two workloads, and with the outside by the name that the container asked "
            "for, or by its address.\n\n"
            "With suggest it writes the smallest policy that allows what was seen, by labels where labels tell "
            "workloads apart.",
        .options = flows_options,
        .sections = flows_sections,
    },
    {
        .id = VerbId::runtime_check,
        .words = "runtime check",
        .operands = "BUNDLE",
        .min_operands = 1,
        .max_operands = 1,
        .operand_choices = {},
        .summary = "Judge a container by its bundle, as doorman-runtime would, and start nothing",
        .about =
            "The program doorman-runtime stands where runc stands. When an engine has it create a container, it "
            "asks "
            "the rules of source admission about the bundle and what a scan left about its image, and refuses it "
            "or "
            "becomes the real runtime; every other command goes there as it is. This verb gives the same answer "
            "about a bundle that lies there. Its options, from a configuration file or the environment, are those "
            "of doorman-runtime.",
        .options = runtime_check_options,
        .sections = runtime_check_sections,
    },
    {
        .id = VerbId::runtime_install,
        .words = "runtime install",
        .operands = "ENGINE",
        .min_operands = 1,
        .max_operands = 1,
        .operand_choices = runtime_engines,
        .summary = "Make doorman-runtime the runtime of an engine",
        .about = "Writes a file of its own into podman's configuration; adds a runtime `doorman` to docker's "
                 "/etc/docker/daemon.json, or to the CRI plugin in /etc/containerd/config.toml. Tells what was "
                 "written and which service must read it anew; what cannot be edited without risk is refused.",
        .options = runtime_install_options,
        .sections = runtime_install_sections,
    },
    {
        .id = VerbId::runtime_remove,
        .words = "runtime remove",
        .operands = "ENGINE",
        .min_operands = 1,
        .max_operands = 1,
        .operand_choices = runtime_engines,
        .summary = "Take back what runtime install wrote",
        .about = "",
        .options = {},
        .sections = {},
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
    case VerbId::ls:
    case VerbId::show:
    case VerbId::report_isolation:
    case VerbId::status:
    case VerbId::guard:
    case VerbId::up:
    case VerbId::events:
    case VerbId::ps:
    case VerbId::flows:
    case VerbId::runtime_check:
    case VerbId::runtime_install:
    case VerbId::runtime_remove:
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
