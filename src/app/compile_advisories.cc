// SPDX-License-Identifier: Apache-2.0
#include "app/compile_advisories.h"

#include <utility>

#include "derive/advisory_db/builder.h"

namespace doorman::app {
namespace {

class IntoBuilder final : public source::AdvisoryReceiver {
 public:
  explicit IntoBuilder(bool summaries) : builder_({.summaries = summaries}) {}

  void from(std::string_view source, std::string_view licence) override {
    source_ = builder_.add_source(source, licence);
  }
  void take(const model::Advisory& advisory) override { builder_.add(source_, advisory); }
  void take(const model::DistributionFix& fix) override { builder_.add(source_, fix); }
  void take(const model::ListedVersion& row) override { builder_.add(source_, row); }
  void take(const model::ListedVulnerability& row) override { builder_.add(source_, row); }
  void take(const model::KnownExploited& known) override { builder_.add(source_, known); }

  base::Result<std::string> finish() { return std::move(builder_).finish(); }

 private:
  derive::advisory_db::Builder builder_;
  std::uint16_t source_ = 0;
};

}  // namespace

base::Result<CompiledAdvisories> compile_advisories(const std::string& folder, bool summaries) {
  IntoBuilder builder(summaries);
  CompiledAdvisories compiled;
  DOORMAN_TRY(compiled.summary, source::read_advisory_folder(folder, builder));
  DOORMAN_TRY(compiled.file, builder.finish());
  return compiled;
}

}  // namespace doorman::app
