// SPDX-License-Identifier: Apache-2.0
// Verbs: the program itself. No setting bears on these, so that a broken configuration keeps nobody from the help.
#include "app/cli/options.h"
#include "app/cli/verbs/all.h"

namespace doorman::app::cli {

constexpr Term completion_examples[] = {
    {"doorman completion bash > /etc/bash_completion.d/doorman", ""},
    {"doorman completion zsh > /usr/local/share/zsh/site-functions/_doorman", ""},
    {"doorman completion fish > ~/.config/fish/completions/doorman.fish", ""},
};
constexpr Section completion_sections[] = {{"Examples", completion_examples}};

const Verb completion_verb = {
    .id = VerbId::completion,
    .words = "completion",
    .operands = "SHELL",
    .min_operands = 1,
    .max_operands = 1,
    .operand_choices = shell_names,
    .summary = "Write the completions of a shell: bash, zsh or fish",
    .sections = completion_sections,
    .takes_settings = false,
};

constexpr const Option* help_options[] = {&options::man, &options::width};

const Verb help_verb = {
    .id = VerbId::help,
    .words = "help",
    .operands = "[VERB]",
    .max_operands = 2,
    .summary = "Show help, of one verb or of all",
    .options = help_options,
    .takes_settings = false,
};

const Verb version_verb = {
    .id = VerbId::version,
    .words = "version",
    .summary = "Show the version",
    .takes_settings = false,
};

}  // namespace doorman::app::cli
