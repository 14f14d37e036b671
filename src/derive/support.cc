// SPDX-License-Identifier: Apache-2.0
#include "derive/support.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace doorman::derive {
namespace {

using std::chrono::year_month_day;
using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)
using Month = std::chrono::month;
constexpr Month Jan{1}, Feb{2}, Mar{3}, Apr{4}, May{5}, Jun{6}, Jul{7}, Aug{8}, Sep{9}, Oct{10}, Nov{11}, Dec{12};

struct Release {
  std::string_view id;       // os-release(5), ID
  std::string_view version;  // VERSION_ID, or its front up to a dot
  year_month_day security;   // last day of security fixes for everyone
  std::optional<year_month_day> extended = std::nullopt;
};

// Debian and Ubuntu by distro-info-data, the others by what their projects and vendors publish. Dates to come
// are those announced by August 2026.
constexpr Release releases[] = {
    {"debian", "13", 2028y / Aug / 9, 2030y / Jun / 30},
    {"debian", "12", 2026y / Jul / 11, 2028y / Jun / 30},
    {"debian", "11", 2024y / Aug / 14, 2026y / Aug / 31},
    {"debian", "10", 2022y / Sep / 10, 2024y / Jun / 30},
    {"debian", "9", 2020y / Jul / 18, 2022y / Jun / 30},
    {"debian", "8", 2018y / Jun / 17, 2020y / Jun / 30},
    {"debian", "7", 2016y / Apr / 25, 2018y / May / 31},

    {"ubuntu", "26.04", 2031y / May / 29, 2036y / Apr / 23},
    {"ubuntu", "25.10", 2026y / Jul / 9},
    {"ubuntu", "25.04", 2026y / Jan / 15},
    {"ubuntu", "24.10", 2025y / Jul / 10},
    {"ubuntu", "24.04", 2029y / May / 31, 2034y / Apr / 25},
    {"ubuntu", "23.10", 2024y / Jul / 11},
    {"ubuntu", "23.04", 2024y / Jan / 25},
    {"ubuntu", "22.10", 2023y / Jul / 20},
    {"ubuntu", "22.04", 2027y / Jun / 1, 2032y / Apr / 21},
    {"ubuntu", "20.04", 2025y / May / 29, 2030y / Apr / 23},
    {"ubuntu", "18.04", 2023y / May / 31, 2028y / Apr / 26},
    {"ubuntu", "16.04", 2021y / Apr / 30, 2026y / Apr / 23},
    {"ubuntu", "14.04", 2019y / Apr / 25, 2024y / Apr / 25},

    {"alpine", "3.24", 2028y / Jun / 1},
    {"alpine", "3.23", 2027y / Nov / 1},
    {"alpine", "3.22", 2027y / May / 1},
    {"alpine", "3.21", 2026y / Nov / 1},
    {"alpine", "3.20", 2026y / Apr / 1},
    {"alpine", "3.19", 2025y / Nov / 1},
    {"alpine", "3.18", 2025y / May / 9},
    {"alpine", "3.17", 2024y / Nov / 22},
    {"alpine", "3.16", 2024y / May / 23},
    {"alpine", "3.15", 2023y / Nov / 1},
    {"alpine", "3.14", 2023y / May / 1},
    {"alpine", "3.13", 2022y / Nov / 1},
    {"alpine", "3.12", 2022y / May / 1},
    {"alpine", "3.11", 2021y / Nov / 1},
    {"alpine", "3.10", 2021y / May / 1},
    {"alpine", "3.9", 2020y / Nov / 1},
    {"alpine", "3.8", 2020y / May / 1},
    {"alpine", "3.7", 2019y / Nov / 1},
    {"alpine", "3.6", 2019y / May / 1},

    {"rhel", "10", 2035y / May / 31},
    {"rhel", "9", 2032y / May / 31},
    {"rhel", "8", 2029y / May / 31},
    {"rhel", "7", 2024y / Jun / 30, 2029y / May / 31},
    {"rhel", "6", 2020y / Nov / 30, 2024y / Jun / 30},

    {"centos", "7", 2024y / Jun / 30},
    {"centos", "6", 2020y / Nov / 30},
    {"centos", "8", 2021y / Dec / 31},
    {"centos-stream", "10", 2030y / May / 31},
    {"centos-stream", "9", 2027y / May / 31},
    {"centos-stream", "8", 2024y / May / 31},

    {"almalinux", "10", 2035y / May / 31},
    {"almalinux", "9", 2032y / May / 31},
    {"almalinux", "8", 2029y / May / 31},
    {"rocky", "10", 2035y / May / 31},
    {"rocky", "9", 2032y / May / 31},
    {"rocky", "8", 2029y / May / 31},
    {"ol", "9", 2032y / Jun / 30, 2035y / Jun / 30},
    {"ol", "8", 2029y / Jul / 31, 2032y / Jul / 31},
    {"ol", "7", 2024y / Dec / 31, 2028y / Jun / 30},
    {"ol", "6", 2021y / Mar / 31, 2024y / Dec / 31},

    {"amzn", "2023", 2029y / Jun / 30},
    {"amzn", "2", 2026y / Jun / 30},
    {"amzn", "2018", 2020y / Dec / 31, 2023y / Dec / 31},
    {"amzn", "2017", 2020y / Dec / 31, 2023y / Dec / 31},
    {"amzn", "2016", 2020y / Dec / 31, 2023y / Dec / 31},

    {"sles", "15.7", 2031y / Jul / 31, 2034y / Jul / 31},
    {"sles", "15.6", 2025y / Dec / 31, 2028y / Dec / 31},
    {"sles", "15.5", 2024y / Dec / 31, 2027y / Dec / 31},
    {"sles", "15.4", 2023y / Dec / 31, 2026y / Dec / 31},
    {"sles", "15.3", 2022y / Dec / 31, 2025y / Dec / 31},
    {"sles", "15.2", 2021y / Dec / 31, 2024y / Dec / 31},
    {"sles", "15.1", 2021y / Jan / 31, 2024y / Jan / 31},
    {"sles", "12.5", 2024y / Oct / 31, 2027y / Oct / 31},
    {"sles", "12.4", 2020y / Jun / 30, 2023y / Jun / 30},
    {"sles", "12.3", 2019y / Jun / 30, 2022y / Jun / 30},

    {"opensuse-leap", "15.6", 2026y / Apr / 30},
    {"opensuse-leap", "15.5", 2024y / Dec / 31},
    {"opensuse-leap", "15.4", 2023y / Dec / 7},
    {"opensuse-leap", "15.3", 2022y / Dec / 31},
    {"opensuse-leap", "15.2", 2022y / Jan / 4},
    {"opensuse-leap", "15.1", 2021y / Feb / 2},
    {"opensuse-leap", "15.0", 2019y / Dec / 3},

    {"fedora", "44", 2027y / Jun / 2},
    {"fedora", "43", 2026y / Dec / 9},
    {"fedora", "42", 2026y / May / 27},
    {"fedora", "41", 2025y / Dec / 15},
    {"fedora", "40", 2025y / May / 13},
    {"fedora", "39", 2024y / Nov / 26},
    {"fedora", "38", 2024y / May / 21},
    {"fedora", "37", 2023y / Dec / 5},
    {"fedora", "36", 2023y / May / 16},

    {"photon", "1.0", 2022y / Feb / 28},
    {"mariner", "2.0", 2025y / Jul / 31},
    {"mariner", "1.0", 2023y / Jul / 31},
};

