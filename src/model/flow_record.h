// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/facts.h"
#include "model/flow.h"
#include "model/system_event.h"

namespace doorman::model {

/// A connection as rules of `source: flow` see it: `flow.*`, and `evt.*` of its record. A view: flow, record and
/// context must outlive it and what is read from it.
class FlowFacts final : public Facts {
 public:
  FlowFacts(const Flow& flow, const EventRecord& record, const EventContext& context)
      : flow_(flow), record_(record), context_(context) {}

  [[nodiscard]] EventSource source() const override { return EventSource::flow; }
  [[nodiscard]] Value read(const FieldUse& use, base::Arena& scratch) const override;

  [[nodiscard]] const Flow& flow() const { return flow_; }

 private:
  const Flow& flow_;
  const EventRecord& record_;
  const EventContext& context_;
};

}  // namespace doorman::model
