// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/engine/engine.h"
#include "policy/output.h"

namespace doorman::policy {

/// What rules say of one event after another: which match, in their own words, as often as their throttle lets
/// them.
class Alerter {
 public:
  /// So many pairs of rule and subject are counted; of more, the counts begin anew.
  static constexpr std::size_t max_counts = 1U << 16U;

  explicit Alerter(std::shared_ptr<const Engine> engine);

  struct Match {
    const Rule* rule = nullptr;  ///< lives as long as the engine
    std::string output;
    std::vector<OutputFormat::Named> fields;  ///< that the output names, with their values
    std::uint64_t held_back = 0;              ///< matches of this rule and subject since it spoke last
  };

  /// Valid until the next call. `subject` is whom a throttle counts by (a control group; 0: the host), `time` since
  /// any fixed moment; it may go back a little.
  const std::vector<Match>& ask(const model::Facts& facts, std::uint64_t subject, std::chrono::nanoseconds time);

  /// Other rules from now on; nothing is remembered of the old ones.
  void replace(std::shared_ptr<const Engine> engine);

  [[nodiscard]] const Engine& engine() const { return evaluator_.engine(); }

 private:
  struct Count {
    std::chrono::nanoseconds since{0};
    std::uint32_t matches = 0;
    std::uint64_t held_back = 0;
  };

  bool may_speak(std::uint32_t rule, std::uint64_t subject, std::chrono::nanoseconds time,
                 std::uint64_t& held_back);

  Evaluator evaluator_;
  std::vector<OutputFormat> outputs_;                                                   ///< by rule
  std::unordered_map<std::uint64_t, std::unordered_map<std::uint32_t, Count>> counts_;  ///< by subject, by rule
  std::size_t counted_ = 0;
  std::vector<Match> matches_;
  base::Arena scratch_;
};

}  // namespace doorman::policy
