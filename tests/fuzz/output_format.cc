// SPDX-License-Identifier: Apache-2.0
#include "policy/output.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

namespace {

/// Every text field holds the input itself.
class EchoFacts : public model::Facts {
 public:
  explicit EchoFacts(base::Bytes text) : text_(text) {}
  [[nodiscard]] model::EventSource source() const override { return model::EventSource::syscall; }
  [[nodiscard]] model::Value read(const model::FieldUse& use, base::Arena& /*scratch*/) const override {
    const model::FieldType type = model::field(use.id).type;
    const bool is_text = type == model::FieldType::text || type == model::FieldType::path;
    return is_text ? model::Value::of(text_) : model::Value();
  }

 private:
  base::Bytes text_;
};

}  // namespace

void output_format(base::Bytes input) {
  const auto parsed = policy::OutputFormat::parse(input, model::EventSource::syscall);
  if (const auto* error = std::get_if<policy::CheckError>(&parsed)) {
    if (error->at.offset > input.size()) std::abort();
    return;
  }
  base::Arena scratch;
  for (const char c : std::get<policy::OutputFormat>(parsed).render(EchoFacts(input), scratch)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) std::abort();
  }
}

}  // namespace doorman::fuzz
