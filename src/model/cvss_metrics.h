// SPDX-License-Identifier: Apache-2.0
// How the vectors of all versions are written: `name:value` between slashes. For cvss.cc and cvss4.cc.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace doorman::model::cvss {

struct Metric {
  std::string_view name;
  std::string_view values;  ///< between spaces
};

/// One value a metric, in the order of its version's table; empty for one that the vector does not name.
class Metrics {
 public:
  /// The first `mandatory` metrics of the table must be there. At most max_metrics.
  static std::optional<Metrics> parse(std::string_view text, std::span<const Metric> table, std::size_t mandatory);

  [[nodiscard]] std::string_view operator[](std::string_view name) const;
  /// The first letter: enough to tell the values of all base metrics apart.
  [[nodiscard]] char letter(std::string_view name) const;

 private:
  static constexpr std::size_t max_metrics = 40;
  explicit Metrics(std::span<const Metric> table) : table_(table) {}
  bool take(std::string_view field);

  std::span<const Metric> table_;
  std::array<std::string_view, max_metrics> values_;
};

/// The score of a CVSS 4.0 vector, in tenths; the text begins behind `CVSS:4.0/`.
std::optional<int> score_version_4(std::string_view text);

}  // namespace doorman::model::cvss
