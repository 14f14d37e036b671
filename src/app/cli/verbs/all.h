// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/verb.h"

/// Each verb's row. In which order the program tells them is said in table.cc.
namespace doorman::app::cli {

// images.cc
extern const Verb scan_verb, ls_verb, show_verb, status_verb, report_isolation_verb;
// guard.cc
extern const Verb guard_verb, up_verb, events_verb, ps_verb, flows_verb;
// runtime.cc
extern const Verb runtime_check_verb, runtime_install_verb, runtime_remove_verb;
// policy.cc
extern const Verb policy_check_verb, policy_parse_verb, policy_test_verb, policy_explain_verb, policy_fields_verb;
// data.cc
extern const Verb db_build_verb, db_info_verb, cache_info_verb, cache_clear_verb;
// program.cc
extern const Verb completion_verb, help_verb, version_verb;

}  // namespace doorman::app::cli
