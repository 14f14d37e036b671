// SPDX-License-Identifier: Apache-2.0
// CVSS v4.0 section 8: macro vectors, their scores (section 8.3's table) and the interpolation between them
// (section 8.2). All in whole numbers: tenths of a score and steps of a metric, so that nothing rounds before the
// end.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "model/cvss_metrics.h"

namespace doorman::model::cvss {

namespace {

constexpr std::size_t base_metrics = 11;
constexpr Metric table[] = {
    {"AV", "N A L P"},    {"AC", "L H"},        {"AT", "N P"},      {"PR", "N L H"},
    {"UI", "N P A"},      {"VC", "H L N"},      {"VI", "H L N"},    {"VA", "H L N"},
    {"SC", "H L N"},      {"SI", "H L N"},      {"SA", "H L N"},    {"E", "X A P U"},
    {"CR", "X H M L"},    {"IR", "X H M L"},    {"AR", "X H M L"},  {"MAV", "X N A L P"},
    {"MAC", "X L H"},     {"MAT", "X N P"},     {"MPR", "X N L H"}, {"MUI", "X N P A"},
    {"MVC", "X H L N"},   {"MVI", "X H L N"},   {"MVA", "X H L N"}, {"MSC", "X H L N"},
    {"MSI", "X S H L N"}, {"MSA", "X S H L N"}, {"S", "X N P"},     {"AU", "X N Y"},
    {"R", "X A U I"},     {"V", "X D C"},       {"RE", "X L M H"},  {"U", "X Clear Green Amber Red"},
};

/// The scores of the macro vectors in tenths: rows by EQ1, EQ2, then EQ3 and EQ6 together (00, 01, 10, 11, 21);
/// columns by EQ4, then EQ5.
constexpr std::uint8_t scores[30][9] = {
    {100, 98, 95, 100, 93, 91, 93, 89, 81}, {99, 95, 92, 96, 87, 81, 90, 80, 68},
    {98, 95, 90, 93, 89, 81, 88, 78, 69},   {95, 92, 84, 92, 81, 65, 80, 70, 48},
    {92, 82, 72, 79, 69, 50, 69, 55, 27},   {99, 95, 92, 95, 90, 84, 92, 82, 72},
    {97, 92, 85, 91, 83, 71, 81, 71, 53},   {95, 92, 85, 92, 80, 70, 84, 71, 50},
    {93, 85, 73, 82, 72, 59, 70, 52, 30},   {86, 75, 52, 71, 52, 29, 63, 29, 17},
    {98, 94, 91, 94, 86, 77, 87, 74, 63},   {95, 87, 81, 89, 74, 64, 75, 63, 49},
    {94, 88, 76, 86, 74, 59, 72, 57, 52},   {89, 77, 67, 76, 58, 50, 57, 52, 25},
    {83, 70, 54, 65, 58, 26, 53, 21, 13},   {95, 88, 76, 90, 75, 61, 77, 68, 52},
    {90, 76, 70, 77, 62, 53, 66, 59, 30},   {89, 76, 62, 74, 57, 47, 61, 57, 24},
    {78, 67, 58, 59, 57, 23, 52, 29, 16},   {71, 59, 30, 58, 26, 15, 23, 13, 6},
    {93, 86, 75, 86, 74, 56, 70, 52, 40},   {87, 72, 58, 74, 61, 34, 54, 40, 22},
    {85, 74, 62, 72, 55, 46, 53, 34, 19},   {75, 55, 51, 57, 41, 19, 36, 19, 8},
    {64, 51, 20, 47, 21, 11, 24, 9, 4},     {88, 73, 60, 73, 59, 41, 54, 45, 20},
    {75, 53, 50, 55, 40, 20, 43, 22, 11},   {75, 58, 40, 61, 48, 20, 46, 17, 8},
    {55, 45, 21, 51, 18, 9, 18, 7, 2},      {53, 24, 14, 24, 12, 5, 10, 3, 1},
};

/// The values that count, from the worst on; a metric's place here is its number of steps from the worst.
enum Part : std::uint8_t { AV, PR, UI, AC, AT, VC, VI, VA, CR, IR, AR, SC, SI, SA, E, part_count };
constexpr std::string_view steps_of[part_count] = {
    "NALP", "NLH", "NPA", "LH", "NP", "HLN", "HLN", "HLN", "HML", "HML", "HML", "SHLN", "SHLN", "SHLN", "APU",
};
constexpr std::string_view name_of[part_count] = {
    "AV", "PR", "UI", "AC", "AT", "VC", "VI", "VA", "CR", "IR", "AR", "SC", "SI", "SA", "E",
};
constexpr std::string_view modified_name_of[part_count] = {
    "MAV", "MPR", "MUI", "MAC", "MAT", "MVC", "MVI", "MVA", "", "", "", "MSC", "MSI", "MSA", "",
};

using Steps = std::array<int, part_count>;

/// Environmental values stand in for base ones; a requirement or maturity that is not defined is the worst.
Steps steps(const Metrics& metrics) {
  Steps result{};
  for (std::size_t part = 0; part < part_count; ++part) {
    char value = metrics.letter(name_of[part]);
    if (!modified_name_of[part].empty()) {
      const char modified = metrics.letter(modified_name_of[part]);
      if (modified != 'X') value = modified;
    }
    if (value != 'X') result.at(part) = static_cast<int>(steps_of[part].find(value));
  }
  return result;
}

/// SC, SI and SA: S is only a step of the modified metrics, so that H is step 1.
constexpr int subsequent_high = 1;

struct MacroVector {
  int eq1, eq2, eq3, eq4, eq5, eq6;

