// SPDX-License-Identifier: Apache-2.0
// Verbs: the advisory database and the cache of layers.
#include "app/cli/options.h"
#include "app/cli/verbs/all.h"

namespace doorman::app::cli {

constexpr const Option* db_build_options[] = {&options::db_output, &options::quiet, &options::state_dir};

const Verb db_build_verb = {
    .id = VerbId::db_build,
    .words = "db build",
    .operands = "DIR",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "Compile advisories into a database file",
    .about = "Reads every advisory below the folder and writes one file that scan maps and searches.",
    .options = db_build_options,
};

constexpr const Option* db_info_options[] = {&options::db, &options::state_dir};

const Verb db_info_verb = {
    .id = VerbId::db_info,
    .words = "db info",
    .summary = "Tell the date, the sources and the licences of the advisory database",
    .options = db_info_options,
};

constexpr const Option* cache_options[] = {&options::state_dir};

const Verb cache_info_verb = {
    .id = VerbId::cache_info,
    .words = "cache info",
    .summary = "Tell where the cache of layers lies and how large it is",
    .options = cache_options,
};

const Verb cache_clear_verb = {
    .id = VerbId::cache_clear,
    .words = "cache clear",
    .summary = "Empty the cache of layers",
    .options = cache_options,
};

}  // namespace doorman::app::cli
