// SPDX-License-Identifier: Apache-2.0
// Verbs: rules.
#include "app/cli/options.h"
#include "app/cli/verbs/all.h"

namespace doorman::app::cli {

constexpr const Option* policy_check_options[] = {&options::policy_format};
constexpr Term policy_check_examples[] = {
    {"doorman policy check rules.yaml local_rules.yaml", "Whether two rule files are sound, read as one"},
    {"doorman policy check image", "The same of the built-in pack for images"},
};
constexpr Section policy_check_sections[] = {{"Examples", policy_check_examples}};

const Verb policy_check_verb = {
    .id = VerbId::policy_check,
    .words = "policy check",
    .operands = "FILE|PACK...",
    .min_operands = 1,
    .max_operands = any_number,
    .summary = "Tell everything that is wrong with rule files",
    .about =
        "Reads the files as one rule set, in the order given, checks every rule against the field "
        "catalogue and compiles it. A folder stands for its *.yaml files, the name of a built-in pack for "
        "that pack.\n\n"
        "Exit code 1 means that there is an error; warnings alone pass.",
    .options = policy_check_options,
    .sections = policy_check_sections,
};

constexpr Term policy_parse_examples[] = {
    {"doorman policy parse 'proc.name = sh and not user.uid = 0'", "The tree of one condition"},
    {"doorman policy parse - < conditions.jsonl", "Those of many, a JSON string a line, an answer a line"},
};
constexpr Section policy_parse_sections[] = {{"Examples", policy_parse_examples}};

const Verb policy_parse_verb = {
    .id = VerbId::policy_parse,
    .words = "policy parse",
    .operands = "CONDITION|-",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "Show the tree of a condition, as JSON",
    .about =
        "With - it reads conditions from standard input, one JSON string a line, and answers each with one "
        "JSON object a line: whether it can be parsed, and its tree or the error and its place.",
    .sections = policy_parse_sections,
};

const Verb policy_test_verb = {
    .id = VerbId::policy_test,
    .words = "policy test",
    .operands = "PACK|FOLDER...",
    .min_operands = 1,
    .max_operands = any_number,
    .summary = "Ask the rules of a pack about the cases beside them",
    .about =
        "A pack is a folder of rule files with its cases in the folder tests, or a built-in one. Each case "
        "says which rules should match it; what differs is told, and so is a rule that no case tries.",
};

constexpr const Option* policy_explain_options[] = {&options::rule, &options::case_name};
constexpr Term policy_explain_examples[] = {
    {"doorman policy explain image case.yaml", "What each rule for images says of the case, and why"},
    {"doorman policy explain --rule 'Image runs as root' policies/team policies/team/tests/users.yaml",
     "Why one rule says what it says, for each case of a file"},
};
constexpr Section policy_explain_sections[] = {{"Examples", policy_explain_examples}};

const Verb policy_explain_verb = {
    .id = VerbId::policy_explain,
    .words = "policy explain",
    .operands = "FILE|PACK CASES",
    .min_operands = 2,
    .max_operands = 2,
    .summary = "Tell why rules match or do not match an event or a fact",
    .about =
        "Shows each rule's condition as a tree, with what every part of it came to and which parts "
        "decided. CASES is a YAML or JSON file of one case or several, written as for policy test.",
    .options = policy_explain_options,
    .sections = policy_explain_sections,
};

constexpr const Option* policy_fields_options[] = {&options::source, &options::fields_format};
constexpr Term policy_fields_examples[] = {
    {"doorman policy fields --source package", "What a rule about packages may ask"},
    {"doorman policy fields proc.", "The fields whose names hold `proc.`"},
};
constexpr Section policy_fields_sections[] = {{"Examples", policy_fields_examples}};

const Verb policy_fields_verb = {
    .id = VerbId::policy_fields,
    .words = "policy fields",
    .operands = "[PATTERN]",
    .max_operands = 1,
    .summary = "List the fields that rules may use",
    .about = "All of them, or those whose names hold the pattern; * stands for any text.",
    .options = policy_fields_options,
    .sections = policy_fields_sections,
};

}  // namespace doorman::app::cli
