// SPDX-License-Identifier: Apache-2.0
// Verbs: the guard, and the verbs that read its log.
#include "app/cli/options.h"
#include "app/cli/verbs/all.h"

namespace doorman::app::cli {

constexpr const Option* guard_options[] = {
    &options::rules,        &options::drift,       &options::flows, &options::alert_format, &options::guard_check,
    &options::guard_remove, &options::guard_stats, &options::quiet, &options::state_dir,
};
constexpr Term guard_examples[] = {
    {"doorman guard", "Watch every container of every engine on this host; tell"},
    {"doorman guard --drift deny --flows protect", "Let only the images' programs run, and only known peers speak"},
    {"doorman guard -r falco_rules.yaml -r ours.yaml", "By Falco's rules, and ours beside them"},
    {"doorman guard --check", "What the guard can see and stop on this machine"},
};
constexpr Section guard_sections[] = {{"Examples", guard_examples}};

const Verb guard_verb = {
    .id = VerbId::guard,
    .words = "guard",
    .summary = "Watch the containers of this host, and hold them to what their images are",
    .about =
        "Knows each container from the creation of its control group, whatever engine makes it; asks the "
        "rules about what its processes do, and keeps to the modes for programs and connections. Alerts go "
        "to standard output, everything that was seen to the event log in the state folder.\n\n"
        "Ends on SIGINT and SIGTERM, and takes back what it enforced; when it is killed, that stays until "
        "the next guard or --remove. Needs root.",
    .options = guard_options,
    .sections = guard_sections,
};

constexpr const Option* up_options[] = {
    &options::rules, &options::drift, &options::flows, &options::alert_format, &options::quiet, &options::state_dir,
};

const Verb up_verb = {
    .id = VerbId::up,
    .words = "up",
    .summary = "All of it for this host: the guard, and a scan of every image that is here",
    .about =
        "One process for a host. It guards as `doorman guard` does, with the same options, and beside that "
        "scans the image of every container that runs here, then every other image that an engine has "
        "here: when it appears, and matched anew when the advisory database changes. Scans take only the "
        "processor time that nobody else wants. So alerts name packages, flows have a risk, and `doorman "
        "ls` and `doorman show` know what to repair.\n\n"
        "Needs root. The Debian package brings the unit doorman.service.",
    .options = up_options,
};

constexpr const Option* events_options[] = {
    &options::kind,  &options::container,     &options::since,  &options::until,
    &options::rules, &options::policy_format, &options::follow, &options::color,
    &options::width, &options::wide,          &options::quiet,  &options::state_dir,
};
constexpr Term events_examples[] = {
    {"doorman events --since 10m", "What happened in the last ten minutes"},
    {"doorman events --follow 'proc.name = sh and container.name = shop'",
     "Each shell of one container, as it starts"},
    {"doorman events --kind alert,drift --format json --since 1d", "The alerts of a day, one JSON object a line"},
    {"doorman events record case.events --since 1h --container shop", "A recording of what one container did"},
    {"doorman events replay case.events -r ours.yaml", "What our rules say of it, on any machine and without root"},
};
constexpr Section events_sections[] = {{"Examples", events_examples}};

const Verb events_verb = {
    .id = VerbId::events,
    .words = "events",
    .operands = "[FILTER] | record FILE [FILTER] | replay FILE",
    .max_operands = 3,
    .summary = "Tell what happened, from the event log",
    .about =
        "FILTER is a condition of the policy language, as in rules of the source syscall or flow. Without "
        "options it is the whole log, oldest first.\n\n"
        "With record, what the filter lets through is written into a recording, together with the "
        "processes and containers that it refers to. With replay, rules are asked about a recording, and "
        "what the guard would have told is told; this needs neither root nor this kernel.",
    .options = events_options,
    .sections = events_sections,
};

constexpr const Option* ps_options[] = {
    &options::dead,  &options::processes, &options::since, &options::policy_format,
    &options::color, &options::width,     &options::wide,  &options::state_dir,
};
constexpr Term ps_examples[] = {
    {"doorman ps --all", "The containers of which the log tells, those that are gone too"},
    {"doorman ps --processes", "What runs and ran in those that are there"},
    {"doorman ps shop", "The life of one: programs, peers, drift, alerts"},
};
constexpr Section ps_sections[] = {{"Examples", ps_examples}};

const Verb ps_verb = {
    .id = VerbId::ps,
    .words = "ps",
    .operands = "[CONTAINER]",
    .max_operands = 1,
    .summary = "Tell what containers run and ran, from the event log",
    .about =
        "CONTAINER is a name or the beginning of an id: then its whole life is told, long after it is "
        "gone: the programs that it ran, whom it spoke to, its drift and alerts.",
    .options = ps_options,
    .sections = ps_sections,
};

constexpr const Option* flows_options[] = {
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

const Verb flows_verb = {
    .id = VerbId::flows,
    .words = "flows",
    .operands = "[suggest]",
    .max_operands = 1,
    .operand_choices = flows_operands,
    .summary = "Show who speaks to whom, or suggest the policy that this needs",
    .about =
        "Reads the event log of the guard and puts together every connection of every container: between "
        "two containers as one flow of two workloads, and with the outside by the name that the container "
        "asked for, or by its address.\n\n"
        "With suggest it writes the smallest policy that allows what was seen, by labels where labels tell "
        "workloads apart.",
    .options = flows_options,
    .sections = flows_sections,
};

}  // namespace doorman::app::cli