constexpr std::array<std::string_view, 7> rolling = {
    "arch", "chainguard", "gentoo", "opensuse-tumbleweed", "tumbleweed", "void", "wolfi",
};

/// CentOS Linux and CentOS Stream share ID and VERSION_ID, and ended years apart.
std::string_view product_of(const model::Distribution& distribution) {
  const bool stream = distribution.pretty_name.find("Stream") != std::string::npos;
  return distribution.id == "centos" && stream ? "centos-stream" : std::string_view(distribution.id);
}

bool is_of_release(std::string_view version, std::string_view release) {
  return version.starts_with(release) && (version.size() == release.size() || version[release.size()] == '.');
}

model::Support last_day(model::Support::State state, year_month_day day) {
  return {state, base::format_date(base::Date(day))};
}

}  // namespace

model::Support support_of(const model::Distribution& distribution, base::Time now) {
  using State = model::Support::State;
  const std::string_view product = product_of(distribution);
  if (std::find(rolling.begin(), rolling.end(), product) != rolling.end()) return {State::supported, ""};
  const base::Date today = std::chrono::floor<std::chrono::days>(now);
  for (const Release& release : releases) {
    if (release.id != product || !is_of_release(distribution.version_id, release.version)) continue;
    if (today <= base::Date(release.security)) return last_day(State::supported, release.security);
    const year_month_day end = release.extended.value_or(release.security);
    return last_day(today <= base::Date(end) ? State::extended : State::ended, end);
  }
  return {};
}

}  // namespace doorman::derive
