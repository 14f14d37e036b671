// SPDX-License-Identifier: Apache-2.0
// Verbs: the door before the OCI runtime.
#include "app/cli/options.h"
#include "app/cli/verbs/all.h"

namespace doorman::app::cli {

constexpr const Option* runtime_check_options[] = {&options::rules, &options::on_error, &options::unscanned,
                                                   &options::scan_time, &options::state_dir};
constexpr Term runtime_check_examples[] = {
    {"doorman runtime check /var/lib/containers/storage/overlay-containers/ID/userdata",
     "What would be said of a container of podman, and why"},
};
constexpr Section runtime_check_sections[] = {{"Examples", runtime_check_examples}};

const Verb runtime_check_verb = {
    .id = VerbId::runtime_check,
    .words = "runtime check",
    .operands = "BUNDLE",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "Judge a container by its bundle, as doorman-runtime would, and start nothing",
    .about =
        "The program doorman-runtime stands where runc stands. When an engine has it create a container, "
        "it asks the rules of source admission about the bundle and what a scan left about its image, and "
        "refuses it or becomes the real runtime; every other command goes there as it is. This verb gives "
        "the same answer about a bundle that lies there. Its options, from a configuration file or the "
        "environment, are those of doorman-runtime.",
    .options = runtime_check_options,
    .sections = runtime_check_sections,
};

constexpr const Option* runtime_install_options[] = {&options::runtime_default};
constexpr std::string_view runtime_engines[] = {"podman", "docker", "containerd"};
constexpr Term runtime_install_examples[] = {
    {"doorman runtime install podman", "Have podman ask before it starts a container"},
    {"doorman runtime install docker --default", "Have docker ask, too, for every container that names no runtime"},
    {"podman --runtime /usr/bin/doorman-runtime run IMAGE", "Ask for one container only, with nothing installed"},
};
constexpr Section runtime_install_sections[] = {{"Examples", runtime_install_examples}};

const Verb runtime_install_verb = {
    .id = VerbId::runtime_install,
    .words = "runtime install",
    .operands = "ENGINE",
    .min_operands = 1,
    .max_operands = 1,
    .operand_choices = runtime_engines,
    .summary = "Make doorman-runtime the runtime of an engine",
    .about =
        "Writes a file of its own into podman's configuration; adds a runtime `doorman` to docker's "
        "/etc/docker/daemon.json, or to the CRI plugin in /etc/containerd/config.toml. Tells what was "
        "written and which service must read it anew; what cannot be edited without risk is refused.",
    .options = runtime_install_options,
    .sections = runtime_install_sections,
};

const Verb runtime_remove_verb = {
    .id = VerbId::runtime_remove,
    .words = "runtime remove",
    .operands = "ENGINE",
    .min_operands = 1,
    .max_operands = 1,
    .operand_choices = runtime_engines,
    .summary = "Take back what runtime install wrote",
};

}  // namespace doorman::app::cli