  [[nodiscard]] std::optional<int> score() const {
    const bool exists = eq1 < 3 && eq2 < 2 && eq3 < 3 && eq4 < 3 && eq5 < 3 && eq6 < 2 && !(eq3 == 2 && eq6 == 0);
    if (!exists) return std::nullopt;
    const int joint = eq3 == 2 ? 4 : eq3 * 2 + eq6;
    return scores[(eq1 * 2 + eq2) * 5 + joint][eq4 * 3 + eq5];
  }
};

MacroVector macro_vector(const Steps& at) {
  MacroVector macro{};
  const int worst = (at[AV] == 0 ? 1 : 0) + (at[PR] == 0 ? 1 : 0) + (at[UI] == 0 ? 1 : 0);
  const bool physical = at[AV] == 3;
  macro.eq1 = worst == 3 ? 0 : worst > 0 && !physical ? 1 : 2;
  macro.eq2 = at[AC] == 0 && at[AT] == 0 ? 0 : 1;
  macro.eq3 = at[VC] == 0 && at[VI] == 0 ? 0 : at[VC] == 0 || at[VI] == 0 || at[VA] == 0 ? 1 : 2;
  const bool safety = at[SI] == 0 || at[SA] == 0;
  const bool high = at[SC] == subsequent_high || at[SI] == subsequent_high || at[SA] == subsequent_high;
  macro.eq4 = safety ? 0 : high ? 1 : 2;
  macro.eq5 = at[E];
  const bool required =
      (at[CR] == 0 && at[VC] == 0) || (at[IR] == 0 && at[VI] == 0) || (at[AR] == 0 && at[VA] == 0);
  macro.eq6 = required ? 0 : 1;
  return macro;
}

/// The worst vectors of a macro vector's part, each as steps of `parts`.
template <std::size_t parts>
using Worst = std::array<int, parts>;

/// How many steps the vector is from the first of the worst ones that is at least as bad in everything.
template <std::size_t parts>
int distance(const Steps& at, const std::array<Part, parts>& which, std::span<const Worst<parts>> worst) {
  for (const Worst<parts>& candidate : worst) {
    int sum = 0;
    bool below = true;
    for (std::size_t i = 0; i < parts; ++i) {
      const int difference = at[which[i]] - candidate[i];
      below = below && difference >= 0;
      sum += difference;
    }
    if (below) return sum;
  }
  return 0;
}

int distance_1(const Steps& at, int eq1) {
  constexpr std::array<Part, 3> parts = {AV, PR, UI};
  static constexpr Worst<3> worst_0[] = {{0, 0, 0}};
  static constexpr Worst<3> worst_1[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  static constexpr Worst<3> worst_2[] = {{3, 0, 0}, {1, 1, 1}};
  const std::span<const Worst<3>> worst[] = {worst_0, worst_1, worst_2};
  return distance(at, parts, worst[eq1]);
}

int distance_2(const Steps& at, int eq2) {
  constexpr std::array<Part, 2> parts = {AC, AT};
  static constexpr Worst<2> worst_0[] = {{0, 0}};
  static constexpr Worst<2> worst_1[] = {{1, 0}, {0, 1}};
  const std::span<const Worst<2>> worst[] = {worst_0, worst_1};
  return distance(at, parts, worst[eq2]);
}

int distance_3_and_6(const Steps& at, int eq3, int eq6) {
  constexpr std::array<Part, 6> parts = {VC, VI, VA, CR, IR, AR};
  static constexpr Worst<6> worst_00[] = {{0, 0, 0, 0, 0, 0}};
  static constexpr Worst<6> worst_01[] = {{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}};
  static constexpr Worst<6> worst_10[] = {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}};
  static constexpr Worst<6> worst_11[] = {
      {1, 0, 1, 0, 1, 0}, {1, 0, 0, 0, 1, 1}, {0, 1, 0, 1, 0, 1}, {0, 1, 1, 1, 0, 0}, {1, 1, 0, 0, 0, 1}};
  static constexpr Worst<6> worst_21[] = {{1, 1, 1, 0, 0, 0}};
  const std::span<const Worst<6>> worst[] = {worst_00, worst_01, worst_10, worst_11, worst_21};
  return distance(at, parts, worst[eq3 == 2 ? 4 : eq3 * 2 + eq6]);
}

int distance_4(const Steps& at, int eq4) {
  constexpr std::array<Part, 3> parts = {SC, SI, SA};
  static constexpr Worst<3> worst_0[] = {{1, 0, 0}};
  static constexpr Worst<3> worst_1[] = {{1, 1, 1}};
  static constexpr Worst<3> worst_2[] = {{2, 2, 2}};
  const std::span<const Worst<3>> worst[] = {worst_0, worst_1, worst_2};
  return distance(at, parts, worst[eq4]);
}

/// EQ3 and EQ6 move together; from 00 there are two ways down, and the one with the higher score counts.
std::optional<int> lower_3_and_6(MacroVector macro) {
  MacroVector other = macro;
  if (macro.eq3 == 0 && macro.eq6 == 0) {
    ++macro.eq6;
    ++other.eq3;
    return std::max(macro.score(), other.score());
  }
  if (macro.eq6 == 1) ++macro.eq3;
  else ++macro.eq6;
  return macro.score();
}

/// Collects how far the vector is below its macro vector's score, as the mean over the parts that have a next lower
/// macro vector.
class Interpolation {
 public:
  explicit Interpolation(int score) : score_(score) {}

