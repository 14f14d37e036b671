// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "policy/syntax/condition.h"

namespace doorman::policy {

/// The tree as JSON, each part with its kind and where it stands:
/// `{"kind":"check","left":{"kind":"field","name":"proc.name",…},"operator":"=","right":{…},"offset":0,…}`.
void write_condition(base::JsonWriter& json, const Condition& condition);

/// Parses one condition and tells the outcome as one line of JSON, without a line feed:
/// `{"ok":true,"text":"(a and b)","tree":{…}}`, or
/// `{"ok":false,"error":{"message":"…","offset":4,"line":1,"column":5,"hint":"…"}}`, `hint` only where there is
/// one.
std::string parsed_as_json(std::string_view text);

}  // namespace doorman::policy
