// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "app/cli/option.h"
#include "app/cli/values.h"

/// Every option of every verb, each once. Which verb takes which is said in verbs/.
namespace doorman::app::cli {

inline constexpr std::uint64_t min_width = 40, max_width = 1000;

namespace options {

inline constexpr auto severity = optional<parse_severity_filter>({
    .name = "severity",
    .value = "LIST",
    .help = "Show only these: a comma-separated list of critical, high, medium, low, none and unknown, where "
            "high+ means high and above; what is hidden is counted",
    .group = Group::findings,
    .choices = severity_names,
});
inline constexpr auto fail_on = optional<parse_fail_on>({
    .name = "fail-on",
    .value = "SEVERITY",
    .help =
        "Exit with 1 when there is a finding of this severity or above, shown or hidden; any stands for every one",
    .group = Group::findings,
    .choices = fail_on_names,
});
inline constexpr auto ignore_unfixed = flag({
    .name = "ignore-unfixed",
    .help = "Leave out findings that no update fixes; --fail-on does not see them either",
    .group = Group::findings,
});
inline constexpr auto policy = repeated<parse_file_name>({
    .name = "policy",
    .value = "FILE|FOLDER|PACK",
    .help = "Judge by the rules of this file, folder or built-in pack; repeat it for several. Without it, "
            "images by the pack image, hosts and root folders by the pack host; none judges nothing",
    .group = Group::findings,
    .completes = Completes::files,
});
inline constexpr auto exceptions = repeated<parse_file_name>({
    .name = "exceptions",
    .value = "FILE",
    .help =
        "What the rules find but shall not count, by rule and subject, with reason and end; repeat it for several",
    .group = Group::findings,
    .completes = Completes::files,
});
inline constexpr auto no_secrets = flag({
    .name = "no-secrets",
    .help = "Do not look for secrets",
    .group = Group::findings,
});
inline constexpr auto all = flag({
    .name = "all",
    .help = "List also the language packages whose files an operating-system package owns",
    .group = Group::findings,
});

inline constexpr auto format = optional<parse_report_format>({
    .name = "format",
    .letter = 'f',
    .value = "FORMAT",
    .help = "The form of the report: table (when none is given), json, cyclonedx, spdx or sarif",
    .group = Group::output,
    .choices = report_format_names,
});
inline constexpr auto output = repeated<parse_output>({
    .name = "output",
    .letter = 'o',
    .value = "[FORMAT=]FILE",
    .help = "Write the report to a file instead of standard output (-); repeat it for several. Without FORMAT= "
            "the form is that of --format, else what the name says: .cdx.json, .spdx.json, .sarif, .json, or a "
            "table",
    .group = Group::output,
    .completes = Completes::files,
});
inline constexpr auto color = defaulted<parse_color>({
    .name = "color",
    .value = "WHEN",
    .help = "Colour the table: auto (on a terminal, unless NO_COLOR is set), always or never",
    .group = Group::output,
    .fallback = "auto",
    .choices = color_names,
});
inline constexpr auto width = optional<parse_count<min_width, max_width>>({
    .name = "width",
    .value = "COLUMNS",
    .help = "Lay text out for so many columns, rather than for the terminal's width",
    .group = Group::output,
});
inline constexpr auto wide = flag({
    .name = "wide",
    .help = "Let the table name every id and every note, rather than save space",
    .group = Group::output,
});
inline constexpr auto no_progress = flag({
    .name = "no-progress",
    .help = "Show no progress bar; there is none anyway where standard error is no terminal",
    .group = Group::output,
});
inline constexpr auto quiet = flag({
    .name = "quiet",
    .letter = 'q',
    .help = "Say nothing but the report and errors",
    .group = Group::output,
});

inline constexpr auto platform = optional<parse_platform>({
    .name = "platform",
    .value = "OS/ARCH[/VARIANT]",
    .help = "Which image of an index to take; this machine's when none is given",
    .group = Group::input,
});
inline constexpr auto verify = defaulted<parse_verify>({
    .name = "verify",
    .value = "HOW",
    .help = "Check the digests of all that is read, or read every layer again and check its diffID too (full)",
    .group = Group::input,
    .fallback = "digests",
    .choices = verify_names,
});
inline constexpr auto db = optional<parse_file_name>({
    .name = "db",
    .value = "FILE",
    .help =
        "The advisory database to use, instead of the one that db build made or, without that, the built-in one",
    .group = Group::input,
    .completes = Completes::files,
});
inline constexpr auto now = optional<parse_moment>({
    .name = "now",
    .value = "DATE",
    .help = "The day to judge by, for what expires and for a release's support; today when none is given",
    .group = Group::input,
});

inline constexpr auto ca_file = optional<parse_file_name>({
    .name = "ca-file",
    .value = "FILE",
    .help = "Trust the certificate authorities in this PEM file too",
    .group = Group::registry,
    .completes = Completes::files,
});
inline constexpr auto insecure_http = flag({
    .name = "insecure-http",
    .help = "Allow plain http to registries on other machines",
    .group = Group::registry,
});

inline constexpr auto state_dir = optional<parse_file_name>({
    .name = "state-dir",
    .value = "DIR",
    .help = "Where everything that is kept lies: /var/lib/doorman for root, else $XDG_CACHE_HOME/doorman or "
            "~/.cache/doorman",
    .group = Group::running,
    .completes = Completes::folders,
});
inline constexpr auto no_cache = flag({
    .name = "no-cache",
    .help = "Neither use nor fill the cache of layers",
    .group = Group::running,
});
inline constexpr auto jobs = optional<parse_count<1, 256>>({
    .name = "jobs",
    .letter = 'j',
    .value = "N",
    .help = "Read so many layers at a time; one for each processor when none is given",
    .group = Group::running,
});

inline constexpr auto db_output = optional<parse_file_name>({
    .name = "output",
    .letter = 'o',
    .value = "FILE",
    .help = "Where to write the database, instead of the state folder, where scan finds it by itself",
    .group = Group::output,
    .completes = Completes::files,
});

inline constexpr auto policy_format = defaulted<parse_policy_format>({
    .name = "format",
    .letter = 'f',
    .value = "FORMAT",
    .help = "The form of the answer: table, for people, or json",
    .group = Group::output,
    .fallback = "table",
    .choices = policy_format_names,
    .flag_only = true,
});
inline constexpr auto fields_format = defaulted<parse_fields_format>({
    .name = "format",
    .letter = 'f',
    .value = "FORMAT",
    .help = "The form of the list: table, json or markdown",
    .group = Group::output,
    .fallback = "table",
    .choices = fields_format_names,
    .flag_only = true,
});
inline constexpr auto source = optional<parse_event_source>({
    .name = "source",
    .value = "SOURCE",
    .help = "Only the fields of this source",
    .group = Group::findings,
    .choices = event_source_names,
    .flag_only = true,
});
inline constexpr auto rule = optional<parse_item_name>({
    .name = "rule",
    .value = "NAME",
    .help = "Only the rule of that name",
    .group = Group::findings,
    .flag_only = true,
});
inline constexpr auto case_name = optional<parse_item_name>({
    .name = "case",
    .value = "NAME",
    .help = "Only the case of that name",
    .group = Group::findings,
    .flag_only = true,
});

inline constexpr auto kind = optional<parse_kinds>({
    .name = "kind",
    .letter = 'k',
    .value = "LIST",
    .help = "Only these kinds of records, separated by commas: call, exec, fork, exit, change, container, "
            "cgroup, flow, dns, drift, lost, alert, admission",
    .group = Group::findings,
    .choices = kind_names,
    .flag_only = true,
});
inline constexpr auto container = optional<parse_item_name>({
    .name = "container",
    .letter = 'c',
    .value = "NAME|ID",
    .help = "Only this container, by its name or the beginning of its id",
    .group = Group::findings,
    .flag_only = true,
});
inline constexpr auto since = optional<parse_past_moment>({
    .name = "since",
    .value = "TIME",
    .help = "Only what happened since then: 10m, 2h or 3d ago, or 2024-05-01T10:20:30Z",
    .group = Group::findings,
    .flag_only = true,
});
inline constexpr auto until = optional<parse_past_moment>({
    .name = "until",
    .value = "TIME",
    .help = "Only what happened until then, written likewise",
    .group = Group::findings,
    .flag_only = true,
});
inline constexpr auto follow = flag({
    .name = "follow",
    .letter = 'F',
    .help = "Go on with what comes, until it is interrupted",
    .group = Group::output,
    .flag_only = true,
});
inline constexpr auto dead = flag({
    .name = "all",
    .letter = 'a',
    .help = "Containers too that are gone",
    .group = Group::findings,
    .flag_only = true,
});
inline constexpr auto processes = flag({
    .name = "processes",
    .letter = 'p',
    .help = "The programs of each container as a tree, with how often each was run",
    .group = Group::findings,
    .flag_only = true,
});

inline constexpr auto rules = repeated<parse_file_name>({
    .name = "rules",
    .letter = 'r',
    .value = "FILE|FOLDER|PACK",
    .help = "Ask the rules of this file, folder or built-in pack, Falco's too; repeat it for several. Without "
            "it, the guard asks those of the pack runtime, and the runtime those of admission; none asks no "
            "rules",
    .group = Group::findings,
    .completes = Completes::files,
});
inline constexpr auto drift = defaulted<parse_drift_mode>({
    .name = "drift",
    .value = "MODE",
    .help = "What is done about programs that are not the image's: off, alert, deny (EPERM, or killed before "
            "the first instruction where that cannot be given) or kill",
    .group = Group::findings,
    .fallback = "alert",
    .choices = model::drift_mode_names,
});
inline constexpr auto flows = defaulted<parse_flow_mode>({
    .name = "flows",
    .value = "MODE",
    .help = "What is done about connections: off, discover (learn the map), monitor (tell what is new) or "
            "protect (refuse what is not known)",
    .group = Group::findings,
    .fallback = "discover",
    .choices = flow_mode_names,
});
inline constexpr auto alert_format = defaulted<parse_alert_format>({
    .name = "format",
    .letter = 'f',
    .value = "FORMAT",
    .help = "How alerts are told: text, or json, one object a line",
    .group = Group::output,
    .fallback = "text",
    .choices = alert_format_names,
    .flag_only = true,
});
inline constexpr auto flow_format = defaulted<parse_flow_format>({
    .name = "format",
    .letter = 'f',
    .value = "FORMAT",
    .help = "How the map is told: a table, JSON, or a picture: dot for graphviz, or SVG",
    .group = Group::output,
    .fallback = "table",
    .choices = flow_format_names,
    .flag_only = true,
});
inline constexpr auto flow_suggestion = defaulted<parse_flow_suggestion>({
    .name = "as",
    .value = "FORM",
    .help = "What suggest writes: rules of source `flow`, or Kubernetes objects",
    .group = Group::output,
    .fallback = "policy",
    .choices = flow_suggestion_names,
    .flag_only = true,
});
inline constexpr auto on_error = defaulted<parse_on_error>({
    .name = "on-error",
    .value = "ANSWER",
    .help = "What becomes of a container that cannot be judged, as rules or state cannot be read: deny or "
            "allow. A rule's own on_error comes before it",
    .group = Group::findings,
    .fallback = "deny",
    .choices = on_error_names,
});
inline constexpr auto unscanned = defaulted<parse_unscanned>({
    .name = "unscanned",
    .value = "ANSWER",
    .help = "What becomes of a container whose image was never scanned: scan it before it starts, let it pass "
            "(rules may still say something) or refuse it",
    .group = Group::findings,
    .fallback = "pass",
    .choices = unscanned_names,
});
inline constexpr auto scan_time = defaulted<parse_count<1, 3600>>({
    .name = "scan-time",
    .value = "SECONDS",
    .help = "How long a container waits for the scan of --unscanned; after it, the image counts as one that "
            "cannot be judged",
    .group = Group::findings,
    .fallback = "60",
});
inline constexpr auto runtime_default = flag({
    .name = "default",
    .help = "Have the engine start every container with it that names no other runtime; podman does so anyway",
    .group = Group::running,
    .flag_only = true,
});
inline constexpr auto guard_check = flag({
    .name = "check",
    .help = "Tell what this kernel lets the guard see and stop, and what not; then end",
    .group = Group::running,
    .flag_only = true,
});
inline constexpr auto guard_remove = flag({
    .name = "remove",
    .help = "Take away all that a guard left in the kernel, and end; containers are no longer held to anything",
    .group = Group::running,
    .flag_only = true,
});
inline constexpr auto guard_stats = flag({
    .name = "stats",
    .help = "Tell what the guard has seen and what it lost, by cause and container; then end",
    .group = Group::running,
    .flag_only = true,
});

inline constexpr auto host_root = optional<parse_file_name>({
    .name = "root",
    .value = "DIR",
    .help = "Tell of the host whose root file system lies there, instead of this one: what its engines have; "
            "what runs, as the event log says",
    .group = Group::input,
    .completes = Completes::folders,
    .flag_only = true,
});

inline constexpr auto man = flag({
    .name = "man",
    .help = "Write the manual page, in roff",
    .group = Group::output,
    .flag_only = true,
});

inline constexpr auto config = optional<parse_file_name>({
    .name = "config",
    .value = "FILE",
    .help = "Take settings from this file only, instead of /etc/doorman/config.yaml and the user's own",
    .group = Group::general,
    .completes = Completes::files,
});
inline constexpr auto help = flag({
    .name = "help",
    .letter = 'h',
    .help = "Show this help",
    .group = Group::general,
    .flag_only = true,
});
inline constexpr auto version = flag({
    .name = "version",
    .help = "Show the version",
    .group = Group::general,
    .flag_only = true,
});

}  // namespace options

}  // namespace doorman::app::cli
