// SPDX-License-Identifier: Apache-2.0
#include "model/event_record.h"

namespace doorman::model {

std::string_view to_text(EventRecord::Kind kind) {
  switch (kind) {
    case EventRecord::Kind::call:
      return "call";
    case EventRecord::Kind::exec:
      return "exec";
    case EventRecord::Kind::fork:
      return "fork";
    case EventRecord::Kind::exit:
      return "exit";
    case EventRecord::Kind::change:
      return "change";
    case EventRecord::Kind::container:
      return "container";
    case EventRecord::Kind::cgroup:
      return "cgroup";
    case EventRecord::Kind::flow:
      return "flow";
    case EventRecord::Kind::dns:
      return "dns";
    case EventRecord::Kind::drift:
      return "drift";
    case EventRecord::Kind::lost:
      return "lost";
    case EventRecord::Kind::alert:
      return "alert";
    case EventRecord::Kind::mapped:
      return "mapped";
  }
  return {};
}

}  // namespace doorman::model
