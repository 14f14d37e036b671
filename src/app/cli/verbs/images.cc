// SPDX-License-Identifier: Apache-2.0
// Verbs: what a scan finds, and what is known of images and of the host.
#include "app/cli/options.h"
#include "app/cli/verbs/all.h"

namespace doorman::app::cli {

constexpr const Option* scan_options[] = {
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
constexpr Section scan_sections[] = {{"Targets", scan_targets}, {"Examples", scan_examples}};

const Verb scan_verb = {
    .id = VerbId::scan,
    .words = "scan",
    .operands = "TARGET...",
    .min_operands = 1,
    .max_operands = any_number,
    .summary = "What is in an image, and what is wrong with it",
    .about =
        "Reads each target once, lists its packages, compares them with the advisory database and judges "
        "what it finds by the rules of --policy. A target is a file, a folder, a reference to a registry, "
        "or one of the forms below; without its prefix it is recognised by what it is.\n\n"
        "The report goes to standard output, everything else to standard error.",
    .options = scan_options,
    .sections = scan_sections,
};

constexpr const Option* host_options[] = {
    &options::policy_format, &options::color, &options::width, &options::wide,
    &options::host_root,     &options::db,    &options::now,   &options::state_dir,
};
constexpr Term ls_examples[] = {
    {"doorman ls", "Every image here: what runs, what is old, and what to rebuild first"},
    {"doorman ls --format json | jq '.images[] | select(.state == \"stale\")'",
     "The images that run although a newer one has their name"},
};
constexpr Section ls_sections[] = {{"Examples", ls_examples}};

const Verb ls_verb = {
    .id = VerbId::ls,
    .words = "ls",
    .summary = "List the images of this host, and what to rebuild",
    .about =
        "Reads the files of podman, CRI-O, docker and containerd, and tells of each image whether it runs, "
        "whether another one has taken its name, how old it and its base are, and which flaws an update "
        "repairs, as far as a scan told. Below it stands what to do so that running containers lose flaws, "
        "what clears most first.",
    .options = host_options,
    .sections = ls_sections,
};

constexpr Term show_examples[] = {
    {"doorman show shop", "All that is known of the image that the container shop runs"},
    {"doorman show registry.example/shop:1 --wide", "The same by the image's name, with nothing left out"},
};
constexpr Section show_sections[] = {{"Examples", show_examples}};

const Verb show_verb = {
    .id = VerbId::show,
    .words = "show",
    .operands = "DIGEST|NAME|CONTAINER",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "Tell all that is known of an image",
    .about =
        "Joins what scans, the runtime's door and the guard left about one digest: content, flaws with "
        "those of packages in use first, the verdict and its exceptions, where it runs and ran, programs, "
        "peers, drift, alerts. A container stands for its image.",
    .options = host_options,
    .sections = show_sections,
};

const Verb status_verb = {
    .id = VerbId::status,
    .words = "status",
    .summary = "Tell what of Doorman is at work on this host",
    .about =
        "The guard and its modes, the runtime's door, the advisory database, the state folder, and what "
        "was refused and told in the last day.",
    .options = host_options,
};

constexpr const Option* isolation_options[] = {
    &options::rules, &options::policy_format, &options::color, &options::width, &options::wide,
    &options::db,    &options::state_dir,
};

const Verb report_isolation_verb = {
    .id = VerbId::report_isolation,
    .words = "report isolation",
    .summary = "Tell what stands between the containers that run here",
    .about =
        "The kernel, engines and runtimes that hold them apart, with their known flaws; of each container "
        "how far it is trusted, what of its settings leads to the host, by the rules of source admission, "
        "what it shares with others, and what a virtual machine of its own would close and leave.",
    .options = isolation_options,
};

}  // namespace doorman::app::cli