  void add(std::optional<int> lower_score, int distance, int depth) {
    if (!lower_score) return;
    ++parts_;
    sum_ += (score_ - *lower_score) * distance * (common_depth / depth);
  }

  /// Rounded to the nearest tenth, halves up.
  [[nodiscard]] int result() const {
    if (parts_ == 0) return score_;
    const int unit = common_depth * parts_;
    return std::clamp((2 * (score_ * unit - sum_) + unit) / (2 * unit), 0, 100);
  }

 private:
  static constexpr int common_depth = 840;  ///< a multiple of every depth of the specification
  int score_;
  int sum_ = 0;
  int parts_ = 0;
};

int score_of(const Steps& at) {
  constexpr int depth_1[] = {1, 4, 5};
  constexpr int depth_2[] = {1, 2};
  constexpr int depth_3_and_6[] = {7, 6, 8, 8, 10};
  constexpr int depth_4[] = {6, 5, 4};
  const MacroVector macro = macro_vector(at);
  const auto lower = [&](int MacroVector::* part) {
    MacroVector next = macro;
    ++(next.*part);
    return next.score();
  };
  Interpolation interpolation(macro.score().value_or(0));
  interpolation.add(lower(&MacroVector::eq1), distance_1(at, macro.eq1), depth_1[macro.eq1]);
  interpolation.add(lower(&MacroVector::eq2), distance_2(at, macro.eq2), depth_2[macro.eq2]);
  interpolation.add(lower_3_and_6(macro), distance_3_and_6(at, macro.eq3, macro.eq6),
                    depth_3_and_6[macro.eq3 == 2 ? 4 : macro.eq3 * 2 + macro.eq6]);
  interpolation.add(lower(&MacroVector::eq4), distance_4(at, macro.eq4), depth_4[macro.eq4]);
  interpolation.add(lower(&MacroVector::eq5), 0, 1);
  return interpolation.result();
}

}  // namespace

std::optional<int> score_version_4(std::string_view text) {
  const auto metrics = Metrics::parse(text, table, base_metrics);
  if (!metrics) return std::nullopt;
  const Steps at = steps(*metrics);
  constexpr int no_impact = 2;
  constexpr int no_subsequent_impact = 3;
  const bool harmless = at[VC] == no_impact && at[VI] == no_impact && at[VA] == no_impact &&
                        at[SC] == no_subsequent_impact && at[SI] == no_subsequent_impact &&
                        at[SA] == no_subsequent_impact;
  return harmless ? 0 : score_of(at);
}

}  // namespace doorman::model::cvss
