// SPDX-License-Identifier: Apache-2.0
// CVSS v2.0 section 3.2.1, v3.0 section 8.1, v3.1 sections 7.1 and 5 and appendix A.
#include "model/cvss.h"

#include <algorithm>
#include <cmath>

#include "model/cvss_metrics.h"

namespace doorman::model {

namespace cvss {

std::optional<Metrics> Metrics::parse(std::string_view text, std::span<const Metric> table, std::size_t mandatory) {
  Metrics metrics(table);
  while (!text.empty()) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (!metrics.take(text.substr(0, slash))) return std::nullopt;
    text.remove_prefix(std::min(slash + 1, text.size()));
  }
  for (std::size_t i = 0; i < mandatory; ++i) {
    if (metrics.values_.at(i).empty()) return std::nullopt;
  }
  return metrics;
}

bool Metrics::take(std::string_view field) {
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = field.substr(0, colon);
  const std::string_view value = field.substr(colon + 1);
  const auto metric = std::ranges::find(table_, name, &Metric::name);
  if (metric == table_.end() || value.empty() || value.find(' ') != std::string_view::npos) return false;
  std::string_view& slot = values_.at(static_cast<std::size_t>(metric - table_.begin()));
  if (!slot.empty()) return false;
  std::string_view known = metric->values;
  while (!known.empty()) {
    const std::size_t space = std::min(known.find(' '), known.size());
    if (known.substr(0, space) == value) {
      slot = value;
      return true;
    }
    known.remove_prefix(std::min(space + 1, known.size()));
  }
  return false;
}

std::string_view Metrics::operator[](std::string_view name) const {
  const auto metric = std::ranges::find(table_, name, &Metric::name);
  return values_.at(static_cast<std::size_t>(metric - table_.begin()));
}

char Metrics::letter(std::string_view name) const {
  const std::string_view value = (*this)[name];
  return value.empty() ? 'X' : value.front();
}

}  // namespace cvss

namespace {

using cvss::Metric;
using cvss::Metrics;

constexpr std::size_t base_metrics_2 = 6;
constexpr Metric table_2[] = {
    {"AV", "L A N"},       {"AC", "H M L"},
    {"Au", "M S N"},       {"C", "N P C"},
    {"I", "N P C"},        {"A", "N P C"},
    {"E", "U POC F H ND"}, {"RL", "OF TF W U ND"},
    {"RC", "UC UR C ND"},  {"CDP", "N L LM MH H ND"},
    {"TD", "N L M H ND"},  {"CR", "L M H ND"},
    {"IR", "L M H ND"},    {"AR", "L M H ND"},
};

constexpr std::size_t base_metrics_3 = 8;
constexpr Metric table_3[] = {
    {"AV", "N A L P"}, {"AC", "L H"},      {"PR", "N L H"},   {"UI", "N R"},      {"S", "U C"},
    {"C", "H L N"},    {"I", "H L N"},     {"A", "H L N"},    {"E", "X H F P U"}, {"RL", "X U W T O"},
    {"RC", "X C R U"}, {"CR", "X H M L"},  {"IR", "X H M L"}, {"AR", "X H M L"},  {"MAV", "X N A L P"},
    {"MAC", "X L H"},  {"MPR", "X N L H"}, {"MUI", "X N R"},  {"MS", "X U C"},    {"MC", "X H L N"},
    {"MI", "X H L N"}, {"MA", "X H L N"},
};

struct Weight {
  char value;
  double weight;
};

template <std::size_t count>
double weigh(char value, const Weight (&weights)[count]) {
  for (const Weight& each : weights) {
    if (each.value == value) return each.weight;
  }
  return 0;
}

std::optional<int> score_version_2(std::string_view text) {
  const auto metrics = Metrics::parse(text, table_2, base_metrics_2);
  if (!metrics) return std::nullopt;
  const auto loss = [&](std::string_view name) {
    return 1 - weigh(metrics->letter(name), {{'N', 0}, {'P', 0.275}, {'C', 0.66}});
  };
  const double impact = 10.41 * (1 - loss("C") * loss("I") * loss("A"));
  const double exploitability = 20 * weigh(metrics->letter("AV"), {{'L', 0.395}, {'A', 0.646}, {'N', 1.0}}) *
                                weigh(metrics->letter("AC"), {{'H', 0.35}, {'M', 0.61}, {'L', 0.71}}) *
                                weigh(metrics->letter("Au"), {{'M', 0.45}, {'S', 0.56}, {'N', 0.704}});
  const bool no_impact = metrics->letter("C") == 'N' && metrics->letter("I") == 'N' && metrics->letter("A") == 'N';
  if (no_impact) return 0;
  return static_cast<int>(std::lround((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10));
}

/// In tenths. Version 3.1 defines it on integers so that no floating point error rounds a score up; of all vectors
/// of version 3.0 none gets another score by it.
int round_up(double value) {
  const long input = std::lround(value * 100000);
  return static_cast<int>(input % 10000 == 0 ? input / 10000 : input / 10000 + 1);
}

std::optional<int> score_version_3(std::string_view text) {
  const auto metrics = Metrics::parse(text, table_3, base_metrics_3);
  if (!metrics) return std::nullopt;
  const bool changed = metrics->letter("S") == 'C';
  const auto loss = [&](std::string_view name) {
    return 1 - weigh(metrics->letter(name), {{'N', 0}, {'L', 0.22}, {'H', 0.56}});
  };
  const double base = 1 - loss("C") * loss("I") * loss("A");
  const double impact = changed ? 7.52 * (base - 0.029) - 3.25 * std::pow(base - 0.02, 15) : 6.42 * base;
  const double exploitability =
      8.22 * weigh(metrics->letter("AV"), {{'N', 0.85}, {'A', 0.62}, {'L', 0.55}, {'P', 0.2}}) *
      weigh(metrics->letter("AC"), {{'L', 0.77}, {'H', 0.44}}) *
      weigh(metrics->letter("PR"), {{'N', 0.85}, {'L', changed ? 0.68 : 0.62}, {'H', changed ? 0.5 : 0.27}}) *
      weigh(metrics->letter("UI"), {{'N', 0.85}, {'R', 0.62}});
  if (impact <= 0) return 0;
  const double sum = impact + exploitability;
  return round_up(std::min(changed ? 1.08 * sum : sum, 10.0));
}

Severity severity_of(int tenths, bool version_2) {
  if (tenths == 0) return Severity::none;
  if (tenths < 40) return Severity::low;
  if (tenths < 70) return Severity::medium;
  return tenths < 90 || version_2 ? Severity::high : Severity::critical;
}

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<CvssRating> parse_cvss(std::string_view vector) {
  std::optional<int> tenths;
  bool version_2 = false;
  if (skip(vector, "CVSS:3.1/") || skip(vector, "CVSS:3.0/")) {
    tenths = score_version_3(vector);
  } else if (skip(vector, "CVSS:4.0/")) {
    tenths = cvss::score_version_4(vector);
  } else {
    version_2 = true;
    skip(vector, "CVSS:2.0/");
    if (vector.starts_with('(') && vector.ends_with(')')) vector = vector.substr(1, vector.size() - 2);
    tenths = score_version_2(vector);
  }
  if (!tenths) return std::nullopt;
  return CvssRating{*tenths / 10.0, severity_of(*tenths, version_2)};
}

}  // namespace doorman::model
