// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "base/arena.h"
#include "model/event_type.h"
#include "model/field.h"
#include "model/value.h"

namespace doorman::model {

/// One number a FieldScope, under which what was decided is remembered: equal ones mean equal values of every field
/// of that scope. 0, as always for `event`: not known, decide anew. Where the process is the same, so are the
/// others.
struct Revisions {
  std::array<std::uint64_t, field_scope_count> numbers{};

  [[nodiscard]] std::uint64_t of(FieldScope scope) const { return numbers[static_cast<std::size_t>(scope)]; }
  bool operator==(const Revisions&) const = default;
};

/// One thing that rules are asked about: an event of the kernel, an image, one of its packages. The policy language
/// sees the world through this and nothing else.
class Facts {
 public:
  Facts() = default;
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;
  virtual ~Facts() = default;

  [[nodiscard]] virtual EventSource source() const = 0;

  /// The field's value, of the kind that its type asks for (path and bytes are texts; port, duration and time are
  /// naturals; a list field gives a list, or one value alone). Absent where the field does not apply. What has to
  /// be put together is put into `scratch`; the value lives as long as both.
  [[nodiscard]] virtual Value read(const FieldUse& use, base::Arena& scratch) const = 0;

  /// Of kernel events; `none` for everything else.
  [[nodiscard]] virtual EventType event_type() const { return EventType::none; }

  [[nodiscard]] virtual Revisions revisions() const { return {}; }
};

}  // namespace doorman::model
